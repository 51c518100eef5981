"""Remove what has left the feed: a number of rows at a time."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from function_app.domain.feed import FEED_RETENTION
from function_app.domain.instant import format_instant
from function_app.store.embedded.rows import micros
from function_app.store.embedded.schema import DOCUMENTS

_COLLECTED = 2_000
_COLLECT = f"""DELETE FROM {{name}} WHERE (pk, kind, id) IN
               (SELECT pk, kind, id FROM {{name}} WHERE expires <= ? LIMIT {_COLLECTED})"""
_NEXT_INSTANCE = "SELECT min(instance) FROM updates WHERE instance > ?"
_COLLECT_UPDATES = f"""DELETE FROM updates WHERE (instance, customer, id) IN
                       (SELECT instance, customer, id FROM updates WHERE instance = ? AND ended < ?
                        LIMIT {_COLLECTED})"""


def collect(connection: sqlite3.Connection, now: datetime) -> bool:
    """Remove expired rows; return whether there may be more."""
    ended = (micros(now - FEED_RETENTION),)
    removed = [connection.execute(_COLLECT.format(name=name), ended).rowcount for name in DOCUMENTS]
    at, instance = format_instant(now - FEED_RETENTION), ""
    while instance := connection.execute(_NEXT_INSTANCE, (instance,)).fetchone()[0]:
        removed.append(connection.execute(_COLLECT_UPDATES, (instance, at)).rowcount)
    return max(removed) >= _COLLECTED
