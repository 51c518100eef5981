from __future__ import annotations

from proof.kills import nothing_lost


def test_what_was_acknowledged_survives_a_kill_and_nothing_else_is_there() -> None:
    nothing_lost(4)
