"""The ledger of a proof that writes: sent and acknowledged writes, to be compared with the stored ones."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

import httpx

TYPE, BATCH = "Proof", 20


@dataclass(frozen=True, slots=True)
class Write:
    """A request that writes its mark; a batch writes its mark with a number for each item."""

    mark: str
    verb: str
    path: str
    body: dict[str, Any]

    async def send(self, client: httpx.AsyncClient, *, named: bool = True) -> httpx.Response:
        """Send it, with an id from the caller if it is `named`."""
        headers = {"Repeatability-Request-ID": self.mark} if named else {}
        return await client.request(self.verb, self.path, json=self.body, headers=headers)


@dataclass
class Ledger:
    """The marks of sent writes: the acknowledged ones, and the writes with an unknown outcome."""

    acknowledged: set[str] = field(default_factory=set)
    unanswered: dict[str, Write] = field(default_factory=dict)
    maybe: set[str] = field(default_factory=set)
    """Of updates without an id of the caller's, that got no answer: there or not, and never sent again."""
    numbers: count[int] = field(default_factory=count)

    def acknowledge(self, write: Write, answer: httpx.Response) -> bool:
        """Record the writes that a response, which must be a 2xx, acknowledges; return whether these are all."""
        assert answer.is_success, answer.text
        if "items" not in write.body:
            self.acknowledged.add(write.mark)
            return True
        results = answer.json()["value"]
        self.acknowledged.update(f"{write.mark}/{each['index']}" for each in results if "outcome" in each)
        return all("outcome" in each for each in results)

    async def repeat(self, client: httpx.AsyncClient) -> None:
        """Send unanswered writes again with the same id, as a client does; now all must be accepted."""
        for write in self.unanswered.values():
            answer = await write.send(client)
            assert self.acknowledge(write, answer), answer.text
        self.unanswered.clear()


def write_of(kind: str, customer: str, mark: str, size: int = BATCH) -> Write:
    """Return an `update`, an `activity`, or a batch of them: `updates`, `activities`."""
    match kind:
        case "activity":
            return Write(mark, "POST", "data/UnifiedActivity", _activity(customer, mark))
        case "activities":
            items = [_activity(customer, f"{mark}/{n}") for n in range(size)]
            return Write(mark, "POST", "data/UnifiedActivity/batch", {"items": items})
        case "updates":
            items = [{"CustomerId": customer, "City": f"{mark}/{n}"} for n in range(size)]
            return Write(mark, "POST", "data/Customer/batch", {"items": items})
        case _:
            return Write(mark, "PATCH", f"data/Customer/{customer}", {"City": mark})


def _activity(customer: str, mark: str) -> dict[str, Any]:
    return {"CustomerId": customer, "ActivityTime": instant(), "ActivityType": TYPE, "Title": mark}


def instant() -> str:
    return datetime.now(UTC).isoformat()


def check(ledger: Ledger, found: Counter[str]) -> None:
    """Assert that each acknowledged write is stored once, and nothing that was not sent."""
    assert not ledger.acknowledged - found.keys(), "lost"
    assert max(found.values(), default=1) == 1, "twice"
    assert not found.keys() - ledger.acknowledged - ledger.maybe, "never sent"
