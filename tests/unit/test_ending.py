"""Updates that end before they expire: by a caller or because they landed, and the states of their attributes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from support import NOW

from function_app.domain.ending import end_early, land, remember, states
from function_app.domain.entity import Attribute, Entity
from function_app.domain.fitting import Fitting
from function_app.domain.profile import Attributes, Customer, End, Update
from function_app.domain.projection import project

TYPES = {"City": "Edm.String", "Points": "Edm.Int32"}
ATTRIBUTES = tuple(Attribute(name, data_type, name) for name, data_type in TYPES.items())
FITTING = Fitting(Entity("Customer", "profile", (("CustomerId",),), ATTRIBUTES))


def at(minute: int) -> datetime:
    return NOW + timedelta(minutes=minute)


def update(name: str, minute: int, life: int = 60, **attributes: Any) -> Update:
    return Update(name, "ada", attributes, at(minute), at(minute), at(minute + life), "")


class Course:
    """One customer: its source, and updates that came in order."""

    def __init__(self, **source: Any) -> None:
        self.source: Attributes = source
        self.updates: list[Update] = []

    def kept(self, minute: int) -> Any:
        return project(Customer("ada", self.source, tuple(self.updates), FITTING.form), FITTING, at(minute))

    def add(self, name: str, minute: int, life: int = 60, **attributes: Any) -> None:
        self.updates.append(remember(update(name, minute, life, **attributes), self.kept(minute)))

    def refresh(self, minute: int, **source: Any) -> set[tuple[str, str]]:
        """Load a source profile; return what landed."""
        self.source = source
        landed = land(self.kept(minute), self.updates, FITTING, at(minute))
        before = {one.update_id: set(one.ends) for one in self.updates}
        changed = {one.update_id: one for one in landed}
        self.updates = [changed.get(one.update_id, one) for one in self.updates]
        return {(one.update_id, name) for one in landed for name in set(one.ends) - before[one.update_id]}

    def states(self, minute: int) -> dict[str, dict[str, str]]:
        kept = self.kept(minute)
        return {
            one.update_id: {each.name: each.state for each in states(one, kept, FITTING, at(minute))}
            for one in self.updates
        }


def test_what_landed_no_longer_hides_what_the_source_says_later() -> None:
    course = Course(City="Oslo")
    course.add("u1", 0, City="Bergen")
    assert course.refresh(10, City="Bergen") == {("u1", "City")}
    assert course.states(10) == {"u1": {"City": "landed"}}
    assert course.refresh(20, City="Moss") == set()
    assert course.kept(20).attributes == {"City": "Moss"}


def test_each_attribute_lands_by_itself_and_once() -> None:
    course = Course(City="Oslo", Points=1)
    course.add("u1", 0, City="Bergen", Points=2)
    assert course.refresh(10, City="Bergen", Points=1) == {("u1", "City")}
    assert course.states(10) == {"u1": {"City": "landed", "Points": "shows"}}
    assert course.refresh(20, City="Bergen", Points=2) == {("u1", "Points")}
    assert course.refresh(30, City="Bergen", Points=2) == set()


def test_older_updates_land_with_the_winner_and_newer_ones_do_not() -> None:
    course = Course(City="Oslo")
    course.add("u1", 0, City="Voss")
    course.add("u2", 1, City="Bergen")
    assert course.refresh(10, City="Bergen") == {("u1", "City"), ("u2", "City")}
    course.add("u3", 11, City="Moss")
    assert course.refresh(12, City="Bergen") == set()
    assert course.states(12) == {"u1": {"City": "landed"}, "u2": {"City": "landed"}, "u3": {"City": "shows"}}


def test_another_value_than_before_and_not_the_updates_contradicts_it() -> None:
    course = Course(City="Oslo")
    course.add("u1", 0, City="Bergen")
    course.refresh(10, City="Oslo")
    assert course.states(10) == {"u1": {"City": "shows"}}
    course.refresh(20, City="Moss")
    assert course.states(20) == {"u1": {"City": "contradicted"}}
    assert course.kept(20).attributes == {"City": "Bergen"}
    course.refresh(30, City="Bergen")
    assert course.states(30) == {"u1": {"City": "landed"}}


def test_a_cleared_value_lands_when_the_source_has_none() -> None:
    course = Course(City="Oslo")
    course.add("u1", 0, City=None)
    assert course.refresh(10, City=None) == {("u1", "City")}


def test_an_end_shows_the_next_older_value_and_is_made_once() -> None:
    course = Course(City="Oslo", Points=1)
    course.add("u1", 0, City="Bergen", Points=2)
    course.add("u2", 1, City="Moss")
    ended = end_early(course.updates, End(at(2)), update_id="u2")
    assert [one.update_id for one in ended] == ["u2"]
    course.updates = [course.updates[0], *ended]
    assert course.kept(2).attributes == {"City": "Bergen", "Points": 2}
    assert course.states(2) == {"u1": {"City": "shows", "Points": "shows"}, "u2": {"City": "ended"}}
    assert end_early(course.updates, End(at(3)), update_id="u2") == []
    course.updates = [*end_early(course.updates, End(at(3)), ["City"]), *ended]
    assert course.kept(3).attributes == {"City": "Oslo", "Points": 2}


@pytest.mark.parametrize(("minute", "state"), [(59, "superseded"), (60, "expired")])
def test_what_a_newer_update_covers_is_superseded_until_it_expires(minute: int, state: str) -> None:
    course = Course(City="Oslo")
    course.add("u1", 0, City="Bergen")
    course.add("u2", 1, City="Moss")
    assert course.states(minute)["u1"] == {"City": state}
