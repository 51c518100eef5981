"""Persons that are erased while the host is killed: what was answered is erased, and what was begun is completed."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import httpx
from support.local_host import Served, serving
from support.person import traces
from support.process import LONG_S

from function_app.local.__main__ import SAMPLE
from function_app.services.services import Services
from function_app.store.embedded import EmbeddedStore

from .finding import Finding

_AT_ONCE = 4
_chance = Random(22)  # noqa: S311  # moments, not secrets


def erased_whole(kills: int) -> Finding:
    """Kill the host this many times while it erases persons; each is then there whole, or not at all."""
    with TemporaryDirectory() as name:
        erased, resumed, left = asyncio.run(_prove(Path(name), kills))
    seen = f"{kills} SIGKILLs; {erased:,} erasures answered, {resumed} resumed, {left} not begun; no other trace"
    return Finding("an erasure survives SIGKILL at any moment, and leaves nothing", seen)


async def _prove(folder: Path, kills: int) -> tuple[int, int, int]:
    answered, asked, begun = set[str](), set[str](), set[str]()
    for _ in range(kills):
        with serving(DATA_DIR=str(folder), REQUESTS_PER_MINUTE=str(10**9)) as host:
            async with httpx.AsyncClient(base_url=f"{host.base}/instances/{SAMPLE}/data", timeout=LONG_S) as client:
                rows = (await client.get("Customer?$top=200&$select=CustomerId")).json()["value"]
                await _erase_until_killed(host, client, [row["CustomerId"] for row in rows], asked, answered)
        begun = await _check(folder, asked, answered)
    return len(answered), len(begun - answered), len(asked - begun)


async def _erase_until_killed(
    host: Served, client: httpx.AsyncClient, persons: list[str], asked: set[str], answered: set[str]
) -> None:
    async def erase() -> None:
        while persons:
            person = persons.pop()
            await client.patch(f"Customer/{person}", json={"City": "Rome"})
            asked.add(person)
            answer = await client.post(f"Customer/{person}/erase")
            assert answer.status_code == 200, answer.text
            answered.add(person)

    erasing = [asyncio.create_task(erase()) for _ in range(_AT_ONCE)]
    await asyncio.sleep(_chance.uniform(0.05, 0.5))
    host.kill()
    for ended in await asyncio.gather(*erasing, return_exceptions=True):
        assert ended is None or isinstance(ended, httpx.TransportError), ended


async def _check(folder: Path, asked: set[str], answered: set[str]) -> set[str]:
    """Resume what was begun; return the persons whose erasure was begun."""
    store = EmbeddedStore(folder)
    services = Services(store)
    begun = {erasure.customer_id for _, erasure in await store.persons.list_open()}
    assert answered <= begun <= asked
    await services.persons.resume()
    fitting = (await services.instances.get(SAMPLE, datetime.now(UTC))).fitting
    for person in asked:
        left = [trace for trace in await traces(store, person) if '"kind":"erasure"' not in trace.replace("\\", "")]
        if person in begun:
            assert not left, left
        else:
            assert await store.customers.read(SAMPLE, person, fitting, datetime.now(UTC))
    await services.close()
    return begun
