from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proof.laws import FILES, examine, laws, laws_in


def test_every_law_of_merge_and_mapping_is_tried() -> None:
    assert [len(laws_in(file)) for file in FILES] == [7, 2, 12]
    assert int(laws(420).seen.split()[0]) >= 420


def test_a_broken_law_is_reported() -> None:
    @given(st.integers(0, 1_000))
    def no_number_is_great(number: int) -> None:
        assert number < 900

    with pytest.raises(AssertionError):
        examine(no_number_is_great, 1_000)
