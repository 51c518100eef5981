"""Persons: export or erase everything that is held on one customer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field
from typing_extensions import TypedDict

from function_app.api import parameters as params
from function_app.api.call import Answer, Call
from function_app.api.operation import Operation, Response, operation
from function_app.domain.access import Role, Sender
from function_app.domain.activity import SourceKey
from function_app.domain.instant import format_instant
from function_app.domain.profile import End
from function_app.domain.projection import Kept
from function_app.operations.shapes import principal_of
from function_app.services.persons import Export

Json = dict[str, Any]


class PersonExport(TypedDict):
    """Everything that is held on one person."""

    customerId: Annotated[str, Field(title="Customer ID", description="The id of the customer.")]
    exportedAt: Annotated[str, Field(title="Exported At", description="When it was read.")]
    profile: Annotated[Json | None, Field(title="Profile", description="What the profile shows, and why.")]
    updates: Annotated[list[Json], Field(title="Updates", description="Updates, live or not.")]
    activities: Annotated[list[Json], Field(title="Activities", description="Activities, live or not.")]
    parked: Annotated[list[Json], Field(title="Parked", description="Activities parked under the source keys.")]
    keys: Annotated[list[Json], Field(title="Keys", description="The source keys.")]
    usage: Annotated[list[Json], Field(title="Usage", description="Calls with the id of the customer as the caller.")]
    refreshes: Annotated[Json, Field(title="Refreshes", description="What jobs report of the customer, by job id.")]


class ErasedCounts(TypedDict):
    """The number of erased documents of each kind."""

    profiles: Annotated[int, Field(title="Profiles", description="Profiles: 1, or 0 if there was none.")]
    updates: Annotated[int, Field(title="Updates", description="Updates, live or not.")]
    activities: Annotated[int, Field(title="Activities", description="Activities, live or not.")]
    parked: Annotated[int, Field(title="Parked", description="Activities parked under the source keys.")]
    keys: Annotated[int, Field(title="Keys", description="Source keys.")]


class ErasureReceipt(TypedDict):
    """The receipt of an erasure."""

    erasedAt: Annotated[str, Field(title="Erased At", description="When it was erased.")]
    erased: Annotated[ErasedCounts, Field(title="Erased", description="The number of documents of each kind.")]


@operation(
    "GET",
    "instances/{instanceId}/data/Customer/{customerId}/export",
    id="ExportCustomer",
    summary="Get everything that is held on a person",
    description="Returns everything that is held on a person: profile, updates, activities, keys, usage.",
    role=Role.ADMINISTRATOR,
    visibility="internal",
    parameters=(params.INSTANCE_ID, params.CUSTOMER_ID),
    responses={200: Response("Everything that is held on the person.", PersonExport)},
)
async def export_customer(call: Call) -> Answer:
    customer_id = call[params.CUSTOMER_ID]
    export = await call.services.persons.export(call.model, customer_id, call.principal.principal_id, call.now)
    return Answer(200, _exported(export, customer_id, call.now))


@operation(
    "POST",
    "instances/{instanceId}/data/Customer/{customerId}/erase",
    id="EraseCustomer",
    summary="Erase a person",
    description="Erases everything that is held on a person, and refuses its ids until the source has left it out.",
    role=Role.ADMINISTRATOR,
    visibility="internal",
    parameters=(params.INSTANCE_ID, params.CUSTOMER_ID),
    responses={200: Response("The person is erased.", ErasureReceipt)},
)
async def erase_customer(call: Call) -> Answer:
    by = call.principal.principal_id
    counts = await call.services.persons.erase(call.model, call[params.CUSTOMER_ID], by, call.now)
    return Answer(200, {"erasedAt": format_instant(call.now), "erased": counts})


def _exported(export: Export, customer_id: str, now: datetime) -> PersonExport:
    held = export.held
    return {
        "customerId": customer_id,
        "exportedAt": format_instant(now),
        "profile": _profile(held.profile) if held.profile else None,
        "updates": [_members(asdict(update)) for update in held.updates],
        "activities": [_members(asdict(activity)) for activity in held.activities],
        "parked": [
            {**_key(source_key), "activity": _members(asdict(activity))} for source_key, activity in held.parked
        ],
        "keys": [_key(source_key) for source_key in held.keys],
        "usage": [
            {"hour": format_instant(count.hour), **_members(count.series._asdict()), "count": count.tally.count}
            for count in export.usage
        ],
        "refreshes": dict(export.reports),
    }


def _profile(kept: Kept) -> Json:
    live = {name: _members(winner._asdict()) for name, winner in kept.live.items()}
    return {"attributes": kept.attributes, "source": kept.source, "live": live}


def _key(source_key: SourceKey) -> Json:
    return {"entity": source_key.entity, "key": source_key.key}


def _members(fields: Mapping[str, Any]) -> Json:
    """Return fields under the names that the other operations give them."""
    return {_camel(name): _member(name, value) for name, value in fields.items()}


def _member(name: str, value: Any) -> Any:
    match value:
        case datetime():
            return format_instant(value)
        case Sender():
            return principal_of(value)
        case End():
            return _members(value._asdict())
        case dict() if name == "ends":  # by attribute
            return {attribute: _member("end", end) for attribute, end in value.items()}
    return value


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)


OPERATIONS: tuple[Operation, ...] = (export_customer, erase_customer)
