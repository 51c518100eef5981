"""API keys: list them without the keys themselves, regenerate, revoke."""

from __future__ import annotations

from function_app.api import parameters as p
from function_app.api.call import Answer, Call
from function_app.api.operation import Operation, Response, operation
from function_app.api.parameter import path
from function_app.api.parameter_types import choice, enum
from function_app.domain.access import ROLES, SLOTS, Role
from function_app.domain.instant import format_instant
from function_app.operations.access_models import ApiKeyList, NewApiKey

ROLE = path("role", "Role", "The role the key gives.", choice(ROLES))
SLOT = path("slot", "Slot", "Which of the role's two keys is meant.", enum(*SLOTS))


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
