"""API keys: list, regenerate, revoke. Only regenerating returns a key itself."""

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

ROLE = path("role", "Role", "The role of callers that use the key.", choice(ROLES))
SLOT = path("slot", "Slot", "One of the two keys of the role: primary or secondary.", enum(*SLOTS))


class ApiKeyInfo(TypedDict):
    """An API key without the key itself."""

    role: Annotated[RoleName, Field(title="Role", description="The role of callers that use the key.")]
    slot: Annotated[
        Literal["primary", "secondary"],
        Field(title="Slot", description="One of the two keys of the role: primary or secondary."),
    ]
    createdAt: Annotated[str, Field(title="Created At", description="When the key was created.")]
    createdBy: Annotated[
        str, Field(title="Created By", description="The principal id of the caller who created the key.")
    ]


class ApiKeyList(RootModel[list[ApiKeyInfo]]):
    """The API keys of an instance."""


class NewApiKey(TypedDict):
    """A new API key. No other response contains it."""

    role: Annotated[RoleName, Field(title="Role", description="The role of callers that use the key.")]
    slot: Annotated[
        Literal["primary", "secondary"],
        Field(title="Slot", description="One of the two keys of the role: primary or secondary."),
    ]
    key: Annotated[str, Field(title="Key", description="The key. Store it: it can not be read again.")]


@operation(
    "GET",
    "instances/{instanceId}/apikeys",
    id="ListApiKeys",
    summary="List API keys",
    description="Returns role, slot, time and creator of each API key of an instance, but not the key itself.",
    role=Role.ADMINISTRATOR,
    visibility="internal",
    parameters=(params.INSTANCE_ID,),
    responses={200: Response("The API keys.", ApiKeyList)},
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
    description="Regenerates an API key. The previous key becomes invalid, and the new key is returned only once.",
    role=Role.ADMINISTRATOR,
    visibility="internal",
    parameters=(params.INSTANCE_ID, ROLE, SLOT),
    responses={200: Response("The new key.", NewApiKey)},
)
async def regenerate_key(call: Call) -> Answer:
    role, slot = call[ROLE], call[SLOT]
    key = await call.services.access.regenerate(call[params.INSTANCE_ID], role, slot, call.principal, call.now)
    body: NewApiKey = {"role": role.title, "slot": slot, "key": key}
    return Answer(200, body)


@operation(
    "DELETE",
    "instances/{instanceId}/apikeys/{role}/{slot}",
    id="RevokeApiKey",
    summary="Revoke an API key",
    description="Revokes an API key. Requests with this key are rejected.",
    role=Role.ADMINISTRATOR,
    visibility="internal",
    parameters=(params.INSTANCE_ID, ROLE, SLOT),
    responses={204: Response("The key is revoked.")},
)
async def revoke_key(call: Call) -> Answer:
    await call.services.access.revoke(call[params.INSTANCE_ID], call[ROLE], call[SLOT], call.principal, call.now)
    return Answer(204)


OPERATIONS: tuple[Operation, ...] = (list_keys, regenerate_key, revoke_key)
