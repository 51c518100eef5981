from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from support import NOW
from support.oracle import merge

from function_app.domain.profile import Attributes, Update

NAMES = ["City", "Points", "Tags", "Tier"]
LAST = 12
MICRO = timedelta(microseconds=1)

scalars = st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from(["", "Oslo", "Bergen"]) | st.just(1.0)
values = scalars | st.lists(scalars, max_size=3) | st.dictionaries(st.sampled_from("ab"), scalars, max_size=2)
sources = st.dictionaries(st.sampled_from(NAMES), values)
minutes = st.integers(0, LAST)


def update(
    update_id: str, attributes: Attributes, *, occurred: int = 0, received: int = 0, until: int = LAST
) -> Update:
    """Return an update with instants in minutes after NOW."""
    return Update(
        update_id=update_id,
        customer_id="ada",
        attributes=attributes,
        occurred_at=NOW + timedelta(minutes=occurred),
        received_at=NOW + timedelta(minutes=received),
        valid_until=NOW + timedelta(minutes=until),
        fingerprint="f",
    )


@st.composite
def updates(draw: st.DrawFn, prefix: str = "u") -> list[Update]:
    """Return updates with few distinct instants, so that ties are common, and ids in any order."""
    ids = draw(st.lists(st.integers(0, 30), max_size=9, unique=True))
    bodies = st.dictionaries(st.sampled_from(NAMES), values, min_size=1)
    few = st.integers(0, 3)
    return [
        update(
            f"{prefix}{number:02}",
            draw(bodies),
            occurred=draw(few),
            received=draw(few),
            until=draw(st.integers(1, LAST)),
        )
        for number in ids
    ]


def winner(given_updates: Iterable[Update], name: str, minute: int) -> Update | None:
    """Return the update that is visible for one attribute at one instant, found one by one: the oracle."""
    best: Update | None = None
    for candidate in given_updates:
        if name not in candidate.attributes or candidate.valid_until <= NOW + timedelta(minutes=minute):
            continue
        if best is None or (
            candidate.occurred_at > best.occurred_at
            or (candidate.occurred_at == best.occurred_at and candidate.received_at > best.received_at)
            or (
                candidate.occurred_at == best.occurred_at
                and candidate.received_at == best.received_at
                and candidate.update_id > best.update_id
            )
        ):
            best = candidate
    return best


def at(minute: int) -> Any:
    return NOW + timedelta(minutes=minute)


def text(value: Any) -> str:
    """Return JSON text: it distinguishes 1, 1.0 and true, and orders of members."""
    return json.dumps(value)


def canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


@given(sources, updates(), minutes)
def test_every_attribute_shows_what_the_oracle_says(source: Attributes, given_updates: list[Update], now: int) -> None:
    merged = merge(source, given_updates, at(now))
    for name in NAMES:
        best = winner(given_updates, name, now)
        assert merged.winners.get(name) is best
        if best is not None:
            assert text(merged.attributes[name]) == text(best.attributes[name])
        elif name in source:
            assert text(merged.attributes[name]) == text(source[name])
        else:
            assert name not in merged.attributes


@given(sources, updates(), minutes, st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(
    source: Attributes, given_updates: list[Update], now: int, r: Any
) -> None:
    shuffled = r.sample(given_updates, len(given_updates))
    one, other = merge(source, given_updates, at(now)), merge(source, shuffled, at(now))
    assert text(one.attributes) == text(other.attributes)
    assert one.winners == other.winners


@given(sources, updates(), minutes)
def test_merging_twice_changes_nothing(source: Attributes, given_updates: list[Update], now: int) -> None:
    once = merge(source, given_updates, at(now))
    assert text(merge(once.attributes, given_updates, at(now)).attributes) == text(once.attributes)
    assert text(merge(source, given_updates * 2, at(now)).attributes) == text(once.attributes)


@given(sources, updates())
def test_an_expired_update_has_no_effect_from_its_end_on(source: Attributes, given_updates: list[Update]) -> None:
    for expired in given_updates:
        others = [other for other in given_updates if other is not expired]
        for now in (expired.valid_until, expired.valid_until + MICRO, expired.valid_until + timedelta(days=400)):
            with_it, without = merge(source, given_updates, now), merge(source, others, now)
            assert text(with_it.attributes) == text(without.attributes)
            assert with_it.winners == without.winners


def test_an_update_shows_until_the_last_microsecond_before_its_end() -> None:
    short = update("u", {"City": "Bergen"}, until=1)
    source = {"City": "Oslo"}
    assert merge(source, [short], short.valid_until - MICRO).attributes == {"City": "Bergen"}
    assert merge(source, [short], short.valid_until).attributes == {"City": "Oslo"}


@given(sources, updates())
def test_without_a_live_update_the_result_is_the_very_source(source: Attributes, given_updates: list[Update]) -> None:
    before = text(source)
    merged = merge(source, given_updates, at(LAST))
    assert text(merged.attributes) == before
    assert merged.winners == {}
    assert text(source) == before


@given(sources, updates(), minutes)
def test_merging_leaves_the_source_and_the_updates_as_they_were(
    source: Attributes, given_updates: list[Update], now: int
) -> None:
    before = text([source, [u.attributes for u in given_updates]])
    merge(source, given_updates, at(now))
    assert text([source, [u.attributes for u in given_updates]]) == before


def test_the_greatest_of_occurred_then_received_then_id_wins_each_attribute() -> None:
    rising = [
        update("z", {"City": "a", "Tier": "a"}, occurred=0, received=9),
        update("y", {"City": "b"}, occurred=1, received=2),
        update("w", {"City": "c"}, occurred=1, received=3),
        update("x", {"City": "d"}, occurred=1, received=3),
    ]
    for count in range(1, len(rising) + 1):
        merged = merge({}, rising[:count][::-1], NOW)
        assert merged.attributes == {"City": "abcd"[count - 1], "Tier": "a"}


def test_when_a_short_update_expires_an_older_live_one_shows_through_and_then_the_source() -> None:
    source = {"City": "Oslo"}
    both = [
        update("short", {"City": "Bergen"}, occurred=2, until=3),
        update("long", {"City": "Moss"}, occurred=1, until=9),
    ]
    shown = [merge(source, both, at(minute)).attributes["City"] for minute in range(LAST)]
    assert shown == ["Bergen"] * 3 + ["Moss"] * 6 + ["Oslo"] * 3


def test_null_shows_nothing_and_an_absent_attribute_is_left_alone() -> None:
    source = {"City": "Oslo", "Points": 7}
    merged = merge(source, [update("u", {"City": None}, until=1)], NOW)
    assert merged.attributes == {"City": None, "Points": 7}
    assert set(merged.winners) == {"City"}
    assert merge(source, [update("u", {"City": None}, until=1)], at(1)).attributes == source


@given(values, values)
def test_arrays_and_objects_are_replaced_whole(old: Any, new: Any) -> None:
    merged = merge({"Tags": old}, [update("u", {"Tags": new})], NOW)
    assert text(merged.attributes) == text({"Tags": new})
