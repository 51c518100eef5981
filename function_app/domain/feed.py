"""The feed's delays: when an event may be returned, so that no event appears behind a consumer's cursor.

A write is visible at most `REQUEST_WITHIN_S` after it was received, or its caller gets an error. The steps of a write
have shorter limits, so that each item of a batch still gets its result. The rest of `TRAILS` allows for clock
differences and lost responses. Ended updates are kept for `FEED_RETENTION`, for flows that poll rarely.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from function_app.domain.profile import Update

LOOK_UP_WITHIN_S, WRITE_WITHIN_S, REQUEST_WITHIN_S = 8, 12, 25
TRAILS = timedelta(seconds=30)
FEED_RETENTION = timedelta(days=1)


def end_returned_at(update: Update) -> datetime:
    """Return when the feed returns an update's end: at that instant, or `TRAILS` after receipt if that is later."""
    return max(update.valid_until, update.received_at + TRAILS)


def is_short(update: Update, within: timedelta) -> bool:
    """Return whether an update has its end within a span when the feed first returns it, `TRAILS` after receipt."""
    return update.valid_until - within < update.received_at + TRAILS


def about_to_expire(updates: Iterable[Update], now: datetime) -> list[Update]:
    """Return the live ones of some updates without the attributes that have ended, by their expiry; none is empty."""
    left = [update.counting for update in updates if update.is_live(now)]
    return sorted((update for update in left if update.attributes), key=lambda update: update.valid_until)
