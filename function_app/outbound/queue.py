"""The queue in Azure Storage of instances whose webhooks have something to deliver."""

from __future__ import annotations

import json
import math

from function_app.source.queue import StorageQueue

QUEUE = "webhooks"


class WakeQueue(StorageQueue):
    """Wakes one of the workers that listen to the queue."""

    is_alone = False

    async def send(self, instance_id: str, delay_s: float) -> None:
        await self.client.send_message(message_of(instance_id), visibility_timeout=math.ceil(delay_s))


def message_of(instance_id: str) -> str:
    """Write the id of an instance as a message."""
    return json.dumps({"instanceId": instance_id})


def instance_of(message: str | bytes) -> str:
    """Read the id of an instance from a message."""
    instance_id: str = json.loads(message)["instanceId"]
    return instance_id
