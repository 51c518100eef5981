"""The responses to racing clients, call by call, for ordering."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from .history import Claim, Life, Look, Missed, Profile, Source, Update, place_claims, place_profile
from .order import Order, Span
from .timeline import Page, Posted, Timeline, place_timeline


@dataclass(frozen=True)
class Sent:
    """An update or an activity as sent; `content` is its changes or its title."""

    customer: str
    key: str
    content: Any
    lives: timedelta
    occurred_at: datetime | None = None


_Receipt = Mapping[str, Any]


class Log:
    """All calls of one race; receipts are None if an id was refused with 409."""

    def __init__(self, comers: Sequence[str], span: Span) -> None:
        self.profiles: defaultdict[str, Profile] = defaultdict(Profile)
        for customer in comers:
            self.profiles[customer].sources.append(Source(span, None))
        self.tally: Counter[str] = Counter()
        self._timelines: defaultdict[str, Timeline] = defaultdict(Timeline)
        self._lives: defaultdict[Hashable, list[Life]] = defaultdict(list)
        self._claims: defaultdict[Hashable, list[Claim]] = defaultdict(list)
        self._repeats: list[tuple[Hashable, Span, str, _Receipt]] = []
        self._posts: list[tuple[Sent, Span, _Receipt]] = []

    def came(self, customer: str, span: Span, profile: Mapping[str, Any]) -> None:
        self.profiles[customer].sources.append(Source(span, profile))

    def updated(self, sent: Sent, span: Span, receipt: _Receipt | None, shown: Mapping[str, Any] | None = None) -> None:
        key, profile = ("update", sent.customer, sent.key), self.profiles[sent.customer]
        if receipt is None or receipt["outcome"] == "duplicate":
            self._lost(key, sent, span, receipt)
            if receipt and shown:
                self._repeats.append((key, span, sent.customer, {**receipt, "shown": shown}))
        else:
            until = datetime.fromisoformat(receipt["validUntil"])
            received = until - sent.lives
            occurred = sent.occurred_at or received
            update = Update(receipt["updateId"], span, sent.content, received, until, occurred)
            profile.updates.append(update)
            self._lives[key].append(update)
            self.tally["updates"] += 1
            if shown:
                profile.looks.append(Look(span, shown, update))
        if receipt and shown:
            _agree(sent, receipt, shown)

    def posted(self, sent: Sent, span: Span, receipt: _Receipt | None) -> None:
        if receipt is None or receipt["outcome"] == "duplicate":
            self._lost(("activity", sent.customer, sent.key), sent, span, receipt)
        else:
            self._posts.append((sent, span, receipt))
            self.tally[receipt["outcome"]] += 1

    def _lost(self, key: Hashable, sent: Sent, span: Span, receipt: _Receipt | None) -> None:
        until = datetime.fromisoformat(receipt["validUntil"]) if receipt else None
        self._claims[key].append(Claim(span, sent.content, until))
        self.tally["duplicates" if receipt else "refused"] += 1

    def looked(self, customer: str, look: Look) -> None:
        self.profiles[customer].looks.append(look)
        self.tally["reads"] += 1

    def missed(self, customer: str, missed: Missed) -> None:
        self.profiles[customer].missed.append(missed)
        self.tally["missed"] += 1

    def turned(self, customer: str, page: Page) -> None:
        self._timelines[customer].pages.append(page)
        self.tally["timelines"] += 1

    def explain(self) -> int:
        """Return the number of events in one serial order; BrokenError if there is none."""
        order = Order()
        for sent, span, receipt in self._posts:
            posted = self._posted(sent, span, receipt)
            self._timelines[sent.customer].posted.append(posted)
            self._lives["activity", sent.customer, sent.key].append(posted)
        for key, span, customer, receipt in self._repeats:
            until = datetime.fromisoformat(receipt["validUntil"])
            own = [life for life in self._lives[key] if isinstance(life, Update) and life.valid_until == until]
            assert own, receipt
            self.profiles[customer].looks.append(Look(span, receipt["shown"], own[0]))
        for profile in self.profiles.values():
            place_profile(order, profile)
        for timeline in self._timelines.values():
            place_timeline(order, timeline)
        for key in self._lives.keys() | self._claims.keys():
            place_claims(order, self._lives[key], self._claims[key])
        return len(order.found())

    def _posted(self, sent: Sent, span: Span, receipt: _Receipt) -> Posted:
        """Return an accepted activity; if parked, it is on the timeline by the end of the refresh of its customer."""
        came = next(source.span for source in self.profiles[sent.customer].sources if source.profile)
        is_parked = receipt["outcome"] == "parked"
        assert not (came.is_before(span) if is_parked else span.is_before(came)), (receipt, span, came)
        assert receipt["customerId"] == (None if is_parked else sent.customer), receipt
        shows = Span(span.start, max(span.end, came.end)) if is_parked else span
        until = datetime.fromisoformat(receipt["validUntil"])
        return Posted(receipt["activityId"], span, sent.content, until - sent.lives, until, shows)


def _agree(sent: Sent, receipt: _Receipt, shown: Mapping[str, Any]) -> None:
    """Assert that a receipt agrees with the profile beside it for each attribute; null is not checked."""
    stated = {name: value for name, value in receipt["attributes"].items() if sent.content[name] is not None}
    assert stated == {name: "applied" if shown[name] == sent.content[name] else "superseded" for name in stated}, (
        receipt
    )
    if receipt["outcome"] != "duplicate":
        assert receipt["outcome"] == ("applied" if "applied" in receipt["attributes"].values() else "superseded")
