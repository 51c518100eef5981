from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from function_app.services.content import canonical, digest

numbers = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
plain = st.none() | st.booleans() | numbers | st.text()
contents = st.dictionaries(st.text(), plain, max_size=5)


@given(contents)
def test_the_order_of_members_makes_no_difference(content: dict[str, Any]) -> None:
    assert canonical(dict(reversed(content.items()))) == canonical(content)


@given(contents, contents)
def test_two_contents_have_one_digest_only_if_they_are_equal(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert one == other or digest(canonical(one)) != digest(canonical(other))


@pytest.mark.parametrize(("one", "other"), [(1, 1.0), (1, True), (2**53, 2**53 - 1), ("1", 1), (None, "null")])
def test_similar_contents_are_distinguished(one: Any, other: Any) -> None:
    assert canonical({"Value": one}) != canonical({"Value": other})
