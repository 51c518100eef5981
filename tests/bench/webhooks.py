"""How long after an event its message reaches a receiver, against the promise of two seconds."""

from __future__ import annotations

import asyncio
from datetime import datetime
from statistics import quantiles
from time import time
from typing import Any

import httpx
from support.local_host import serving
from support.receiver import ACCEPT, receiving, subscribe

from .measure import Better, Ratio, scratch

SAMPLE = "11111111-1111-4111-8111-111111111111"
PROMISE_S, EVENTS, BETWEEN_S = 2.0, 200, 0.05
_LOWER: Better = "lower"


def update() -> Ratio:
    p95 = asyncio.run(_p95("updatedprofiles", "receivedAt", {}))
    return Ratio("webhook of an update, p95 / 2 s", p95 / PROMISE_S, 1, _LOWER)


def expiry() -> Ratio:
    p95 = asyncio.run(_p95("expiredupdates", "validUntil", {"validFor": "PT3S"}))
    return Ratio("webhook of an expiry, p95 / 2 s", p95 / PROMISE_S, 1, _LOWER)


async def _p95(kind: str, happened: str, query: dict[str, str]) -> float:
    delays = list[float]()

    def note(event: dict[str, Any]) -> bytes:
        delays.append(time() - datetime.fromisoformat(event["data"][happened]).timestamp())
        return ACCEPT

    with scratch() as folder, serving(DATA_DIR=folder) as host:
        async with receiving() as receiver, httpx.AsyncClient(base_url=host.base) as client:
            receiver.judge = note
            (await subscribe(client, receiver, kind, instance=SAMPLE)).raise_for_status()
            customers = f"/instances/{SAMPLE}/data/Customer"
            ids = [row["CustomerId"] for row in (await client.get(customers, params={"$top": "20"})).json()["value"]]
            for number in range(EVENTS):
                path = f"{customers}/{ids[number % len(ids)]}"
                (await client.patch(path, params=query, json={"LoyaltyPoints": number})).raise_for_status()
                await asyncio.sleep(BETWEEN_S)
            await receiver.events(EVENTS)
    return quantiles(delays, n=20)[-1]
