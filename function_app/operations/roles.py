"""Roles: what there is, what the caller has, who has which on an instance."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import Field, RootModel
from typing_extensions import TypedDict

from function_app import error_codes
from function_app.api import parameters as params
from function_app.api.call import Answer, Call
from function_app.api.operation import Body, Operation, Response, operation
from function_app.api.parameter import ParameterType, path
from function_app.domain.access import ROLES, Assignment, PrincipalType, Role, RoleName
from function_app.errors import ServiceError
from function_app.operations.definition import Strict

_DESCRIPTIONS = {
    Role.VIEWER: "Reads.",
    Role.CONTRIBUTOR: "Reads, and writes profile updates and activities.",
    Role.ADMINISTRATOR: "Does all that, defines the instance, refreshes it, and gives roles and keys.",
}
_ID = re.compile(r"[A-Za-z0-9-]{1,64}")


def _principal_id(text: str) -> str:
    if not _ID.fullmatch(text):
        msg = "up to 64 letters, digits and hyphens"
        raise ValueError(msg)
    return text.lower()


PRINCIPAL_ID = path(
    "principalId",
    "Principal ID",
    "The object id of a user, group or app in Microsoft Entra; of an app also its application id.",
    ParameterType(_principal_id),
)


class RoleDefinition(TypedDict):
    """A role and what it may do."""

    roleName: Annotated[RoleName, Field(title="Role", description="The role's name.")]
    description: Annotated[str, Field(title="Description", description="What the role may do.")]


class RoleDefinitionList(RootModel[list[RoleDefinition]]):
    """Every role."""


class RoleAssignment(Strict):
    """A role of one instance for a user, group or app."""

    principalId: str | None = Field(None, title="Principal ID", description="An object id, or an app's id.")
    principalType: Literal["user", "group", "app"] = Field(title="Principal Type", description="What the id names.")
    roles: Annotated[list[RoleName], Field(min_length=1, max_length=3)] = Field(
        title="Roles", description="The roles; the highest holds."
    )
    instanceId: str | None = Field(None, title="Instance ID", description="The instance's id.")


class AssignedRole(TypedDict):
    """The role that a user, group or app has on an instance."""

    principalId: Annotated[str, Field(title="Principal ID", description="An object id, or an app's id.")]
    principalType: Annotated[PrincipalType, Field(title="Principal Type", description="What the id names.")]
    roles: Annotated[list[RoleName], Field(title="Roles", description="The role, by its name.")]
    instanceId: Annotated[str, Field(title="Instance ID", description="The instance's id.")]


class RoleAssignmentList(RootModel[list[AssignedRole]]):
    """Role assignments."""


@operation(
    "GET",
    "instances/{instanceId}/rbac/roles",
    id="ListRoles",
    summary="List roles",
    description="List the roles there are and what each may do.",
    role=Role.VIEWER,
    visibility="internal",
    parameters=(params.INSTANCE_ID,),
    responses={200: Response("Every role.", RoleDefinitionList)},
)
async def list_roles(call: Call) -> Answer:  # noqa: ARG001  # the same on every instance
    return Answer(200, [{"roleName": role.title, "description": text} for role, text in _DESCRIPTIONS.items()])


@operation(
    "GET",
    "instances/{instanceId}/rbac/myrole",
    id="GetMyRole",
    summary="Get my role",
    description="Say which role the caller has on an instance.",
    role=Role.VIEWER,
    visibility="internal",
    parameters=(params.INSTANCE_ID,),
    responses={200: Response("The caller's role.", AssignedRole)},
)
async def get_my_role(call: Call) -> Answer:
    instance_id, caller = call[params.INSTANCE_ID], call.principal
    role = await call.services.access.role_on(caller, instance_id, call.now) or Role.VIEWER
    return Answer(200, _shape(instance_id, Assignment(caller.principal_id, caller.principal_type, role)))


@operation(
    "GET",
    "instances/{instanceId}/rbac/assignments",
    id="ListRoleAssignments",
    summary="List role assignments",
    description="List who has which role on an instance by assignment.",
    role=Role.ADMINISTRATOR,
    visibility="internal",
    parameters=(params.INSTANCE_ID,),
    responses={200: Response("The role assignments.", RoleAssignmentList)},
)
async def list_assignments(call: Call) -> Answer:
    instance_id = call[params.INSTANCE_ID]
    return Answer(200, [_shape(instance_id, found) for found in await call.services.access.assignments(instance_id)])


@operation(
    "PUT",
    "instances/{instanceId}/rbac/principals/{principalId}/assignment",
    id="AssignRole",
    summary="Assign a role",
    description="Give a user, group or app its role on an instance, in place of the one before.",
    role=Role.ADMINISTRATOR,
    visibility="internal",
    parameters=(params.INSTANCE_ID, PRINCIPAL_ID),
    body=Body("The role assignment.", RoleAssignment, error_code=error_codes.INVALID_ASSIGNMENT),
    responses={200: Response("The principal's role assignment.", RoleAssignmentList)},
)
async def assign_role(call: Call) -> Answer:
    instance_id, principal_id = call[params.INSTANCE_ID], call[PRINCIPAL_ID]
    wanted: RoleAssignment = call.body
    faults = [
        error_codes.INVALID_ASSIGNMENT(f"{member} is not the one in the path.", f"/{member}")
        for member, named, meant in (
            ("principalId", (wanted.principalId or principal_id).lower(), principal_id),
            ("instanceId", wanted.instanceId or instance_id, instance_id),
        )
        if named != meant
    ]
    if faults:
        raise ServiceError(*faults)
    role = max(ROLES[name] for name in wanted.roles)
    assignment = Assignment(principal_id, wanted.principalType, role)
    await call.services.access.assign(instance_id, assignment, call.principal, call.now)
    return Answer(200, [_shape(instance_id, assignment)])


@operation(
    "DELETE",
    "instances/{instanceId}/rbac/principals/{principalId}/assignment",
    id="RemoveRole",
    summary="Remove a role",
    description="Take a user's, group's or app's role on an instance away.",
    role=Role.ADMINISTRATOR,
    visibility="internal",
    parameters=(params.INSTANCE_ID, PRINCIPAL_ID),
    responses={200: Response("The principal has no role by assignment.")},
)
async def remove_role(call: Call) -> Answer:
    instance_id = call[params.INSTANCE_ID]
    await call.services.access.unassign(instance_id, call[PRINCIPAL_ID], call.principal, call.now)
    return Answer(200)


def _shape(instance_id: str, assignment: Assignment) -> AssignedRole:
    return {
        "principalId": assignment.principal_id,
        "principalType": assignment.principal_type,
        "roles": [assignment.role.title],
        "instanceId": instance_id,
    }


OPERATIONS: tuple[Operation, ...] = (list_roles, get_my_role, list_assignments, assign_role, remove_role)
