"""The Cosmos DB account: one client for each worker process, created on first use; its errors as `ServiceError`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from typing import Any, TypeVar

from azure.core import MatchConditions
from azure.core.exceptions import AzureError
from azure.cosmos.aio import ContainerProxy, CosmosClient
from azure.cosmos.exceptions import CosmosBatchOperationError, CosmosHttpResponseError, CosmosResourceExistsError

from function_app import error_codes
from function_app.domain.feed import LOOK_UP_WITHIN_S, WRITE_WITHIN_S
from function_app.domain.instant import format_instant
from function_app.errors import ServiceError, Throttled, Unavailable
from function_app.store.documents import Document
from function_app.telemetry import count_response

T = TypeVar("T")
ANSWERS_WITHIN_S = 6  # Cosmos DB ends a page of a query after 5; the SDK's default is 65, with four attempts
KEYS_PER_QUERY, _MAX_CONCURRENCY = 200, 32
_LOST = frozenset((404, 409, 412))
_TRANSIENT = frozenset((404, 408, 412, 449, 500, 502, 503))
_THROTTLED, _FORBIDDEN, _REFUSED = 429, 403, frozenset((400, 413))
_ROLE_SPREADS_S = 30  # after a first deployment it takes minutes until the account knows a role
_MAX_WAIT_S = 3


class Account:
    """One database of an account; its containers must exist.

    `key` is for emulators; without it the identity of the host is used.
    """

    def __init__(self, endpoint: str, database: str, key: str | None = None) -> None:
        self._endpoint, self._database, self._key = endpoint, database, key
        self._client: CosmosClient | None = None
        self._credential: Any = None
        self._containers: dict[str, ContainerProxy] = {}

    def container(self, name: str) -> ContainerProxy:
        if self._client is None:
            self._client = self._connect()
        if name not in self._containers:
            self._containers[name] = self._client.get_database_client(self._database).get_container_client(name)
        return self._containers[name]

    def _connect(self) -> CosmosClient:
        options: dict[str, Any] = {
            "retry_throttle_total": 2,
            "retry_throttle_backoff_max": _MAX_WAIT_S,
            "retry_write": 1,
            "retry_read": 1,
            "read_timeout": ANSWERS_WITHIN_S,
            "raw_response_hook": _on_response,
        }
        if self._key:
            options |= {"connection_verify": False, "enable_endpoint_discovery": False}
            return CosmosClient(self._endpoint, self._key, **options)
        from azure.identity.aio import DefaultAzureCredential  # noqa: PLC0415  # 160 ms, needed only in Azure

        self._credential = DefaultAzureCredential()
        return CosmosClient(self._endpoint, self._credential, **options)

    async def query(self, container: str, sql: str, values: Mapping[str, Any], pk: str | None = None) -> list[Any]:
        parameters = [{"name": f"@{name}", "value": value} for name, value in values.items()]
        options: Any = {"partition_key": pk} if pk is not None else {}
        async with in_time(None if pk is None else LOOK_UP_WITHIN_S):
            pages = self.container(container).query_items(sql, parameters=parameters, **options)
            try:
                return [document async for document in pages]
            except CosmosHttpResponseError as error:
                if error.status_code in _REFUSED:  # too many customers to exclude: the caller can't fix it
                    raise Unavailable from error
                raise

    async def read_items(self, container: str, keys: Sequence[tuple[str, str]]) -> list[Document]:
        """Return the existing documents among these ids and partition keys."""

        async def read(some: list[tuple[str, str]]) -> list[Document]:
            return list(await self.container(container).read_items(some))

        pages = await gather_bounded(read, batched(keys, KEYS_PER_QUERY))
        return [document for page in pages for document in page]

    async def query_keys(self, container: str, select: str, keys: Collection[str], more: str = "") -> list[Any]:
        """Query documents by partition key: a single key in its partition, several in batches across partitions."""

        async def query(some: list[str]) -> list[Any]:
            if len(some) == 1:
                return await self.query(container, f"{select} WHERE c.pk = @pk{more}", {"pk": some[0]}, some[0])
            values: dict[str, Any] = {}
            return await self.query(container, f"{select} WHERE c.pk IN ({placeholders(some, values)}){more}", values)

        pages = await gather_bounded(query, batched(list(keys), KEYS_PER_QUERY))
        return [row for page in pages for row in page]

    async def put(self, container: str, document: Document) -> None:
        """Write a document, whether or not there is one with its id."""
        with translated():
            await self.container(container).upsert_item(document, no_response=True)

    async def create(self, container: str, document: Document, now: datetime) -> Document | None:
        """Create a document or replace an expired one; return the live document with the same id if there is one."""
        proxy = self.container(container)
        async with in_time(WRITE_WITHIN_S):
            while True:
                try:
                    await proxy.create_item(document, no_response=True)
                except CosmosResourceExistsError:
                    known: Document = await proxy.read_item(document["id"], document["pk"])
                    if known["validUntil"] is None or known["validUntil"] > format_instant(now):
                        return known
                    if not await won(
                        proxy.replace_item(document["id"], document, no_response=True, **if_unchanged(known))
                    ):
                        continue
                return None

    async def close(self) -> None:
        for resource in (self._client, self._credential):
            if resource is not None:
                await resource.close()


def _on_response(response: Any) -> None:
    """Count a response; raise Throttled if it requires a long wait, as the SDK would sleep that long."""
    count_response(response)
    answer = response.http_response
    if answer.status_code == _THROTTLED and _wait(answer.headers) > _MAX_WAIT_S:
        raise Throttled(_wait(answer.headers))


def _wait(headers: Mapping[str, str]) -> float:
    return float(headers.get("x-ms-retry-after-ms", 1000)) / 1000


def binder(values: dict[str, Any]) -> Callable[[Any], str]:
    """Return a function that adds a value to `values` and returns its placeholder."""

    def bind(value: Any) -> str:
        name = f"v{len(values)}"
        values[name] = value
        return f"@{name}"

    return bind


def placeholders(items: Sequence[Any], values: dict[str, Any]) -> str:
    """Return placeholders of the items for an IN clause, which queries only the partitions concerned."""
    return ", ".join(map(binder(values), items))


def batched(items: Sequence[T], size: int) -> list[list[T]]:
    """Return the items in lists of at most this size."""
    return [list(items[start : start + size]) for start in range(0, len(items), size)]


async def gather_bounded(act: Callable[[Any], Any], items: Collection[Any]) -> list[Any]:
    bound = asyncio.Semaphore(_MAX_CONCURRENCY)

    async def one(item: Any) -> Any:
        async with bound:
            with translated():
                return await act(item)

    return await asyncio.gather(*(one(item) for item in items))


def if_unchanged(found: Document) -> dict[str, Any]:
    """Return the options of a write that fails if a document was written since it was read."""
    return {"etag": found["_etag"], "match_condition": MatchConditions.IfNotModified}


def lost_race(error: Any) -> bool:
    """Return whether a guarded write failed because someone else wrote or removed the document."""
    return error.status_code in _LOST


async def won(write: Awaitable[Any]) -> bool:
    """Await a guarded write; return whether it was done: not if someone else was faster."""
    try:
        await write
    except CosmosHttpResponseError as error:
        if lost_race(error):
            return False
        raise
    return True


@asynccontextmanager
async def in_time(seconds: float | None) -> AsyncIterator[None]:
    """Translate errors; Unavailable if the block takes longer."""
    with translated():
        async with asyncio.timeout(seconds):
            yield


@contextmanager
def translated() -> Iterator[None]:
    try:
        yield
    except (CosmosHttpResponseError, CosmosBatchOperationError) as error:
        if error.status_code == _THROTTLED:
            raise Throttled(_wait(error.headers or {})) from error
        if error.status_code == _FORBIDDEN:
            raise Unavailable(_ROLE_SPREADS_S) from error
        if error.status_code in _TRANSIENT:
            raise Unavailable from error
        if error.status_code in _REFUSED:
            raise ServiceError(
                error_codes.NOT_STORABLE("The store refuses this: it, or one of its keys, is too large.")
            ) from error
        raise
    except (AzureError, TimeoutError, OSError) as error:
        raise Unavailable from error
