"""Sizes: the rows and bytes of an entity, and when the profiles were last loaded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, NotRequired

import orjson
from pydantic import Field
from typing_extensions import TypedDict

from function_app.api import parameters as params
from function_app.api.call import Answer, Call
from function_app.api.operation import Operation, Response, operation
from function_app.domain.access import Role
from function_app.domain.activity import UNIFIED
from function_app.domain.entity import CUSTOMER
from function_app.domain.instant import format_instant
from function_app.domain.query import ActivityQuery, Equals
from function_app.operations.shapes import Instant
from function_app.services.list_customers import ListQuery

SAMPLED = 100
RECENT = 20


class EntitySize(TypedDict):
    """The size of an entity."""

    qualifiedEntityName: Annotated[str, Field(title="Qualified Name", description="The name with its data source.")]
    size: Annotated[int, Field(title="Size", description="About how many bytes its rows have as JSON.")]
    rowCount: Annotated[int, Field(title="Row Count", description="The number of rows that lists return.")]


class ProfileStoreState(TypedDict):
    """When the profiles of an instance were loaded."""

    instanceId: Annotated[str, Field(title="Instance ID", description="The instance's id.")]
    ingestionTime: NotRequired[
        Annotated[Instant | None, Field(title="Ingestion Time", description="When the last refresh succeeded.")]
    ]
    primaryInfo: NotRequired[
        Annotated[str | None, Field(title="Primary Info", description="Always null: there is only one store.")]
    ]


@operation(
    "GET",
    "instances/{instanceId}/manage/entities/{entityName}/entitysize",
    aliases=("instances/{instanceId}/manage/tables/{entityName}/entitysize",),
    id="GetEntitySize",
    summary="Get the size of an entity",
    description="Returns the number of rows of an entity, and about how many bytes they have.",
    role=Role.VIEWER,
    visibility="internal",
    parameters=(params.INSTANCE_ID, params.ENTITY_NAME),
    responses={200: Response("The size.", EntitySize)},
)
async def get_entity_size(call: Call) -> Answer:
    name = call.model.entity(call[params.ENTITY_NAME]).qualified_name
    rows, count = await _sample(call, name)
    bytes_of_rows = sum(len(orjson.dumps(row)) for row in rows)
    size = round(bytes_of_rows * count / len(rows)) if rows else 0
    body: EntitySize = {"qualifiedEntityName": name, "size": size, "rowCount": count}
    return Answer(200, body)


async def _sample(call: Call, name: str) -> tuple[Sequence[Any], int]:
    """Return some rows of an entity, and the number of all; none of an entity that has only metadata."""
    model, now = call.model, call.now
    if name == CUSTOMER:
        customers = await call.services.list_customers(model, ListQuery(top=SAMPLED, count=True), now)
        return customers.rows, customers.count or 0
    if name not in model.records:
        return (), 0
    condition = None if name == UNIFIED.name else Equals("EntityName", (name,))
    query = ActivityQuery(condition=condition)
    activities = await call.services.read_activities.page(model, query, now, top=SAMPLED, count=True)
    return activities.rows, activities.count or 0


@operation(
    "GET",
    "instances/{instanceId}/profilestore/stateinfo",
    id="GetProfileStoreState",
    summary="Get the state of the profile store",
    description="Returns when the last successful refresh of an instance ended.",
    role=Role.VIEWER,
    visibility="internal",
    parameters=(params.INSTANCE_ID,),
    responses={200: Response("The state.", ProfileStoreState)},
)
async def get_profile_store_state(call: Call) -> Answer:
    instance_id = call.model.instance.instance_id
    jobs = await call.services.refresh.recent(instance_id, RECENT)
    ended = next((job.ended_at for job in jobs if job.status == "successful" and job.ended_at), None)
    body: ProfileStoreState = {
        "instanceId": instance_id,
        "ingestionTime": format_instant(ended) if ended else None,
        "primaryInfo": None,
    }
    return Answer(200, body)


OPERATIONS: tuple[Operation, ...] = (get_entity_size, get_profile_store_state)
