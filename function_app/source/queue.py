"""Queues in Azure Storage: each listener receives the next message. One of them has the steps of refreshes."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import asdict
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from function_app.domain.job import Step
from function_app.source.files import AZURITE_KEY, on_loopback

if TYPE_CHECKING:
    from azure.storage.queue.aio import QueueClient

QUEUE = "refresh"


class StorageQueue:
    """The queue at `url`; on a loopback address it is Azurite's, elsewhere the identity of the host signs in."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._credential: Any = None

    @cached_property
    def client(self) -> QueueClient:
        from azure.storage.queue import TextBase64EncodePolicy  # noqa: PLC0415  # most calls need none
        from azure.storage.queue.aio import QueueClient  # noqa: PLC0415

        if on_loopback(urlsplit(self._url).hostname):
            self._credential = AZURITE_KEY
        else:
            from azure.identity.aio import DefaultAzureCredential  # noqa: PLC0415

            self._credential = DefaultAzureCredential()
        # Base64 is what the Functions host expects of a message.
        return QueueClient.from_queue_url(self._url, self._credential, message_encode_policy=TextBase64EncodePolicy())

    async def close(self) -> None:
        if "client" in vars(self):
            await self.client.close()
            if not isinstance(self._credential, str):
                await self._credential.close()


class StepQueue(StorageQueue):
    """The queue of the steps of refreshes."""

    stopping = False

    async def send(self, steps: Collection[Step]) -> None:
        for step in steps:
            await self.client.send_message(message_of(step))


def message_of(step: Step) -> str:
    """Write a step as a message."""
    return json.dumps(asdict(step))


def step_of(message: str | bytes) -> Step:
    """Read a step from a message."""
    return Step(**json.loads(message))
