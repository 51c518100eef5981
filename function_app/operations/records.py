"""Records of source entities as they were posted and loaded, and rows of every entity set by their key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field

from function_app import error_codes
from function_app.api import options, paging
from function_app.api import parameters as params
from function_app.api.call import Answer, Call
from function_app.api.odata_keys import key_condition, split_key
from function_app.api.operation import Operation, Response, operation
from function_app.api.paging import Page
from function_app.domain.access import Role
from function_app.domain.activity import UNIFIED
from function_app.domain.csdl import entity_sets
from function_app.domain.entity import CUSTOMER, Entity
from function_app.domain.names import nearest_hint
from function_app.domain.profile import Attributes
from function_app.domain.query import ActivityQuery, Condition
from function_app.errors import ServiceError
from function_app.operations.activity_lists import ROW, ROWS, by_time, row_checks
from function_app.services.list_customers import ListQuery
from function_app.services.read_activities import customer_in
from function_app.services.read_records import RecordQuery


class RecordList(Page):
    """One page of records of a source entity."""

    value: Annotated[list[dict[str, Any]], Field(title="Records", description="The records.")]


def entity_of_rows(call: Call, name: str) -> Entity:
    """Return an entity whose rows can be read. Raises ServiceError for another name, with the nearest ones."""
    sets = {entity.qualified_name: entity for entity in entity_sets(call.model.instance)}
    if name in call.model.entities and name not in sets:
        message = f"The records of {name} are not kept; rows can be read of {', '.join(sets)}."
        raise ServiceError(error_codes.ENTITY_NOT_FOUND(message, "entityName"))
    if name not in sets:
        message = f"There is no entity '{name[:100]}'{nearest_hint(name, sets)}."
        raise ServiceError(error_codes.ENTITY_NOT_FOUND(message, "entityName"))
    return sets[name]


def _entity(call: Call) -> Entity:
    return entity_of_rows(call, split_key(call[ROW])[0])


def _check_key(call: Call) -> None:
    _, key = split_key(call[ROW])
    if key is not None:
        key_condition(key, _entity(call))


@operation(
    "GET",
    "instances/{instanceId}/data/{entityName}",
    id="ListRecords",
    summary="List records",
    description="Returns the records of a source entity as they were posted and loaded, newest first.",
    role=Role.VIEWER,
    shows_persons=True,
    visibility="internal",
    parameters=(params.INSTANCE_ID, ROW, *ROWS),
    responses={200: Response("One page of records, or the row with the key.", RecordList)},
    checks=(*row_checks(_entity), _check_key),
)
async def list_records(call: Call) -> Answer:
    entity, (_, key) = _entity(call), split_key(call[ROW])
    if key is not None:
        return await _row(call, entity, key)
    part, names, condition = paging.window(call), options.selected(call, entity), options.condition(call, entity)
    query = RecordQuery(condition, by_time(call, entity), part.read, call[options.SKIP], paging.read_sort(call))
    page = await call.services.read_records.page(call.model, entity, query, call.now)
    count = await count_of(call, entity, condition) if call[options.COUNT] else None
    described = paging.context(call, entity.qualified_name, names or ())
    following = [page.following] if page.following else None
    rows = [options.chosen(row, names) for row in page.rows[: part.rows]]
    body: RecordList = {
        **paging.page_head(call, described, following, count, part.cut(len(rows))),
        "value": rows,
    }
    return Answer(200, body, paging.preference_applied(call))


async def _row(call: Call, entity: Entity, key: str) -> Answer:
    """Answer with the row that a key names."""
    names = options.selected(call, entity)
    found = await _find(call, entity, key_condition(key, entity))
    if found is None:
        codes = {CUSTOMER: error_codes.CUSTOMER_NOT_FOUND}
        code = codes.get(entity.qualified_name, error_codes.ACTIVITY_NOT_FOUND)
        raise ServiceError(code(f"There is no row {entity.qualified_name}({key[:100]}).", "entityName"))
    described = paging.context(call, entity.qualified_name, names or ()) + "/$entity"
    return Answer(200, {"@odata.context": described, **options.chosen(found, names)})


async def _find(call: Call, entity: Entity, condition: Condition) -> Attributes | None:
    rows: Sequence[Attributes]
    if entity.name == CUSTOMER:
        rows = (await call.services.list_customers(call.model, ListQuery(condition, top=1), call.now)).rows
    elif entity is UNIFIED:
        query = ActivityQuery(condition=condition)
        rows = (await call.services.read_activities.page(call.model, query, call.now, top=1)).rows
    else:
        wanted = RecordQuery(condition, top=1)
        rows = (await call.services.read_records.page(call.model, entity, wanted, call.now)).rows
    return next(iter(rows), None)


async def count_of(call: Call, entity: Entity, condition: Condition | None) -> int:
    """Count the activities or records that meet a condition."""
    if entity is not UNIFIED:
        return await call.services.read_records.count(call.model, entity, condition, call.now)
    query = ActivityQuery(customer_in(condition), condition)
    page = await call.services.read_activities.page(call.model, query, call.now, top=1, count=True)
    return page.count or 0


OPERATIONS: tuple[Operation, ...] = (list_records,)
