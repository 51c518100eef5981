"""Key ring: find a customer by a key of a source system."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from function_app.api import parameters as params
from function_app.api.call import Answer, Call
from function_app.api.operation import Operation, Response, operation
from function_app.api.parameter import Choices, query
from function_app.api.parameter_types import text
from function_app.domain.access import Role
from function_app.domain.activity import SourceKey
from function_app.operations.shapes import UNTYPED

DATA_SOURCE = query(
    "dataSourceName",
    "Data Source",
    "The data source of the key, like eCommerce.",
    text(200),
    required=True,
    choices=Choices("ListKeyEntities", items="dataSources", value="name", title="name", given=("instanceId",)),
)
ENTITY = query(
    "entityName",
    "Entity",
    "The entity of the key in that data source, like eCommerceContacts.",
    text(200),
    required=True,
    choices=Choices(
        "ListKeyEntities", items="value", value="name", title="name", given=("instanceId", "dataSourceName")
    ),
)
SOURCE_KEY = query("key", "Key", "The customer's key in that entity, like CNTID_1000.", text(200), required=True)


class KeyRing(TypedDict):
    """The keys of a customer in the source entities."""

    instanceId: Annotated[str, Field(title="Instance ID", description="The instance's id.")]
    customerId: Annotated[str, Field(title="Customer ID", description="The id of the customer.")]
    keyRing: Annotated[
        dict[str, str],
        Field(title="Source Keys", description="The key in each source entity.", json_schema_extra=UNTYPED),
    ]


@operation(
    "GET",
    "instances/{instanceId}/profile/keyring",
    id="FindCustomer",
    summary="Find a customer by source key",
    description="Returns the id of the customer with a key in a source system, and all source keys of this customer. "
    "Use it when you have a key of a source system, like a contact number. Do not use it for names or "
    "emails: use List customer profiles.",
    role=Role.VIEWER,
    shows_persons=True,
    parameters=(params.INSTANCE_ID, DATA_SOURCE, ENTITY, SOURCE_KEY),
    responses={200: Response("The customer and its key ring.", KeyRing)},
)
async def find_customer(call: Call) -> Answer:
    source_key = SourceKey(f"{call[DATA_SOURCE]}_{call[ENTITY]}", call[SOURCE_KEY])
    customer_id, ring = await call.services.key_ring.of_key(call.model, source_key, call.now)
    body: KeyRing = {
        "instanceId": call.model.instance.instance_id,
        "customerId": customer_id,
        "keyRing": {key.entity: key.key for key in ring},
    }
    return Answer(200, body)


OPERATIONS: tuple[Operation, ...] = (find_customer,)
