from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from function_app.source.ids import Ids

TEXTS = st.text() | st.sampled_from(["", "a", "b", "ab", "\x00", "ü", "\uffff", "😀"])


@given(held=st.lists(st.lists(TEXTS)), some=st.sets(TEXTS, min_size=1))
def test_missing_are_those_that_are_in_no_list(held: list[list[str]], some: set[str]) -> None:
    assert Ids(held).missing(some) == sorted(some.difference(*held))


@given(held=st.lists(st.lists(TEXTS)))
def test_doubled_ids_are_counted_and_named(held: list[list[str]]) -> None:
    counts = Counter(text for texts in held for text in texts)
    doubled = sorted(text for text, count in counts.items() if count > 1)
    assert Ids(held).doubled(1_000) == (counts.total() - len(counts), doubled)


@given(held=st.lists(st.lists(TEXTS)))
def test_ids_are_as_many_as_differ(held: list[list[str]]) -> None:
    assert len(Ids(held)) == len(set().union(*held))
