"""Whatever is sent, the answer is a declared one of the declared shape, and never a fault of the service."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from support import INSTANCE, NOW, ROOT, definition, profile

from function_app.api.auth import authenticate_local
from function_app.api.dispatch import Runtime, create_app
from function_app.bootstrap import OPERATIONS
from function_app.local.host import Host
from function_app.services.suite import Suite
from function_app.store.embedded import EmbeddedStore

KNOWN = {"instanceId": INSTANCE, "customerId": "ada", "entityName": "Shop_Purchases"}
CHECKED = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
DEFINITION: dict[str, Any] = json.loads((ROOT / "connector/apiDefinition.swagger.json").read_text("utf-8"))
VALID, INVALID = schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE
CASES = [
    (path, verb, mode)
    for path, item in DEFINITION["paths"].items()
    for verb, described in item.items()
    for mode in (VALID, INVALID)
    if mode == VALID or any(parameter["in"] != "path" for parameter in described["parameters"])
]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The local host on a port of its own, with the definition of `support` and one customer."""
    services = Suite(EmbeddedStore(tmp_path_factory.mktemp("fuzz")))

    async def start() -> None:
        await services.instances.define(INSTANCE, definition(), NOW)
        await services.store.customers.write_profiles(INSTANCE, {"ada": profile("ada", City="Oslo")})

    runtime = Runtime(services, authenticate_local, lambda: NOW)
    host = Host(create_app(OPERATIONS, lambda: runtime), start, services.close)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(host, log_level="warning"))
        thread = threading.Thread(target=lambda: asyncio.run(server.serve([listener])))
        thread.start()
        yield f"http://localhost:{listener.getsockname()[1]}/api"
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def api(address: str) -> Any:
    return schemathesis.openapi.from_url(f"{address}/connector/apiDefinition.swagger.json")


@pytest.mark.parametrize(("path", "verb", "mode"), CASES)
def test_every_answer_is_declared(api: Any, path: str, verb: str, mode: schemathesis.GenerationMode) -> None:
    @settings(max_examples=20, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(case=api[path][verb].as_strategy(generation_mode=mode))
    def send(case: schemathesis.Case[Any]) -> None:
        for name in KNOWN.keys() & case.path_parameters.keys():
            case.path_parameters[name] = KNOWN[name]
        case.call_and_validate(checks=CHECKED)

    send()
