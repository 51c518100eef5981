"""The connector's definition, for import from its address."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from function_app.api.call import Answer, Call
from function_app.api.operation import Operation, Response, operation

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
    address = urlsplit(call.url)
    return Answer(200, {**_definition(), "host": address.netloc, "schemes": [address.scheme]})


@cache
def _definition() -> dict[str, Any]:
    definition: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return definition


OPERATIONS: tuple[Operation, ...] = (get_connector,)
