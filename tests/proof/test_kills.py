from __future__ import annotations

from collections import Counter

import pytest

from proof.kills import nothing_lost
from proof.ledger import Ledger, check


def test_what_was_acknowledged_survives_a_kill_and_nothing_else_is_there() -> None:
    nothing_lost(4)


@pytest.mark.parametrize("found", [{"u1": 1}, {"u1": 1, "u2": 2}, {"u1": 1, "u2": 1, "u3": 1}])
def test_a_write_lost_made_twice_or_never_sent_is_told(found: dict[str, int]) -> None:
    with pytest.raises(AssertionError):
        check(Ledger(acknowledged={"u1", "u2"}), Counter(found))
