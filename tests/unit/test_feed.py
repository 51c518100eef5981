from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from support import NOW

from function_app.domain.feed import TRAILS, about_to_expire, is_short
from function_app.domain.profile import End, Update

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


def update(update_id: str, lives: timedelta, **attributes: Any) -> Update:
    return Update(update_id, "ada", attributes or {"City": "Bergen"}, NOW, NOW, NOW + lives, "")


@pytest.mark.parametrize(("lives", "short"), [(SECOND, True), (HOUR, True), (HOUR + TRAILS, False), (2 * HOUR, False)])
def test_an_update_is_short_if_its_last_span_begins_before_the_feed_can_return_it(
    lives: timedelta, short: bool
) -> None:
    assert is_short(update("u", lives), HOUR) == short


def test_about_to_expire_is_what_counts_of_live_updates_by_their_ends() -> None:
    ended = Update("e", "ada", {"City": "x"}, NOW, NOW, NOW + HOUR, "", ends={"City": End(NOW)})
    updates = [update("later", 2 * HOUR), ended, update("over", SECOND), update("sooner", HOUR)]
    assert [one.update_id for one in about_to_expire(updates, NOW + SECOND)] == ["sooner", "later"]
