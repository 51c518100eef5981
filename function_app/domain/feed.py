"""The feed's clock: when something that happened may be told, so that nothing comes to light behind a cursor.

A write shows at most `REQUEST_WITHIN_S` after it was received, or its caller is told that it failed; the parts that it
is made of have less, so that each item of a batch can still be told what became of it. The rest of `TRAILS` is for
clocks that differ and for answers that were lost. What ended is kept for a day, for flows that poll seldom.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from function_app.domain.profile import Update

LOOK_UP_WITHIN_S, WRITE_WITHIN_S, REQUEST_WITHIN_S = 8, 12, 25
TRAILS = timedelta(seconds=30)
FEED_RETENTION = timedelta(days=1)


def ending_told_at(update: Update) -> datetime:
    """Return when an update's end is told: in that instant, or once a very short one is sure to show."""
    return max(update.valid_until, update.received_at + TRAILS)
