from __future__ import annotations

from proof.erasing import erased_whole


def test_an_erasure_that_is_killed_at_any_moment_is_completed() -> None:
    erased_whole(3)
