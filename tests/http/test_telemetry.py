from __future__ import annotations

import gzip
import json
import logging
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import quote

import httpx
import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from support import INSTANCE, ROOT, Clock, definition, in_json, profile, put_profiles
from support.entra import issuer, token
from support.process import LONG_S
from support.transport import HostTransport

from function_app import telemetry
from function_app.api.dispatch import create_app
from function_app.api.runtime import Runtime
from function_app.bootstrap import OPERATIONS
from function_app.bootstrap import traced as traced_services
from function_app.local.host import Host
from function_app.services.services import Services
from function_app.store.port import Store

MARK = "Zxq7Secret"
AT = f"instances/{INSTANCE}"
ADMIN = {"Authorization": f"Bearer {token(oid='boss', roles=['Administrator'])}"}
PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    telemetry.start_tracing(provider.get_tracer("test"))
    yield exporter
    telemetry.stop_tracing()
    provider.shutdown()


@pytest.fixture(params=["embedded_store", "cosmos_store"])
def store(request: pytest.FixtureRequest) -> Store:
    """Each adapter in turn."""
    found: Store = request.getfixturevalue(request.param)
    return found


@pytest.fixture
async def traced(
    store: Store, spans: InMemorySpanExporter, clock: Clock
) -> AsyncIterator[tuple[httpx.AsyncClient, Services]]:
    """The traced host over each store, with a customer that has a mark in every text."""
    services = traced_services(store, Services)
    with issuer() as entra:
        runtime = Runtime(services, entra.authenticator(services.access), clock)
        transport = HostTransport(Host(create_app(OPERATIONS, lambda: runtime)))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost/api", headers=ADMIN) as client:
            await services.instances.define(INSTANCE, definition(), clock())
            await put_profiles(store, INSTANCE, in_json(profile(MARK, FullName=MARK, City=MARK)))
            spans.clear()
            yield client, services
        await services.usage.close()


def named(spans: InMemorySpanExporter, name: str) -> ReadableSpan:
    return next(span for span in spans.get_finished_spans() if span.name == name)


async def test_a_request_its_services_and_its_store_calls_are_spans_of_the_callers_trace(
    traced: tuple[httpx.AsyncClient, Services], spans: InMemorySpanExporter
) -> None:
    client, _ = traced
    await client.get(f"{AT}/data/Customer/{MARK}", headers={"traceparent": PARENT})
    names = ("GetCustomer", "services.read_customer.json", "store.customers.read_json")
    request, service, store = (named(spans, name) for name in names)
    assert request.context
    assert service.context
    assert request.parent
    assert f"{request.parent.span_id:x}" == PARENT.split("-")[2]
    assert {span.context.trace_id for span in (request, service, store) if span.context} == {
        int(PARENT.split("-")[1], 16)
    }
    assert service.parent
    assert store.parent
    assert service.parent.span_id == request.context.span_id
    assert store.parent.span_id == service.context.span_id
    own = {"requestId": PARENT.split("-")[1]}
    assert dict(request.attributes or {}) == {"http.response.status_code": 200, "errorCode": "", **own}


async def test_a_store_call_reports_its_cost(cosmos_store: Store, spans: InMemorySpanExporter) -> None:
    services = traced_services(cosmos_store, Services)
    await services.access.api_keys(INSTANCE)
    found = named(spans, "store.access.read_grants").attributes or {}
    assert (found["cosmos.requests"], found["cosmos.retries"]) == (1, 0)
    assert "cosmos.charge" in found


VALUES = {"instanceId": INSTANCE, "role": "Viewer", "slot": "primary", "entityName": "Shop_Purchases"}
INVALID = ["?nope=", "?validUntil=", "?$filter=City eq '", "?$skiptoken=", "?from=", "?groupBy=", "?before="]
PURCHASE = {"PurchaseId": MARK, "PurchasedOn": "2026-11-23T10:00:00Z", "ContactId": MARK, "Product": MARK}
BODIES = [
    PURCHASE,
    {"items": [PURCHASE, {"PurchaseId": MARK, MARK: MARK}, MARK]},
    {"FullName": MARK, "Token": MARK, MARK: MARK, "Points": MARK},
    {"City": MARK},
    {"name": MARK, "entities": [{"name": MARK}]},
    {"principalType": "user", "roles": ["Viewer"], "principalId": MARK},
    MARK,
]


async def everything(client: httpx.AsyncClient) -> list[httpx.Response]:
    """Send marked values through every operation: valid ones, and invalid ones in every place."""
    secrets = [{}, {"Authorization": f"Bearer {MARK}"}, {"Ocp-Apim-Subscription-Key": f"{INSTANCE}.{MARK}"}]
    answers = []
    for operation in OPERATIONS:
        path = re.sub(r"{(\w+)}", lambda match: VALUES.get(match[1], MARK), operation.path)
        wrong = re.sub(r"{(\w+)}", MARK, operation.path)
        repeat = {"Repeatability-Request-ID": MARK}
        for headers in secrets:
            answers += [
                await client.request(operation.verb, path, json=body, headers={**ADMIN, **repeat, **headers})
                for body in (BODIES if operation.body else [None])
            ]
            answers += [
                await client.request(operation.verb, target + query, headers={**ADMIN, **headers})
                for target in (path, wrong)
                for query in ("", f"?caller={MARK}", *(f"{bad}{quote(MARK)}" for bad in INVALID))
            ]
    return answers


