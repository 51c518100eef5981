"""Every request gets a declared response of the declared shape, and never a fault of the service."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import httpx
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
from support.process import LONG_S
from support.served import served
from support.turns import watched

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

TRIES = 5  # a first turn may be long, as it imports; and machines stall
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
    if not verb.startswith("x-")
    for mode in (VALID, INVALID)
    if mode == VALID or any(parameter["in"] != "path" for parameter in described["parameters"])
]


class Described(NamedTuple):
    """The API of a host with its description, and the seconds of the long turns of the host's event loop."""

    api: Any
    base: str
    turns: list[float]

    def long_turns(self) -> int:
        """Return how many there were; an answer may come before its turn has ended, so another one is requested."""
        httpx.get(f"{self.base}/health", timeout=LONG_S).raise_for_status()
        return len(self.turns)


def declared_answers(cases: int) -> Finding:
    """Send requests generated from the definition, half of them valid, and check each response against it."""
    sent = 0
    with TemporaryDirectory() as folder, described_host(Path(folder)) as described:
        while sent < cases:
            for kind in KINDS:
                sent += examine(described, kind, ceil(cases / len(KINDS)))
    operations = len({(kind.path, kind.verb) for kind in KINDS})
    seen = f"{sent:,} requests to {operations} operations; no 500, nothing undeclared"
    return Finding("every answer is a declared one, whatever is sent", seen)


@contextmanager
def described_host(folder: Path) -> Iterator[Described]:
    """Serve the definition in `support` and one customer on a port; yield the API with its description."""
    services = Services(EmbeddedStore(folder))

    async def start() -> None:
        await services.instances.define(INSTANCE, definition(), NOW)
        await put_profiles(services.store, INSTANCE, in_json(profile("ada", City="Oslo")))

    runtime = Runtime(services, authenticate_local, lambda: NOW)
    host = Host(create_app(OPERATIONS, lambda: runtime))
    turns: list[float] = []
    with watched(turns.append), served(host, start, services.close) as port:
        base = f"http://localhost:{port}/api"
        yield Described(schemathesis.openapi.from_url(f"{base}/connector/apiDefinition.swagger.json"), base, turns)


def examine(described: Described, kind: Kind, examples: int, *, derandomize: bool = False) -> int:
    """Send about this many requests of one kind, the same ones each time with `derandomize`; return how many."""
    sent = 0
    # errors of JSON-RPC, and an empty 202
    is_agentic = "x-ms-agentic-protocol" in DEFINITION["paths"][kind.path][kind.verb]

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=derandomize,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=described.api[kind.path][kind.verb].as_strategy(generation_mode=kind.mode))
    def send(case: schemathesis.Case[Any]) -> None:
        nonlocal sent
        for name in KNOWN.keys() & case.path_parameters.keys():
            case.path_parameters[name] = KNOWN[name]
        turns = described.long_turns()
        for _ in range(TRIES):
            before = turns
            answer = case.call(timeout=LONG_S)
            has_shape = not is_agentic and answer.status_code != 204  # what has no content has no type
            case.validate_response(answer, checks=CHECKED if has_shape else CHECKED[:2])
            if not is_agentic:
                check_error(answer)
            sent += 1
            turns = described.long_turns()
            if turns == before:
                break
        assert turns == before, f"{case.as_curl_command()} held the event loop for long."

    send()
    return sent


def check_error(answer: schemathesis.Response) -> None:
    """Check that an error has a declared code, with its status: the definition has one response for all errors."""
    if not 200 <= answer.status_code < 400:
        assert answer.status_code in FAULTS
        assert ERROR_CODES[answer.json()["errorCode"]].status == answer.status_code
