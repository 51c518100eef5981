"""What is kept equals the plain merge, whatever happened to the customer and whenever it is looked at."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from support import NOW
from support.forms import FORMS, TYPES
from support.oracle import merge

from function_app.domain.ending import end_early, land
from function_app.domain.entity import Attribute, Entity
from function_app.domain.fitting import Fitting
from function_app.domain.profile import Attributes, Customer, End, Update
from function_app.domain.projection import Kept, add, advance, project

NAMES = ["X", "Y", "Z"]
LAST = 12


def at(minute: int) -> datetime:
    return NOW + timedelta(minutes=minute)


def fitting_of(types: dict[str, str]) -> Fitting:
    attributes = tuple(Attribute(name, data_type, name) for name, data_type in types.items())
    return Fitting(Entity("Customer", "profile", (("CustomerId",),), attributes))


def text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


values = st.none() | st.sampled_from([value for value, _ in FORMS])
sources = st.fixed_dictionaries({}, optional=dict.fromkeys(NAMES, values))
definitions = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(TYPES), min_size=1).map(fitting_of)
few_definitions = st.lists(definitions, min_size=1, max_size=2)
lives = st.tuples(st.integers(0, 3), st.integers(1, LAST))
bodies = st.dictionaries(st.sampled_from(NAMES), values, min_size=1)
acts = st.one_of(
    st.tuples(st.just("update"), bodies, lives),
    st.tuples(st.just("update"), bodies, lives),
    st.tuples(st.just("refresh"), sources),
    st.tuples(st.just("wait"), st.integers(1, 4)),
    st.tuples(st.just("settle")),
    st.tuples(st.just("define"), st.integers(0, 1)),
    st.tuples(st.just("end"), st.integers(0, 11)),
    st.tuples(st.just("revert"), st.none() | st.lists(st.sampled_from(NAMES), max_size=2)),
    st.tuples(st.just("land")),
)


@dataclass
class Stored:
    """A customer as a store holds it: all its updates, its source, and what is kept."""

    fitting: Fitting
    source: Attributes
    kept: Kept
    minute: int = 0
    updates: list[Update] = field(default_factory=list)

    def current(self, minute: int) -> Kept:
        """Return what shows, as a store evaluates it: from what is kept, or from all updates."""
        kept = advance(self.kept, self.fitting, at(minute))
        if kept is None:
            live = [update for update in self.updates if update.is_live(at(minute))]
            kept = project(self.kept.with_updates(*live), self.fitting, at(minute))
        return kept

    def act(self, kind: str, *given: Any) -> None:
        match kind, given:
            case "update", (body, (ago, life)):
                update = Update(
                    f"u{len(self.updates):02}", "ada", body, at(self.minute - ago), at(self.minute),
                    at(self.minute + life), "",
                )  # fmt: skip
                self.kept = add(self.current(self.minute), update, self.fitting).at_rest()
                self.updates.append(update)
            case "refresh", (source,):
                self.source = self.fitting.attributes(source)  # a refresh rejects rows that do not fit
                customer = Customer("ada", self.source, tuple(self.updates), self.fitting.form)
                self.kept = project(customer, self.fitting, at(self.minute)).at_rest()
            case "wait", (minutes,):
                self.minute += minutes
            case "settle", ():
                self.kept = self.current(self.minute).at_rest()
            case "define", (fitting,):
                self.fitting = fitting
            case "end", (number,):
                self.change(lambda updates: end_early(updates, End(at(self.minute)), update_id=f"u{number:02}"))
            case "revert", (names,):
                self.change(lambda updates: end_early(updates, End(at(self.minute)), names))
            case "land", ():
                self.change(lambda updates: land(self.current(self.minute), updates, self.fitting, at(self.minute)))

    def change(self, change: Callable[[list[Update]], list[Update]]) -> None:
        """Change live updates as a store does."""
        live = [update for update in self.updates if update.is_live(at(self.minute))]
        changed = {update.update_id: update for update in change(live)}
        self.updates = [changed.get(update.update_id, update) for update in self.updates]
        live = [changed.get(update.update_id, update) for update in live]
        self.kept = project(self.kept.with_updates(*live), self.fitting, at(self.minute)).at_rest()


def stored(fitting: Fitting, source: Attributes) -> Stored:
    return Stored(fitting, source, Kept("ada", source))


@given(few_definitions, sources, st.lists(acts, max_size=12))
def test_after_any_history_what_is_kept_shows_the_merge_at_every_instant(
    defined: list[Fitting], source: Attributes, history: list[tuple[Any, ...]]
) -> None:
    customer = stored(defined[0], source)
    for kind, *given_ in history:
        customer.act(kind, *([defined[given_[0] % len(defined)]] if kind == "define" else given_))
        for minute in range(customer.minute, customer.minute + LAST + 1):
            merged = merge(customer.source, customer.updates, at(minute), customer.fitting)
            now = customer.current(minute)
            assert text(now.attributes) == text(merged.attributes)
            winners = {name: (winner.update_id, winner.valid_until) for name, winner in now.live.items()}
            assert winners == {name: (update.update_id, update.valid_until) for name, update in merged.winners.items()}
            assert text(now.source) == text(customer.source)
            changes_at, is_current = customer.kept.changes_at, customer.kept.form == customer.fitting.form
            if is_current and (changes_at is None or at(minute) < changes_at):
                assert text(customer.kept.attributes) == text(merged.attributes)


@given(definitions, sources, st.lists(st.tuples(bodies, lives), max_size=6), st.randoms())
def test_the_order_in_which_updates_arrive_does_not_matter(
    fitting: Fitting, source: Attributes, given_: list[tuple[Attributes, tuple[int, int]]], random: Any
) -> None:
    updates = [
        Update(f"u{number}", "ada", body, at(-ago), at(0), at(life), "")
        for number, (body, (ago, life)) in enumerate(given_)
    ]
    one = other = project(Customer("ada", source), fitting, NOW)
    for update in updates:
        one = add(one, update, fitting)
    random.shuffle(updates)
    for update in updates:
        other = add(other, update, fitting)
    assert text(one.attributes) == text(other.attributes)
    assert {name: winner.order for name, winner in one.live.items()} == {
        name: winner.order for name, winner in other.live.items()
    }


def test_an_update_that_is_covered_to_its_end_changes_nothing() -> None:
    fitting = fitting_of({"X": "Edm.String"})
    kept = project(Customer("ada", {"X": "source"}, form=fitting.form), fitting, NOW)
    newer = add(kept, Update("u1", "ada", {"X": "one"}, at(1), at(1), at(5), ""), fitting)
    covered = Update("u0", "ada", {"X": "zero"}, at(0), at(1), at(5), "")
    assert add(newer, covered, fitting) is newer
    longer = add(newer, replace(covered, valid_until=at(6)), fitting)
    assert longer.live["X"] == newer.live["X"]._replace(beneath=True)
    assert add(longer, replace(covered, valid_until=at(7)), fitting) is longer


def test_older_updates_are_only_read_where_one_may_outlive_the_winner() -> None:
    fitting = fitting_of({"X": "Edm.String"})
    kept = project(Customer("ada", {"X": "source"}, form=fitting.form), fitting, NOW)
    first = add(kept, Update("u1", "ada", {"X": "one"}, at(0), at(0), at(4), ""), fitting)
    longer = add(first, Update("u2", "ada", {"X": "two"}, at(1), at(1), at(5), ""), fitting)
    shorter = add(first, Update("u3", "ada", {"X": "three"}, at(1), at(1), at(2), ""), fitting)
    ended = advance(longer, fitting, at(5))
    assert ended
    assert (ended.attributes, ended.live) == ({"X": "source"}, {})
    assert advance(shorter, fitting, at(1)) is shorter
    assert advance(shorter, fitting, at(2)) is None


def test_without_a_live_update_the_source_profile_is_kept_as_it_is() -> None:
    fitting = fitting_of({"X": "Edm.String"})
    source = {"X": 6, "Gone": [1], "Y": None}
    kept = project(Customer("ada", source, form="other"), fitting, NOW)
    assert kept.attributes == {"X": None}
    assert kept.at_rest().attributes == source
    assert kept.at_rest().form == "other"
