"""Clients that retry as Power Automate does, and the responses of a failing service."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from random import Random
from time import perf_counter

import httpx
from support.process import scaled

from function_app.domain.feed import REQUEST_WITHIN_S

from .ledger import Ledger, Write, instant, write_of

CLIENTS, CUSTOMERS = 16, 20
BATCH, TAKEN = 5, "taken"
SCALE = 0.02  # a second of a client's wait takes this long; the service and its store wait in real time
WAITS_S = (7.5, 15, 30, 45)  # Power Automate's default: four retries, later where Retry-After says so
RETRIED = frozenset((408, 429, 500, 502, 503, 504))
HANGS_AFTER_S = REQUEST_WITHIN_S + scaled(5)  # for the round trip
WRITES = ("update", "activity", "record", "updates", "activities")
READS = {"read": "data/Customer/c{}", "timeline": "profile/timeline?customerId=c{}"}
Send = Callable[[], Awaitable[httpx.Response]]


@dataclass
class Seen:
    """Responses; each is checked against the promises of the service for all responses."""

    statuses: Counter[int] = field(default_factory=Counter)
    given_up: int = 0
    slowest: float = 0.0
    recovered: float = 0.0
    """Seconds after a fault's end until all was well, beyond what that takes in calm."""

    def judge(self, answer: httpx.Response, seconds: float) -> None:
        self.statuses[answer.status_code] += 1
        self.slowest = max(self.slowest, seconds)
        said = f"{answer.request.method} {answer.url.path}: {answer.status_code} {answer.text[:500]}"
        assert seconds < HANGS_AFTER_S, f"{seconds:.1f} s for {said}"
        assert answer.status_code not in RETRIED - {429, 503}, said
        assert "InternalError" not in answer.text, said
        if answer.status_code in RETRIED:
            assert int(answer.headers["Retry-After"]) >= 1, said

    def described(self) -> str:
        sorry = {status: count for status, count in self.statuses.items() if status in RETRIED}
        return (
            f"of {self.statuses.total():,} answers {sorry}, {self.given_up} given up; slowest {self.slowest:.1f} s, "
            f"all well {self.recovered:.2f} s after"
        )


class Visitors:
    """Many clients of one host, and the ledger of their writes."""

    def __init__(self, client: httpx.AsyncClient, seen: Seen, seed: int) -> None:
        self.ledger = Ledger()
        self._client, self._seen = client, seen
        self._chance = Random(seed)  # noqa: S311  # a choice, no secrets

    async def come(self, requests: int) -> None:
        """Send this many requests of every kind, each until it succeeds or the retries are used up."""
        numbers = islice(self.ledger.numbers, requests)
        await asyncio.gather(*(self._call(numbers) for _ in range(CLIENTS)))

    async def update(self, mark: str) -> None:
        """Send an update once, and accept any response."""
        await self._write(write_of("update", "c0", mark), waits=())

    async def call_well(self) -> float:
        """Assert that a call of each kind succeeds at the first attempt; return the total seconds."""
        begun, number = perf_counter(), next(self.ledger.numbers)
        writes = [self._write(_write(kind, number), waits=()) for kind in WRITES]
        reads = [self._read(path.format(number % CUSTOMERS), waits=()) for path in READS.values()]
        assert all(await asyncio.gather(*writes, *reads)), "A call failed in calm."
        return perf_counter() - begun

    async def _call(self, numbers: Iterator[int]) -> None:
        for number in numbers:
            kind = self._chance.choice((*WRITES, *READS, "wrong"))
            if kind in READS:
                await self._read(READS[kind].format(number % CUSTOMERS))
            elif kind == "wrong":
                await self._be_refused(number)
            else:
                await self._write(_write(kind, number))

    async def _write(self, write: Write, waits: Sequence[float] = WAITS_S) -> bool:
        is_taken = partial(self.ledger.acknowledge, write)
        settled = await self._settle(partial(write.send, self._client), is_taken, waits)
        if not settled:
            self.ledger.unanswered[write.mark] = write
        return settled

    async def _read(self, path: str, waits: Sequence[float] = WAITS_S) -> bool:
        return await self._settle(partial(self._client.get, path), partial(_is, 200), waits)

    async def _be_refused(self, number: int) -> None:
        """Send requests that must be refused, with a mark that is not in the ledger."""
        mark, customer = f"wrong{number}", f"data/Customer/c{number % CUSTOMERS}"
        status, write = (
            (400, Write(mark, "PATCH", customer, {"City": mark, "Cty": mark})),
            (404, write_of("update", "nobody", mark)),
            (404, write_of("activity", "nobody", mark)),
            (409, Write(TAKEN, "PATCH", "data/Customer/c0", {"City": mark})),
        )[number % 4]
        await self._settle(partial(write.send, self._client), partial(_is, status), WAITS_S)

    async def _settle(self, send: Send, is_final: Callable[[httpx.Response], bool], waits: Sequence[float]) -> bool:
        """Send until a response is final, once and again after each wait; return whether one was."""
        for wait in (*waits, None):
            begun = perf_counter()
            answer = await send()
            self._seen.judge(answer, perf_counter() - begun)
            if answer.status_code not in RETRIED and is_final(answer):
                return True
            if wait is not None:
                await asyncio.sleep(SCALE * max(wait, int(answer.headers.get("Retry-After", 0))))
        self._seen.given_up += 1
        return False


def _is(status: int, answer: httpx.Response) -> bool:
    assert answer.status_code == status, answer.text
    return True


def _write(kind: str, number: int) -> Write:
    """Return a write of any kind; some records are parked, as their customers do not exist."""
    mark = f"{kind}{number}"
    if kind != "record":
        return write_of(kind, f"c{number % CUSTOMERS}", mark, BATCH)
    bought = {"PurchaseId": mark, "PurchasedOn": instant(), "ContactId": f"k{number % (CUSTOMERS + 3)}"}
    return Write(mark, "POST", "data/Shop_Purchases", {**bought, "Product": mark})
