from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proof.laws import examine, laws_in


def test_every_law_of_merge_and_mapping_is_found_and_tried_as_often_as_asked() -> None:
    for file, least in (("test_merge.py", 9), ("test_mapping.py", 12)):
        laws = laws_in(file)
        assert len(laws) >= least
        assert examine(next(iter(laws.values())), 30) >= 30


def test_a_law_that_is_broken_is_told() -> None:
    @given(st.integers(0, 1_000))
    def no_number_is_great(number: int) -> None:
        assert number < 900

    with pytest.raises(AssertionError):
        examine(no_number_is_great, 1_000)
