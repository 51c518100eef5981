"""Persons: export or erase everything that is held on one customer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from function_app.domain.reading import Reading
from function_app.operations.shapes import Instant, PrincipalShape, principal_of
from function_app.services.persons import Export

Json = dict[str, Any]


class ReadShape(TypedDict):
    """One read of personal data."""

    at: Annotated[Instant, Field(title="Read At", description="When it was read.")]
    principal: Annotated[PrincipalShape | None, Field(title="Reader", description="Who read it.")]
    operation: Annotated[str, Field(title="Operation", description="The id of the operation.")]


class ReadList(TypedDict):
    """Reads of a customer."""

    value: Annotated[list[ReadShape], Field(title="Reads", description="The reads, oldest first.")]


class PersonExport(TypedDict):
    """Everything that is held on one person."""

    customerId: Annotated[str, Field(title="Customer ID", description="The id of the customer.")]
    exportedAt: Annotated[str, Field(title="Exported At", description="When it was read.")]
    profile: Annotated[Json | None, Field(title="Profile", description="What the profile shows, and why.")]
    updates: Annotated[list[Json], Field(title="Updates", description="Updates, live or not.")]
    activities: Annotated[list[Json], Field(title="Activities", description="Activities, live or not.")]
    parked: Annotated[list[Json], Field(title="Parked", description="Activities parked under the source keys.")]
    keys: Annotated[list[Json], Field(title="Keys", description="The source keys.")]
    usage: Annotated[
        list[Json], Field(title="Usage", description="Calls with the id of the customer as caller or principal.")
    ]
    reads: Annotated[list[ReadShape], Field(title="Reads", description="Who read of the person, if reads are audited.")]
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
    shows_persons=True,
    visibility="internal",
    parameters=(params.INSTANCE_ID, params.CUSTOMER_ID),
    responses={200: Response("Everything that is held on the person.", PersonExport)},
)
async def export_customer(call: Call) -> Answer:
    customer_id = call[params.CUSTOMER_ID]
    export = await call.services.persons.export(call.model, customer_id, call.principal.principal_id, call.now)
    return Answer(200, _exported(export, customer_id, call.now))


@operation(
    "GET",
    "instances/{instanceId}/data/Customer/{customerId}/reads",
    id="ListReads",
    summary="List reads of a customer",
    description="Returns who read data of a customer in the last 30 days, if the instance audits reads.",
    role=Role.ADMINISTRATOR,
    visibility="internal",
    parameters=(params.INSTANCE_ID, params.CUSTOMER_ID),
    responses={200: Response("The reads, oldest first.", ReadList)},
)
async def list_reads(call: Call) -> Answer:
    readings, instance_id = call.services.store.readings, call.model.instance.instance_id
    body: ReadList = {"value": _reads(await readings.of_customer(instance_id, call[params.CUSTOMER_ID], call.now))}
    return Answer(200, body)


@operation(
    "POST",
    "instances/{instanceId}/data/Customer/{customerId}/erase",
    id="EraseCustomer",
    summary="Erase a person",
    description="Erases everything that is held on a person, and refuses its ids until the source has left it out.",
    role=Role.ADMINISTRATOR,
    visibility="internal",
    parameters=(params.INSTANCE_ID, params.CUSTOMER_ID, params.DRY_RUN),
    responses={200: Response("The person is erased.", ErasureReceipt)},
)
async def erase_customer(call: Call) -> Answer:
    erase, by = call.services.persons.erase, call.principal.principal_id
    counts = await erase(call.model, call[params.CUSTOMER_ID], by, call.now, dry_run=call[params.DRY_RUN])
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
        "reads": _reads(export.reads),
        "refreshes": dict(export.reports),
    }


def _reads(reads: Sequence[Reading]) -> list[ReadShape]:
    return [
        {"at": format_instant(at), "principal": principal_of(principal), "operation": name}
        for at, principal, name, _ in reads
    ]


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


OPERATIONS: tuple[Operation, ...] = (export_customer, list_reads, erase_customer)
