"""API keys: list them without the keys themselves, regenerate, revoke."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, RootModel
from typing_extensions import TypedDict

from function_app.api import parameters as params
from function_app.api.call import Answer, Call
from function_app.api.operation import Operation, Response, operation
from function_app.api.parameter import path
from function_app.api.parameter_types import choice, enum
from function_app.domain.access import ROLES, SLOTS, Role, RoleName
from function_app.domain.instant import format_instant

ROLE = path("role", "Role", "The role the key gives.", choice(ROLES))
SLOT = path("slot", "Slot", "Which of the role's two keys is meant.", enum(*SLOTS))


class ApiKeyInfo(TypedDict):
    """An API key without the key itself."""

    role: Annotated[RoleName, Field(title="Role", description="The role the key gives.")]
    slot: Annotated[
        Literal["primary", "secondary"], Field(title="Slot", description="Which of the role's two keys it is.")
    ]
    createdAt: Annotated[str, Field(title="Created At", description="When it was made.")]
    createdBy: Annotated[str, Field(title="Created By", description="The id of who made it.")]


class ApiKeyList(RootModel[list[ApiKeyInfo]]):
    """The API keys of an instance."""


class NewApiKey(TypedDict):
    """An API key, shown this once."""

    role: Annotated[RoleName, Field(title="Role", description="The role the key gives.")]
    slot: Annotated[
        Literal["primary", "secondary"], Field(title="Slot", description="Which of the role's two keys it is.")
    ]
    key: Annotated[str, Field(title="Key", description="The key; keep it, it can't be read again.")]


@operation(
    "GET",
    "instances/{instanceId}/apikeys",
    id="ListApiKeys",
    summary="List API keys",
    description="List the API keys of an instance, without the keys themselves.",
    role=Role.ADMINISTRATOR,
    visibility="internal",
    parameters=(params.INSTANCE_ID,),
    responses={200: Response("The keys there are.", ApiKeyList)},
)
async def list_keys(call: Call) -> Answer:
    return Answer(
        200,
        [
            {
                "role": key.role.title,
                "slot": key.slot,
                "createdAt": format_instant(key.created_at),
                "createdBy": key.created_by,
            }
            for key in await call.services.access.api_keys(call[params.INSTANCE_ID])
        ],
    )


@operation(
    "POST",
    "instances/{instanceId}/apikeys/{role}/{slot}",
    id="RegenerateApiKey",
    summary="Regenerate an API key",
    description="Make a new API key in place of the one before; it is shown this once.",
    role=Role.ADMINISTRATOR,
    visibility="internal",
    parameters=(params.INSTANCE_ID, ROLE, SLOT),
    responses={200: Response("The new key.", NewApiKey)},
)
async def regenerate_key(call: Call) -> Answer:
    role, slot = call[ROLE], call[SLOT]
    key = await call.services.access.regenerate(call[params.INSTANCE_ID], role, slot, call.principal, call.now)
    body: NewApiKey = {"role": role.title, "slot": slot, "key": key}
    return Answer(200, body, {"Cache-Control": "no-store"})


@operation(
    "DELETE",
    "instances/{instanceId}/apikeys/{role}/{slot}",
    id="RevokeApiKey",
    summary="Revoke an API key",
    description="Make an API key worthless.",
    role=Role.ADMINISTRATOR,
    visibility="internal",
    parameters=(params.INSTANCE_ID, ROLE, SLOT),
    responses={204: Response("There is no such key any more.")},
)
async def revoke_key(call: Call) -> Answer:
    await call.services.access.revoke(call[params.INSTANCE_ID], call[ROLE], call[SLOT], call.principal, call.now)
    return Answer(204)


OPERATIONS: tuple[Operation, ...] = (list_keys, regenerate_key, revoke_key)
