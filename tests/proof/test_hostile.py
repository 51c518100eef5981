from __future__ import annotations

from proof.hostile import hostile_requests


def test_hostile_requests_are_answered_soon_and_what_was_refused_wrote_nothing() -> None:
    hostile_requests(1)
