"""The OData service of an instance: its entity sets, their metadata, and counts of their rows."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from function_app.api import options, paging
from function_app.api import parameters as params
from function_app.api.call import Answer, Call
from function_app.api.operation import Operation, Response, operation
from function_app.domain.access import Role
from function_app.domain.csdl import entity_sets, metadata
from function_app.operations.records import count_of, entity_of_rows
from function_app.services.list_customers import ListQuery

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
    checks=options.checks(lambda call: call.model.instance.customer),
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
    checks=options.checks(lambda call: entity_of_rows(call, call[params.ACTIVITY_ENTITY])),
    responses={200: Response("The number.")},
    media=("text/plain", _JSON_TOO),
)
async def count_rows(call: Call) -> Answer:
    entity = entity_of_rows(call, call[params.ACTIVITY_ENTITY])
    condition = options.condition(call, entity)
    return Answer(200, str(await count_of(call, entity, condition)).encode(), TEXT)


OPERATIONS: tuple[Operation, ...] = (
    get_service_document,
    get_metadata,
    count_customers,
    count_rows,
)
