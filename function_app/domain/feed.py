"""The feed's clock: when something that happened may be told, so that nothing comes to light behind a cursor.

A write shows at most a look-up and `WRITE_WITHIN_S` after it was received, or its caller is told that it failed. The
rest of `TRAILS` is for clocks that differ and for answers that were lost. What ended is kept for a day, for flows that
poll seldom.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from function_app.domain.profile import Update

LOOK_UP_WITHIN_S, WRITE_WITHIN_S = 10, 15
TRAILS = timedelta(seconds=30)
KEPT = timedelta(days=1)


def ending_told_at(update: Update) -> datetime:
    """Return when an update's end is told: in that instant, or once a very short one is sure to show."""
    return max(update.valid_until, update.received_at + TRAILS)
