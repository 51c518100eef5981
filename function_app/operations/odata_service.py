"""The OData service of an instance: its entity sets, their metadata, counts, source records, and rows by key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any

from pydantic import Field
from typing_extensions import TypedDict

from function_app import error_codes
from function_app.api import options, paging
from function_app.api import parameters as params
from function_app.api.call import Answer, Call
from function_app.api.odata_keys import key_filter, split_key
from function_app.api.operation import Operation, Response, operation
from function_app.api.paging import Page
from function_app.domain.access import Role
from function_app.domain.activity import UNIFIED
from function_app.domain.csdl import entity_sets, metadata
from function_app.domain.entity import CUSTOMER, Entity
from function_app.domain.names import nearest_hint
from function_app.domain.profile import Attributes
from function_app.domain.query import ActivityQuery, AllOf, Condition
from function_app.errors import ServiceError
from function_app.operations.activities import ROWS, by_time, list_by
from function_app.services.list_customers import ListQuery
from function_app.services.read_activities import customer_in
from function_app.services.read_records import RecordQuery

XML = {"Content-Type": "application/xml; charset=utf-8"}
TEXT = {"Content-Type": "text/plain; charset=utf-8"}
_JSON_TOO = "application/json"  # what clients ask for everywhere; OData 4.0 answers XML and text all the same


class EntitySet(TypedDict):
    """An entity set of the OData service."""

    name: Annotated[str, Field(title="Name", description="The qualified name of the entity.")]
    kind: Annotated[str, Field(title="Kind", description="Always EntitySet.")]
    url: Annotated[str, Field(title="Relative Address", description="The address, below that of the service.")]


ServiceDocument = TypedDict(
    "ServiceDocument",
    {
        "@odata.context": Annotated[str, Field(title="Context", description="The address of the metadata.")],
        "value": Annotated[list[EntitySet], Field(title="Entity Sets", description="The entity sets.")],
    },
)
"""The entity sets of an instance."""


class RecordList(Page):
    """One page of records of a source entity."""

    value: Annotated[list[dict[str, Any]], Field(title="Records", description="The records.")]


@operation(
    "GET",
    "instances/{instanceId}/data",
    id="GetServiceDocument",
    summary="Get the OData service document",
    description="Returns the entity sets of the OData service of an instance. Power BI and Excel begin with it.",
    role=Role.VIEWER,
    visibility="internal",
    parameters=(params.INSTANCE_ID, options.FORMAT),
    responses={200: Response("The entity sets.", ServiceDocument)},
)
async def get_service_document(call: Call) -> Answer:
    names = [entity.qualified_name for entity in entity_sets(call.model.instance)]
    body: ServiceDocument = {
        "@odata.context": f"{paging.service_root(call)}/$metadata",
        "value": [{"name": name, "kind": "EntitySet", "url": name} for name in names],
    }
    return Answer(200, body)


@operation(
    "GET",
    "instances/{instanceId}/data/$metadata",
    id="GetMetadata",
    summary="Get the OData metadata",
    description="Returns the metadata of the OData service of an instance, as XML: types, keys and entity sets.",
    role=Role.VIEWER,
    visibility="internal",
    parameters=(params.INSTANCE_ID, options.FORMAT),
    responses={200: Response("The metadata.")},
    media=("application/xml", "text/xml", _JSON_TOO),
)
async def get_metadata(call: Call) -> Answer:
    return Answer(200, metadata(call.model.instance).encode(), XML)


@operation(
    "GET",
    "instances/{instanceId}/data/Customer/$count",
    id="CountCustomers",
    summary="Get the number of customers",
    description="Returns the number of customers that match a filter or a search, as text.",
    role=Role.VIEWER,
    visibility="internal",
    parameters=(params.INSTANCE_ID, options.FILTER, options.SEARCH, options.FORMAT),
    responses={200: Response("The number.")},
    media=("text/plain", _JSON_TOO),
)
async def count_customers(call: Call) -> Answer:
    condition = options.condition(call, call.model.instance.customer)
    page = await call.services.list_customers(call.model, ListQuery(condition, top=1, count=True), call.now)
    return Answer(200, str(page.count).encode(), TEXT)


@operation(
    "GET",
    "instances/{instanceId}/data/{entityName}/$count",
    id="CountRows",
    summary="Get the number of rows",
    description="Returns the number of activities or records that match a filter or a search, as text.",
    role=Role.VIEWER,
    visibility="internal",
    parameters=(params.INSTANCE_ID, params.ACTIVITY_ENTITY, options.FILTER, options.SEARCH, options.FORMAT),
    responses={200: Response("The number.")},
    media=("text/plain", _JSON_TOO),
)
async def count_rows(call: Call) -> Answer:
    entity = _entity(call, call[params.ACTIVITY_ENTITY])
    condition = options.condition(call, entity)
    return Answer(200, str(await _count(call, entity, condition)).encode(), TEXT)


async def _count(call: Call, entity: Entity, condition: Condition | None) -> int:
    if entity is not UNIFIED:
        return await call.services.read_records.count(call.model, entity, condition, call.now)
    query = ActivityQuery(customer_in(condition), condition)
    page = await call.services.read_activities.page(call.model, query, call.now, top=1, count=True)
    return page.count or 0


RECORDS = replace(
    params.ACTIVITY_ENTITY,
    description="The source entity, like eCommerce_eCommercePurchases; with a key for one row, like Customer('3f2a').",
)


@operation(
    "GET",
    "instances/{instanceId}/data/{entityName}",
    id="ListRecords",
    summary="List records",
    description="Returns the records of a source entity as they were posted and loaded, newest first.",
    role=Role.VIEWER,
    visibility="internal",
    parameters=(params.INSTANCE_ID, RECORDS, *ROWS),
    responses={200: Response("One page of records, or the row with the key.", RecordList)},
)
async def list_records(call: Call) -> Answer:
    name, key = split_key(call[RECORDS])
    entity = _entity(call, name)
    if key is not None:
        return await _row(call, entity, key)
    part, names, condition = paging.window(call), options.selected(call, entity), options.condition(call, entity)
    query = RecordQuery(condition, by_time(call, entity), part.read, call[options.SKIP], paging.read_sort(call))
    page = await call.services.read_records.page(call.model, entity, query, call.now)
    count = await _count(call, entity, condition) if call[options.COUNT] else None
    described = paging.context(call, entity.qualified_name, names or ())
    following = [page.following] if page.following else None
    body: RecordList = {
        **paging.page_head(call, described, following, count, part),
        "value": [_chosen(row, names) for row in page.rows[: part.rows]],
    }
    return Answer(200, body, paging.preference_applied(call))


def _chosen(row: Attributes, names: Sequence[str] | None) -> dict[str, Any]:
    return dict(row) if names is None else {name: row.get(name) for name in names}


def _entity(call: Call, name: str) -> Entity:
    """Return an entity whose rows can be read. Raises ServiceError for another name, with the nearest ones."""
    sets = {entity.qualified_name: entity for entity in entity_sets(call.model.instance)}
    if name in call.model.entities and name not in sets:
        message = f"The records of {name} are not kept; rows can be read of {', '.join(sets)}."
        raise ServiceError(error_codes.ENTITY_NOT_FOUND(message, "entityName"))
    if name not in sets:
        message = f"There is no entity '{name[:100]}'{nearest_hint(name, sets)}."
        raise ServiceError(error_codes.ENTITY_NOT_FOUND(message, "entityName"))
    return sets[name]


async def _row(call: Call, entity: Entity, key: str) -> Answer:
    """Answer with the row that a key names."""
    names = options.selected(call, entity)
    found = await _find(call, entity, _condition(key, entity))
    if found is None:
        codes = {CUSTOMER: error_codes.CUSTOMER_NOT_FOUND}
        code = codes.get(entity.qualified_name, error_codes.ACTIVITY_NOT_FOUND)
        raise ServiceError(code(f"There is no row {entity.qualified_name}({key[:100]}).", "entityName"))
    described = paging.context(call, entity.qualified_name, names or ()) + "/$entity"
    return Answer(200, {"@odata.context": described, **_chosen(found, names)})


def _condition(key: str, entity: Entity) -> Condition:
    from function_app.api.odata_filter import parse_filter  # noqa: PLC0415  # 90 ms that a cold start saves

    return parse_filter(key_filter(key, entity), entity)


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


@operation(
    "GET",
    "instances/{instanceId}/data/{entityName}/UnifiedActivity",
    id="ListActivitiesOfCustomer",
    summary="List activities of a customer",
    description="Returns the activities of the customer whose key is in the address, newest first.",
    role=Role.VIEWER,
    visibility="internal",
    parameters=(params.INSTANCE_ID, RECORDS, *ROWS),
    responses={200: Response("One page of activities.", RecordList)},
)
async def list_activities_of_customer(call: Call) -> Answer:
    name, key = split_key(call[RECORDS])
    customer = call.model.instance.customer
    if name != CUSTOMER or key is None:
        message = f"Only a customer has activities, like Customer('3f2a'); received '{call[RECORDS][:100]}'."
        raise ServiceError(error_codes.ENTITY_NOT_FOUND(message, "entityName"))
    mine = _condition(key, customer)
    condition = options.condition(call, UNIFIED)
    return await list_by(call, mine if condition is None else AllOf((mine, condition)))


OPERATIONS: tuple[Operation, ...] = (
    get_service_document,
    get_metadata,
    count_customers,
    count_rows,
    list_records,
    list_activities_of_customer,
)