async def test_no_value_reaches_a_log_or_a_span_and_no_secret_an_answer(
    traced: tuple[httpx.AsyncClient, Services],
    spans: InMemorySpanExporter,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client, services = traced
    monkeypatch.setattr(logging, "_logRecordFactory", logging.getLogRecordFactory())
    telemetry.correlate_logs()
    for library in ("httpx", "httpcore"):
        caplog.set_level(logging.WARNING, library)
    caplog.set_level(logging.DEBUG)
    answers = await everything(client)

    async def broken(*_: object) -> None:
        raise KeyError(MARK)

    with monkeypatch.context() as faulty:
        faulty.setattr(services.store.customers._target, "read_json", broken)  # type: ignore[attr-defined]  # noqa: SLF001
        failed = await client.get(f"{AT}/data/Customer/{MARK}")
    assert failed.status_code == 500
    assert MARK not in failed.text
    assert named(spans, "store.customers.read_json")
    written = "\n".join(span.to_json() for span in spans.get_finished_spans())
    written += "\n".join(f"{record.getMessage()} {record.exc_text}" for record in caplog.records)
    assert MARK not in written
    assert ADMIN["Authorization"].split()[1] not in written
    assert {record.correlationId for record in caplog.records if record.levelno >= logging.ERROR} == {  # type: ignore[attr-defined]
        failed.headers["x-ms-request-id"]
    }
    assert {200, 202, 204, 400, 401, 404} <= {answer.status_code for answer in answers}
    refused = [answer for answer in answers if answer.status_code in {401, 403}]
    assert refused
    shown = [answer.text + re.sub(r'resource_metadata="[^"?]*"', "", str(answer.headers)) for answer in refused]
    assert not [text for text in shown if MARK in text]  # a challenge of agents has their address


def python(code: str, **environment: str) -> str:
    run = [sys.executable, "-c", code]
    done = subprocess.run(run, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=LONG_S)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_without_a_connection_string_opentelemetry_is_not_imported(tmp_path: Path) -> None:
    code = (
        "import sys, function_app; from function_app.bootstrap import get_runtime; get_runtime();"
        "print([name for name in ('opentelemetry', 'jwt', 'cryptography') if name in sys.modules])"
    )
    assert python(code, AUTH_MODE="local", DATA_DIR=str(tmp_path)) == "[]"


SEND = """
import logging
from function_app import telemetry
telemetry.correlate_logs()
telemetry.export_to_azure_monitor("{connection}")
with telemetry.request("GetCustomer", "{parent}"):
    logging.getLogger("function_app.api").warning("ours")
    logging.getLogger("azure.core").warning("theirs")
"""


def test_with_a_connection_string_spans_and_warnings_go_to_application_insights_in_the_hosts_trace() -> None:
    received = []

    class Ingestion(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.append(gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"itemsReceived": 1, "itemsAccepted": 1, "errors": []}')

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Ingestion) as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        connection = f"InstrumentationKey={INSTANCE};IngestionEndpoint=http://127.0.0.1:{server.server_port}/"
        quiet = {"APPLICATIONINSIGHTS_STATSBEAT_DISABLED_ALL": "true", "OTEL_TRACES_SAMPLER": "always_on"}
        python(SEND.format(connection=connection, parent=PARENT), **quiet)
        server.shutdown()
    sent = b"".join(received).decode()
    sent_items = [item for items in received for line in items.decode().splitlines() for item in json.loads(line)]
    (call,) = [item for item in sent_items if item["data"]["baseData"].get("name") == "GetCustomer"]
    _, trace_id, parent_id, _ = PARENT.split("-")
    assert (call["tags"]["ai.operation.id"], call["tags"]["ai.operation.parentId"]) == (trace_id, parent_id)
    assert call["data"]["baseType"] == "RemoteDependencyData", "the host writes the one Request"
    assert not [item for item in sent_items if item["data"]["baseType"] == "RequestData"]
    assert "ours" in sent
    assert "correlationId" in sent
    assert "azure.core warned in <module> at <string>:" in sent
    assert "theirs" not in sent


def test_the_trace_of_errors_that_cause_each_other_ends_and_has_no_message() -> None:
    first, second = ValueError("Ada"), KeyError("Lovelace")
    first.__cause__, second.__cause__ = second, first
    assert telemetry.safe_trace(first) == "ValueError\nfrom KeyError"
