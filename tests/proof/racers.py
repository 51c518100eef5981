"""The clients of a race: each sends one call after the other, mostly for data that others write at the same time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random
from typing import Any

import httpx
from support import INSTANCE

from .history import Look, Missed
from .log import Log, Sent
from .order import Span
from .timeline import Page

SHORT, LONG = timedelta(seconds=1), timedelta(hours=1)
_FOR = {SHORT: "PT1S", LONG: "PT1H"}
_TAKEN, _REFUSED, _UNKNOWN = {200, 201, 202, 204}, 409, 404
RARE = "Value"
_numbers = count(1)


@dataclass
class Arena:
    """The customers of a race: one that exists, and others that are added, each by a separate refresh."""

    busy: str
    comers: list[str]
    generation: int = 0
    """The refresh that runs or is the next to run."""
    is_over: bool = False
    begun: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def coming(self) -> list[str]:
        """The customer added last, the one being added, and the next one."""
        return self.comers[max(0, self.generation - 2) : self.generation + 1]

    @property
    def turn(self) -> int:
        """Change the shared values and ids a few times per second."""
        return int((datetime.now(UTC) - self.begun).total_seconds() * 3)


class Racer:
    def __init__(self, client: httpx.AsyncClient, log: Log, arena: Arena, chance: Random) -> None:
        self._client, self._log, self._arena, self._chance = client, log, arena, chance

    async def race(self) -> None:
        acts = [self._update, self._same_update, self._same_update, self._updates, self._search]
        acts += [self._activity, self._same_activity, self._record, self._record, self._records]
        while not self._arena.is_over:
            await self._chance.choice(acts)()
            customer = self._chance.choice([self._arena.busy, self._arena.busy, *self._arena.coming])
            await self._chance.choice((self.look, self.look_beneath, self.timeline))(customer)

    async def look(self, customer: str) -> None:
        span, answer = await self._call("GET", f"data/Customer/{customer}")
        shown = answer.json() if answer.status_code != _UNKNOWN else None
        self._log.looked(customer, Look(span, shown))

    async def look_beneath(self, customer: str) -> None:
        span, answer = await self._call("GET", f"data/Customer/{customer}", params={"explain": "true"})
        if answer.status_code == _UNKNOWN:
            self._log.looked(customer, Look(span, None))
            return
        shown = answer.json()
        explained = shown.pop("@explain")
        winners = {name: (by["updateId"], datetime.fromisoformat(by["validUntil"])) for name, by in explained.items()}
        beneath = {name: by["source"] for name, by in explained.items()}
        self._log.looked(customer, Look(span, shown, winners=winners, beneath=beneath))

    async def timeline(self, customer: str) -> None:
        span, answer = await self._call("GET", "profile/timeline", params={"customerId": customer, "$top": 1000})
        rows = [] if answer.status_code == _UNKNOWN else answer.json()["value"]
        titles = {row["ActivityId"]: row["Title"] for row in rows}
        assert len(titles) == len(rows), "an activity is on a timeline twice"
        assert all(row["CustomerId"] == customer for row in rows), rows
        self._log.turned(customer, Page(span, titles))

    async def _search(self) -> None:
        """Search the customer by the newest of the values that are sometimes written."""
        busy = self._arena.busy
        rare = [update for update in self._log.profiles[busy].updates if RARE in update.content]
        if not rare:
            return
        value = rare[-1].content[RARE]
        span, answer = await self._call("GET", "data/Customer", params={"$filter": f"{RARE} eq {value}"})
        rows = answer.json()["value"]
        if not rows:
            self._log.missed(busy, Missed(span, RARE, rare[-1]))
            return
        assert [(row["CustomerId"], row[RARE]) for row in rows] == [(busy, value)], rows
        self._log.looked(busy, Look(span, rows[0]))

    async def _update(self) -> None:
        """Send unique values; sometimes null, or of another time, or for attributes that others leave alone."""
        number, now = next(_numbers), datetime.now(UTC)
        values: dict[str, Any] = {"City": f"c{number}", "FullName": f"f{number}", "Points": number}
        names = self._chance.sample(sorted(values), self._chance.randint(1, 3))
        changes = {name: values[name] if self._chance.random() < 0.9 else None for name in names}
        occurred = now + timedelta(seconds=self._chance.uniform(-2, 1)) if number % 3 == 0 else None
        if number % 7 == 0:
            changes, occurred = {RARE: number}, None
        await self._patch(Sent(self._arena.busy, f"own{number}", changes, self._life(), occurred))

    async def _same_update(self) -> None:
        """Send the same content as others with the same id, or other content with it."""
        turn, kind = self._arena.turn, self._chance.randrange(2)
        key = f"turn{turn}" if turn % 3 else "again"
        changes = {"City": f"{key}/{kind}"} | ({"FullName": f"{key}/{kind}"} if kind else {})
        await self._patch(Sent(self._arena.busy, key, changes, LONG if turn % 3 == 1 else SHORT))

    async def _patch(self, sent: Sent) -> None:
        headers = {"Prefer": "return=representation", "Repeatability-Request-ID": sent.key}
        params = {"validFor": _FOR[sent.lives]}
        if sent.occurred_at:
            params["occurredAt"] = sent.occurred_at.isoformat()
        path = f"data/Customer/{sent.customer}"
        span, answer = await self._call("PATCH", path, json=sent.content, headers=headers, params=params)
        taken = answer.json() if answer.status_code != _REFUSED else {}
        self._log.updated(sent, span, taken.get("receipt"), taken.get("customer"))

    async def _updates(self) -> None:
        turn, kind, busy = self._arena.turn, self._chance.randrange(2), self._arena.busy
        sent = [Sent(busy, f"batch{turn}/{n}", {"Points": turn * 100 + n * 10 + kind}, SHORT) for n in range(3)]
        items = [{"CustomerId": busy, **each.content} for each in sent]
        headers = {"Repeatability-Request-ID": f"batch{turn}"}
        for each, span, result in await self._batch("Customer", sent, items, headers=headers):
            self._log.updated(each, span, result)

    async def _activity(self) -> None:
        number = next(_numbers)
        await self._post("UnifiedActivity", Sent(self._arena.busy, f"own{number}", f"t{number}", self._life()))

    async def _same_activity(self) -> None:
        turn, kind = self._arena.turn, self._chance.randrange(2)
        key = f"turn{turn}" if turn % 3 else "again"
        life = LONG if turn % 3 == 1 else SHORT
        await self._post("UnifiedActivity", Sent(self._arena.busy, key, f"{key}/{kind}", life))

    async def _record(self) -> None:
        await self._post("Shop_Purchases", self._sale())

    async def _records(self) -> None:
        sent = [self._sale() for _ in range(4)]
        items = [_record(each) for each in sent]
        for each, span, result in await self._batch("Shop_Purchases", sent, items):
            self._log.posted(each, span, result)

    def _sale(self) -> Sent:
        """Choose one of few records of an existing or future customer."""
        customer = self._chance.choice([self._arena.busy, *self._arena.coming])
        key = f"{customer}-{self._chance.randrange(12)}"
        return Sent(customer, key, f"{key}/{self._chance.randrange(2)}", LONG)

    async def _post(self, entity: str, sent: Sent) -> None:
        item = _record(sent) if entity == "Shop_Purchases" else _unified(sent)
        params = {"validFor": _FOR[sent.lives]}
        span, answer = await self._call("POST", f"data/{entity}", json=item, params=params)
        self._log.posted(sent, span, answer.json()["value"] if answer.status_code != _REFUSED else None)

    async def _batch(
        self, entity: str, sent: list[Sent], items: list[dict[str, Any]], **options: Any
    ) -> list[tuple[Sent, Span, Mapping[str, Any] | None]]:
        params = {"validFor": _FOR[sent[0].lives]}
        path = f"data/{entity}/batch"
        span, answer = await self._call("POST", path, json={"items": items}, params=params, **options)
        results = answer.json()["value"]
        refused = {"RepeatedWithOtherContent", "ActivityExists"}
        assert all("outcome" in result or result["errorCode"] in refused for result in results), results
        return [(each, span, got if "outcome" in got else None) for each, got in zip(sent, results, strict=True)]

    async def _call(self, verb: str, path: str, **options: Any) -> tuple[Span, httpx.Response]:
        start = datetime.now(UTC)
        answer = await self._client.request(verb, f"instances/{INSTANCE}/{path}", **options)
        span = Span(start, datetime.now(UTC))
        assert answer.status_code in {*_TAKEN, _REFUSED, _UNKNOWN}, answer.text
        self._log.tally["calls"] += 1
        return span, answer

    def _life(self) -> timedelta:
        return self._chance.choice((SHORT, SHORT, LONG))


def _unified(sent: Sent) -> dict[str, Any]:
    time = "2026-11-01T10:00:00Z"
    head = {"CustomerId": sent.customer, "ActivityId": sent.key, "ActivityTime": time}
    return {**head, "ActivityType": "Race", "Title": sent.content}


def _record(sent: Sent) -> dict[str, Any]:
    head = {"PurchaseId": sent.key, "PurchasedOn": "2026-11-01T11:00:00Z", "ContactId": f"k-{sent.customer}"}
    return {**head, "Product": sent.content}
