"""Every request gets a declared response of the declared shape, and never a fault of the service."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import schemathesis
import schemathesis.specs.openapi.schemas  # at once: not beside the thread of a host, which parses too
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from support import INSTANCE, NOW, ROOT, definition, in_json, profile, put_profiles
from support.served import served

from connector.build.swagger import FAULTS
from function_app.api.dispatch import create_app
from function_app.api.runtime import Runtime
from function_app.api.sign_in.auth import authenticate_local
from function_app.bootstrap import OPERATIONS
from function_app.error_codes import ERROR_CODES
from function_app.local.host import Host
from function_app.services.services import Services
from function_app.store.embedded import EmbeddedStore

from .finding import Finding

KNOWN = {"instanceId": INSTANCE, "customerId": "ada", "entityName": "Shop_Purchases"}
CHECKED = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
DEFINITION: dict[str, Any] = json.loads((ROOT / "connector/apiDefinition.swagger.json").read_text("utf-8"))
VALID, INVALID = schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE


class Kind(NamedTuple):
    """Return a strategy of valid or invalid requests to one operation."""

    path: str
    verb: str
    mode: schemathesis.GenerationMode


KINDS = [
    Kind(path, verb, mode)
    for path, item in DEFINITION["paths"].items()
    for verb, described in item.items()
    for mode in (VALID, INVALID)
    if mode == VALID or any(parameter["in"] != "path" for parameter in described["parameters"])
]


def declared_answers(cases: int) -> Finding:
    """Send requests generated from the definition, half of them valid, and check each response against it."""
    sent = 0
    with TemporaryDirectory() as folder, described_host(Path(folder)) as api:
        while sent < cases:
            for kind in KINDS:
                sent += examine(api, kind, ceil(cases / len(KINDS)))
    operations = len({(kind.path, kind.verb) for kind in KINDS})
    seen = f"{sent:,} requests to {operations} operations; no 500, nothing undeclared"
    return Finding("every answer is a declared one, whatever is sent", seen)


@contextmanager
def described_host(folder: Path) -> Iterator[Any]:
    """Serve the definition in `support` and one customer on a port; yield the API with its description."""
    services = Services(EmbeddedStore(folder))

    async def start() -> None:
        await services.instances.define(INSTANCE, definition(), NOW)
        await put_profiles(services.store, INSTANCE, in_json(profile("ada", City="Oslo")))

    runtime = Runtime(services, authenticate_local, lambda: NOW)
    host = Host(create_app(OPERATIONS, lambda: runtime))
    with served(host, start, services.close) as port:
        yield schemathesis.openapi.from_url(f"http://localhost:{port}/api/connector/apiDefinition.swagger.json")


def examine(api: Any, kind: Kind, examples: int, *, derandomize: bool = False) -> int:
    """Send about this many requests of one kind, the same ones each time with `derandomize`; return how many."""
    sent = 0

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=derandomize,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=api[kind.path][kind.verb].as_strategy(generation_mode=kind.mode))
    def send(case: schemathesis.Case[Any]) -> None:
        nonlocal sent
        for name in KNOWN.keys() & case.path_parameters.keys():
            case.path_parameters[name] = KNOWN[name]
        check_error(case.call_and_validate(checks=CHECKED))
        sent += 1

    send()
    return sent


def check_error(answer: schemathesis.Response) -> None:
    """Check that an error has a declared code, with its status: the definition has one response for all errors."""
    if not 200 <= answer.status_code < 400:
        assert answer.status_code in FAULTS
        assert ERROR_CODES[answer.json()["errorCode"]].status == answer.status_code
