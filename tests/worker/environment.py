"""The environment of a worker in Azure, on loopback: Cosmos DB, Storage, Entra, Application Insights, the host."""

from __future__ import annotations

import asyncio
import gzip
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
from azure.storage.queue import QueueClient, QueueMessage, TextBase64DecodePolicy
from support import CosmosServer
from support.entra import API, TENANT, Issuer, token
from support.transport import HostTransport
from worker.client import InvocationFailedError, Worker
from worker.front import open_front
from worker.messages import protos

from function_app.source.files import AZURITE_KEY, Snapshots

SAMPLE = "11111111-1111-4111-8111-111111111111"
SAMPLE_CUSTOMER = "e9d87b97d8915684878b31c712bd4a17"  # not the one in the README
MAX_TRIES = 20


@dataclass
class Insights:
    """The ingestion endpoint of Application Insights, and the items that it received."""

    port: int = 0
    items: list[dict[str, Any]] = field(default_factory=list)

    @property
    def connection(self) -> str:
        key = "00000000-0000-4000-8000-000000000000"
        address = f"http://127.0.0.1:{self.port}/"
        return f"InstrumentationKey={key};IngestionEndpoint={address};LiveEndpoint={address}"


@contextmanager
def insights() -> Iterator[Insights]:
    state = Insights()

    class Ingestion(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            text = gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body
            if self.path.endswith("/track"):
                state.items += [item for line in text.decode().splitlines() for item in _items(json.loads(line))]
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"itemsReceived": 1, "itemsAccepted": 1, "errors": []}')

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Ingestion) as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        state.port = server.server_port
        yield state
        server.shutdown()


def _items(content: Any) -> list[dict[str, Any]]:
    return content if isinstance(content, list) else [content]


@dataclass(frozen=True)
class AzureServices:
    """The services of one resource group."""

    cosmos: CosmosServer
    queues: str
    blobs: str
    issuer: Issuer
    insights: Insights

    def settings(self, name: str) -> dict[str, str]:
        """Return the environment variables of a worker in Azure; its data is under this name."""
        return {
            "FUNCTIONS_WORKER_RUNTIME": "python",
            "FUNCTIONS_EXTENSION_VERSION": "~4",
            "AZURE_FUNCTIONS_ENVIRONMENT": "Production",
            "WEBSITE_SITE_NAME": "api",
            "WEBSITE_INSTANCE_ID": "instance",
            "CONTAINER_NAME": "container",
            "STORE": "cosmos",
            "COSMOS_ENDPOINT": self.cosmos.endpoint,
            "COSMOS_DATABASE": name,
            "COSMOS_KEY": self.cosmos.key,
            "SNAPSHOTS": f"{self.blobs}/{name}",
            "REFRESH_QUEUE": f"{self.queues}/{name}",
            "WEBHOOK_QUEUE": f"{self.queues}/{name}-webhooks",
            "REFRESH_SCHEDULE": "0 0 2 * * *",
            "AUTH_MODE": "entra",
            "ENTRA_TENANT_ID": TENANT,
            "ENTRA_AUDIENCE": API,
            "ENTRA_JWKS_URL": self.issuer.url,
            "APPLICATIONINSIGHTS_CONNECTION_STRING": self.insights.connection,
            "APPLICATIONINSIGHTS_STATSBEAT_DISABLED_ALL": "true",  # it would call another machine
            "OTEL_TRACES_SAMPLER": "always_on",
            "OTEL_BSP_SCHEDULE_DELAY": "100",  # milliseconds
        }

    def put_snapshots(self, name: str, instance_id: str, folder: Path) -> None:
        """Upload the CSV parts in the folders of a folder to the snapshots of the worker with this name."""
        files, root = Snapshots(f"{self.blobs}/{name}")._opened  # noqa: SLF001  # the product only reads
        files.create_dir(root)
        for path in folder.glob("*/*.csv"):
            with files.open_output_stream(f"{root}/{instance_id}/{path.parent.name}/{path.name}") as stream:
                stream.write(path.read_bytes())

    def queue(self, name: str) -> QueueClient:
        """Return the queue of the worker with this name."""
        address = f"{self.queues}/{name}"
        return QueueClient.from_queue_url(address, AZURITE_KEY, message_decode_policy=TextBase64DecodePolicy())


class PatientTransport(HostTransport):
    """Sends a request again if a slow store had no time for it, as the response asks."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        for _ in range(MAX_TRIES):
            answer = await super().handle_async_request(request)
            if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                break
        return answer


@dataclass(frozen=True)
class Stage:
    """A worker, its services, and the host in front of it."""

    worker: Worker
    services: AzureServices
    queue: QueueClient

    def client(self, **headers: str) -> httpx.AsyncClient:
        """Return a client of the host without sign-in."""
        transport = PatientTransport(open_front(self.worker))
        return httpx.AsyncClient(transport=transport, base_url="http://localhost/api", headers=headers)

    async def handle_messages(self, times: int = 1) -> int:
        """Deliver each message of the queue to the worker, this number of times each; return the number of messages."""
        handled = 0
        while messages := list(self.queue.receive_messages()):
            for message in messages:
                data = protos.TypedData(string=message.content)
                for _ in range(times):
                    await self._deliver(data, metadata_of(message))
                self.queue.delete_message(message)
                handled += 1
        return handled

    async def _deliver(self, data: Any, metadata: dict[str, Any]) -> None:
        """Deliver a message, as the host again if a slow store had no time for its step."""
        for left in reversed(range(MAX_TRIES)):
            try:
                await asyncio.wrap_future(self.worker.invoke("DoRefreshStep", data, metadata))
            except InvocationFailedError as error:
                if "StoreUnavailable" not in str(error) or not left:
                    raise
            else:
                return

    async def fire(self, name: str, info: str) -> None:
        """Start a function by its timer."""
        await asyncio.wrap_future(self.worker.invoke(name, protos.TypedData(json=info)))


def bearer(**claims: Any) -> dict[str, str]:
    """Return the header of a user who has signed in now."""
    now = int(time.time())
    return {"Authorization": f"Bearer {token(iat=now, nbf=now - 60, exp=now + 3600, **claims)}"}


def metadata_of(message: QueueMessage) -> dict[str, Any]:
    """Return the metadata of a queue message as the host sends it: texts unchanged, everything else as JSON."""

    def instant(value: datetime | None) -> Any:
        return protos.TypedData(json=json.dumps(value.isoformat() if value else None))

    return {
        "QueueTrigger": protos.TypedData(string=message.content),
        "Id": protos.TypedData(string=message.id),
        "PopReceipt": protos.TypedData(string=message.pop_receipt),
        "DequeueCount": protos.TypedData(json=json.dumps(message.dequeue_count)),
        "InsertionTime": instant(message.inserted_on),
        "ExpirationTime": instant(message.expires_on),
        "NextVisibleTime": instant(message.next_visible_on),
        "sys": protos.TypedData(json='{"MethodName":"DoRefreshStep","UtcNow":"2026-11-25T10:00:00.1234567Z"}'),
    }
