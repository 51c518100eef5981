from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from support import NOW

from proof.history import Claim, Life, Look, Missed, Profile, Source, Update, place_claims, place_profile
from proof.order import BrokenError, Order, Span
from proof.timeline import Page, Posted, Timeline, place_timeline


def at(second: float) -> datetime:
    return NOW + timedelta(seconds=second)


def span(start: float, end: float) -> Span:
    return Span(at(start), at(end))


def source(start: float, end: float, city: str | None) -> Source:
    return Source(span(start, end), {"City": city, "Tier": None} if city else None)


def update(
    name: str, start: float, end: float, until: float = 99, occurred: float | None = None, **more: str
) -> Update:
    """Return an update of City with this id, received in the middle."""
    received = at((start + end) / 2)
    happened = received if occurred is None else at(occurred)
    return Update(name, span(start, end), {"City": name, **more}, received, at(until), happened)


def look(start: float, end: float, city: str | None, tier: str | None = None, **more: Any) -> Look:
    return Look(span(start, end), {"City": city, "Tier": tier} if city else None, **more)


Seen = Source | Update | Look | Missed


def explain(*seen: Seen) -> None:
    """Search a serial order of a history that starts with the source Oslo."""
    profile = Profile([source(0, 0, "Oslo")])
    lists: Sequence[tuple[type, list[Any]]] = [
        (Source, profile.sources),
        (Update, profile.updates),
        (Look, profile.looks),
        (Missed, profile.missed),
    ]
    for each in seen:
        next(found for kind, found in lists if isinstance(each, kind)).append(each)
    order = Order()
    place_profile(order, profile)
    order.found()


def own_look(start: float, end: float, name: str, city: str, tier: str | None = None) -> tuple[Update, Look]:
    """Return an update and the profile beside its receipt."""
    one = update(name, start, end)
    return one, Look(one.span, {"City": city, "Tier": tier}, one)


GOOD: dict[str, list[Seen]] = {
    "nothing happens": [look(1, 2, "Oslo")],
    "what was acknowledged shows": [update("a", 1, 2), look(3, 4, "a")],
    "what is on its way may show": [update("a", 1, 4), look(2, 3, "a"), look(3.1, 3.2, "a")],
    "or not": [update("a", 1, 4), look(2, 3, "Oslo"), look(3.1, 3.2, "a")],
    "the later one wins": [update("a", 1, 2), update("b", 3, 4), look(5, 6, "b")],
    "late news of an earlier time do not": [update("a", 1, 2), update("b", 3, 4, occurred=0), look(5, 6, "a")],
    "what ended lets the older one show": [update("a", 1, 2), update("b", 3, 4, until=5), look(5, 6, "a")],
    "and then the source": [update("b", 3, 4, until=5), look(4.5, 6, "b"), look(4.6, 6.1, "Oslo")],
    "a refresh is seen": [source(1, 9, "Moss"), look(2, 3, "Oslo"), look(4, 5, "Moss")],
    "a customer comes": [source(1, 1, None), source(2, 5, "Moss"), look(3, 4, None), look(4.5, 6, "Moss")],
    "a receipt shows its own": [*own_look(1, 2, "a", "a"), look(3, 4, "a")],
    "two receipts may each miss the other": [*own_look(1, 5, "a", "a"), *own_look(2, 3, "b", "b"), look(6, 7, "a")],
    "a search misses what newer ones hide": [
        update("a", 1, 2),
        update("b", 2.5, 9),
        Missed(span(3, 4), "City", update("a", 1, 2)),
    ],
}
BAD: dict[str, list[Seen]] = {
    "a stale read": [update("a", 1, 2), look(3, 4, "Oslo")],
    "a lost update": [update("a", 1, 2), update("b", 3, 4), look(5, 6, "a")],
    "a value from nowhere": [update("a", 1, 2), look(3, 4, "x")],
    "a value too early": [look(1, 2, "a"), update("a", 3, 4)],
    "a value that ended": [update("a", 1, 2, until=3), look(3, 4, "a")],
    "a value that did not end": [update("a", 1, 2, until=9), look(3, 4, "Oslo")],
    "a value that comes back": [update("a", 1, 2), update("b", 3, 9), look(4, 5, "b"), look(6, 7, "a")],
    "late news that win": [update("a", 1, 2), update("b", 3, 4, occurred=0), look(5, 6, "b")],
    "half an update": [update("a", 1, 2, Tier="a"), look(3, 4, "a")],
    "values of two sources": [Source(span(1, 2), {"City": "Moss", "Tier": "t"}), look(3, 4, "Oslo", "t")],
    "a source going back": [source(1, 9, "Moss"), look(2, 3, "Moss"), look(4, 5, "Oslo")],
    "a source too late": [source(1, 2, "Moss"), look(3, 4, "Oslo")],
    "a customer who goes": [look(1, 2, None)],
    "a receipt without its own": [*own_look(1, 2, "a", "Oslo")],
    "a receipt without what came before": [update("b", 0.1, 0.2, Tier="b"), *own_look(1, 2, "a", "a")],
    "an explanation by another": [update("a", 1, 2), look(3, 4, "a", winners={"City": ("b", at(99))})],
    "an explanation with a wrong end": [update("a", 1, 2), look(3, 4, "a", winners={"City": ("a", at(98))})],
    "an explanation with a wrong source": [
        update("a", 1, 2),
        look(3, 4, "a", winners={"City": ("a", at(99))}, beneath={"City": "Moss"}),
    ],
}


