"""API keys: list them without the keys themselves, regenerate, revoke."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from function_app.api import parameters as p
from function_app.api.call import Answer, Call
from function_app.api.operation import Operation, Parameter, Response, operation
from function_app.domain.access import ROLES, SLOTS, Role, Slot
from function_app.domain.instant import format_instant
from function_app.operations.access_models import ApiKeyList, NewApiKey

T = TypeVar("T")


def _one_of(known: Mapping[str, T]) -> Callable[[str], T]:
    def parse(text: str) -> T:
        if text not in known:
            raise ValueError("one of " + ", ".join(known))
        return known[text]

    return parse


ROLE = Parameter[Role](
    "role",
    "path",
    "Role",
    "The role the key gives.",
    _one_of(ROLES),
    default=Role.VIEWER,
    schema={"type": "string", "enum": list(ROLES)},
    required=True,
    extensions={"x-ms-url-encoding": "single"},
)
SLOT = Parameter[Slot](
    "slot",
    "path",
    "Slot",
    "Which of the role's two keys is meant.",
    _one_of({slot: slot for slot in SLOTS}),
    default="primary",
    schema={"type": "string", "enum": list(SLOTS)},
    required=True,
    extensions={"x-ms-url-encoding": "single"},
)


@operation(
    "GET",
    "instances/{instanceId}/apikeys",
    id="ListApiKeys",
    summary="List API keys",
    description="List the API keys of an instance, without the keys themselves.",
    role=Role.ADMINISTRATOR,
    visibility="internal",
    parameters=(p.INSTANCE_ID,),
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
            for key in await call.services.access.api_keys(call[p.INSTANCE_ID])
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
    parameters=(p.INSTANCE_ID, ROLE, SLOT),
    responses={200: Response("The new key.", NewApiKey)},
)
async def regenerate_key(call: Call) -> Answer:
    role, slot = call[ROLE], call[SLOT]
    key = await call.services.access.regenerate(call[p.INSTANCE_ID], role, slot, call.principal, call.now)
    return Answer(200, {"role": role.title, "slot": slot, "key": key}, {"Cache-Control": "no-store"})


@operation(
    "DELETE",
    "instances/{instanceId}/apikeys/{role}/{slot}",
    id="RevokeApiKey",
    summary="Revoke an API key",
    description="Make an API key worthless.",
    role=Role.ADMINISTRATOR,
    visibility="internal",
    parameters=(p.INSTANCE_ID, ROLE, SLOT),
    responses={204: Response("There is no such key any more.")},
)
async def revoke_key(call: Call) -> Answer:
    await call.services.access.revoke(call[p.INSTANCE_ID], call[ROLE], call[SLOT], call.principal, call.now)
    return Answer(204)


OPERATIONS: tuple[Operation, ...] = (list_keys, regenerate_key, revoke_key)
