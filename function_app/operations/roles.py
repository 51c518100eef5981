"""Roles: list roles, get the caller's role, list and change the assignments of an instance."""

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
    Role.VIEWER: "Reads profiles, activities, metadata and usage.",
    Role.CONTRIBUTOR: "Has the permissions of Viewer; also writes profile updates and activities.",
    Role.ADMINISTRATOR: "Has the permissions of Contributor; also manages definition, refreshes, roles and keys.",
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
    "The object id of a user, group or app in Microsoft Entra. For an app, the application id is also accepted.",
    ParameterType(_principal_id),
)


class RoleDefinition(TypedDict):
    """A role and its permissions."""

    roleName: Annotated[RoleName, Field(title="Role", description="The name of the role.")]
    description: Annotated[str, Field(title="Description", description="The permissions of the role.")]


class RoleDefinitionList(RootModel[list[RoleDefinition]]):
    """All roles."""


class RoleAssignment(Strict):
    """The role of a user, group or app on one instance."""

    principalId: str | None = Field(
        None, title="Principal ID", description="An object id, or the application id of an app."
    )
    principalType: Literal["user", "group", "app"] = Field(
        title="Principal Type", description="The type of the principal."
    )
    roles: Annotated[list[RoleName], Field(min_length=1, max_length=3)] = Field(
        title="Roles", description="The roles. The highest one applies."
    )
    instanceId: str | None = Field(None, title="Instance ID", description="The id of the instance.")


class AssignedRole(TypedDict):
    """The role that a user, group or app has on an instance."""

    principalId: Annotated[
        str, Field(title="Principal ID", description="An object id, or the application id of an app.")
    ]
    principalType: Annotated[PrincipalType, Field(title="Principal Type", description="The type of the principal.")]
    roles: Annotated[list[RoleName], Field(title="Roles", description="The name of the role.")]
    instanceId: Annotated[str, Field(title="Instance ID", description="The id of the instance.")]


class RoleAssignmentList(RootModel[list[AssignedRole]]):
    """Role assignments."""


@operation(
    "GET",
    "instances/{instanceId}/rbac/roles",
    id="ListRoles",
    summary="List roles",
    description="Returns all roles and the permissions of each.",
    role=Role.VIEWER,
    visibility="internal",
    parameters=(params.INSTANCE_ID,),
    responses={200: Response("All roles.", RoleDefinitionList)},
)
async def list_roles(call: Call) -> Answer:  # noqa: ARG001  # the same on every instance
    return Answer(200, [{"roleName": role.title, "description": text} for role, text in _DESCRIPTIONS.items()])


@operation(
    "GET",
    "instances/{instanceId}/rbac/myrole",
    id="GetMyRole",
    summary="Get my role",
    description="Returns the role of the caller on an instance.",
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
    description="Returns the users, groups and apps that have an assigned role on an instance.",
    role=Role.ADMINISTRATOR,
    visibility="internal",
    parameters=(params.INSTANCE_ID,),
    responses={200: Response("The role assignments.", RoleAssignmentList)},
)
async def list_assignments(call: Call) -> Answer:
    instance_id = call[params.INSTANCE_ID]
    return Answer(200, [_shape(instance_id, found) for found in await call.services.access.assignments(instance_id)])


def _check_path(call: Call) -> None:
    """Raise ServiceError if a body names another principal or instance than the path."""
    if call.body is None:
        return
    instance_id, principal_id = call[params.INSTANCE_ID], call[PRINCIPAL_ID]
    faults = [
        error_codes.INVALID_ASSIGNMENT(f"{member} differs from the value in the path.", f"/{member}")
        for member, named, meant in (
            ("principalId", (call.body.principalId or principal_id).lower(), principal_id),
            ("instanceId", call.body.instanceId or instance_id, instance_id),
        )
        if named != meant
    ]
    if faults:
        raise ServiceError(*faults)


@operation(
    "PUT",
    "instances/{instanceId}/rbac/principals/{principalId}/assignment",
    id="AssignRole",
    summary="Assign a role",
    description="Assigns a role on an instance to a user, group or app. It replaces the previous assignment.",
    role=Role.ADMINISTRATOR,
    visibility="internal",
    parameters=(params.INSTANCE_ID, PRINCIPAL_ID),
    body=Body("The role assignment.", RoleAssignment, error_code=error_codes.INVALID_ASSIGNMENT),
    responses={200: Response("The role assignment of the principal.", RoleAssignmentList)},
    checks=(_check_path,),
)
async def assign_role(call: Call) -> Answer:
    instance_id, principal_id = call[params.INSTANCE_ID], call[PRINCIPAL_ID]
    wanted: RoleAssignment = call.body
    _check_path(call)
    role = max(ROLES[name] for name in wanted.roles)
    assignment = Assignment(principal_id, wanted.principalType, role)
    await call.services.access.assign(instance_id, assignment, call.principal, call.now)
    return Answer(200, [_shape(instance_id, assignment)])


@operation(
    "DELETE",
    "instances/{instanceId}/rbac/principals/{principalId}/assignment",
    id="RemoveRole",
    summary="Remove a role",
    description="Removes the role assignment of a user, group or app on an instance.",
    role=Role.ADMINISTRATOR,
    visibility="internal",
    parameters=(params.INSTANCE_ID, PRINCIPAL_ID),
    responses={200: Response("The principal has no assigned role.")},
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
