"""The connector's definition, for import from its address: for all instances, or made for one."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from function_app.api import parameters as params
from function_app.api.call import Answer, Call
from function_app.api.operation import Operation, Response, operation
from function_app.domain.access import Role
from function_app.domain.instance_connector import definition_of

FILE = Path(__file__).parents[2] / "connector" / "apiDefinition.swagger.json"


@operation(
    "GET",
    "connector/apiDefinition.swagger.json",
    id="GetConnector",
    summary="Get the connector",
    description="Returns the definition of the custom connector, with the host of the request.",
    role=None,
    visibility="internal",
    responses={200: Response("The definition, in Swagger 2.0.")},
)
async def get_connector(call: Call) -> Answer:
    return Answer(200, _addressed(call, _definition()))


@operation(
    "GET",
    "instances/{instanceId}/connector/apiDefinition.swagger.json",
    id="GetInstanceConnector",
    summary="Get the connector of an instance",
    description="Returns the definition of the connector for one instance, with its fields and its kinds of activity.",
    role=Role.VIEWER,
    visibility="internal",
    parameters=(params.INSTANCE_ID,),
    responses={200: Response("The definition, in Swagger 2.0.")},
)
async def get_instance_connector(call: Call) -> Answer:
    return Answer(200, _addressed(call, definition_of(call.model.instance, _definition())))


def _addressed(call: Call, definition: dict[str, Any]) -> dict[str, Any]:
    address = urlsplit(call.url)
    return {**definition, "host": address.netloc, "schemes": [address.scheme]}


@cache
def _definition() -> dict[str, Any]:
    definition: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return definition


OPERATIONS: tuple[Operation, ...] = (get_connector, get_instance_connector)