@pytest.mark.parametrize("name", GOOD)
def test_what_a_serial_order_explains_is_accepted(name: str) -> None:
    explain(*GOOD[name])


@pytest.mark.parametrize("name", BAD)
def test_what_no_serial_order_explains_is_refused(name: str) -> None:
    with pytest.raises(BrokenError):
        explain(*BAD[name])


def test_two_reads_at_once_that_each_miss_what_the_other_saw_are_refused() -> None:
    one = Update("a", span(1, 9), {"City": "a"}, at(5), at(99), at(5))
    other = Update("b", span(1, 9), {"Tier": "b"}, at(5), at(99), at(5))
    explain(one, other, look(2, 8, "a"), look(2, 8, "a", "b"))
    with pytest.raises(BrokenError):
        explain(one, other, look(2, 8, "a"), look(2, 8, "Oslo", "b"))


def test_a_search_that_misses_what_shows_is_refused() -> None:
    one = update("a", 1, 2)
    with pytest.raises(BrokenError):
        explain(one, Missed(span(3, 4), "City", one))


def life(name: str, start: float, end: float, until: float, content: str = "x") -> Life:
    return Life(name, span(start, end), content, at(end), at(until))


FIRST = life("id", 1, 2, 5)


@pytest.mark.parametrize(
    "claims",
    [
        [Claim(span(1.5, 3), "x", at(5))],
        [Claim(span(1.5, 3), "y", None)],
        [Claim(span(4, 6), "x", at(5))],
    ],
)
def test_who_came_second_is_a_duplicate_or_refused(claims: list[Claim]) -> None:
    placed([FIRST], claims)
    placed([FIRST, life("id", 5.5, 6, 9)], claims)


@pytest.mark.parametrize(
    ("lives", "claims"),
    [
        ([FIRST, life("id", 3, 4, 9)], []),
        ([FIRST, life("id", 3, 4, 9, "y")], []),
        ([], [Claim(span(1, 2), "x", at(5))]),
        ([FIRST], [Claim(span(3, 4), "x", None)]),
        ([FIRST], [Claim(span(3, 4), "y", at(5))]),
        ([FIRST], [Claim(span(3, 4), "x", at(6))]),
        ([FIRST], [Claim(span(0, 0.5), "x", at(5))]),
        ([FIRST], [Claim(span(5, 6), "y", None)]),
    ],
    ids=["two new", "other is new", "nobody", "same refused", "other taken", "wrong end", "too early", "after its end"],
)
def test_two_creators_and_losers_without_a_winner_are_refused(lives: list[Life], claims: list[Claim]) -> None:
    with pytest.raises(BrokenError):
        placed(lives, claims)


def placed(lives: list[Life], claims: list[Claim]) -> None:
    order = Order()
    for each in lives:
        order.add(each, each.span)
    place_claims(order, lives, claims)
    order.found()


def posted(start: float, end: float, until: float = 99, shows: Span | None = None, title: str = "x") -> Posted:
    return Posted("id", span(start, end), title, at(end), at(until), shows or span(start, end))


def page(start: float, end: float, title: str | None) -> Page:
    return Page(span(start, end), {"id": title} if title else {})


@pytest.mark.parametrize(
    ("one", "pages"),
    [
        (posted(1, 2), [page(0, 1.5, None), page(3, 4, "x")]),
        (posted(1, 2, until=3), [page(2.5, 4, "x"), page(2.9, 4, None), page(5, 6, None)]),
        (posted(1, 2, shows=span(1, 9)), [page(3, 4, None), page(5, 6, "x"), page(10, 11, "x")]),
    ],
)
def test_an_activity_is_on_the_timeline_from_its_acknowledgement_to_its_end(one: Posted, pages: list[Page]) -> None:
    turned(one, pages)


@pytest.mark.parametrize(
    ("one", "pages"),
    [
        (posted(1, 2), [page(3, 4, None)]),
        (posted(1, 2), [page(3, 4, "y")]),
        (posted(1, 2), [page(0, 0.5, "x")]),
        (posted(1, 2, until=3), [page(4, 5, "x")]),
        (posted(1, 9), [page(2, 3, "x"), page(4, 5, None)]),
        (posted(1, 2, shows=span(1, 9)), [page(10, 11, None)]),
    ],
    ids=["missing", "other content", "too early", "after its end", "seen and unseen", "never joined"],
)
def test_an_activity_that_is_missing_or_there_when_it_is_not_is_refused(one: Posted, pages: list[Page]) -> None:
    with pytest.raises(BrokenError):
        turned(one, pages)


def turned(one: Posted, pages: list[Page]) -> None:
    order = Order()
    place_timeline(order, Timeline([one], pages))
    order.found()
