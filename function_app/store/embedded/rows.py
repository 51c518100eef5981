"""Rows of documents in SQLite, and the values and placeholders of statements."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from function_app.store.documents import Document

Row = tuple[str, str, str, int | None, str]
INSERT = "INSERT OR REPLACE INTO {} (pk, kind, id, expires, body) VALUES (?, ?, ?, ?, ?)"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO = timedelta(microseconds=1)


def decode(body: str | bytes) -> Document:
    """Return the document in the body of a row."""
    found: Document = orjson.loads(body)
    return found


def row_of(document: Document, expires: datetime | None = None) -> Row:
    """Return the row of a document."""
    until = micros(expires) if expires else None
    return (document["pk"], document["kind"], document["id"], until, orjson.dumps(document).decode())


def binder(values: dict[str, Any]) -> Callable[[Any], str]:
    """Return a function that adds a value to `values` and returns its placeholder."""

    def bind(value: Any) -> str:
        name = f"v{len(values)}"
        values[name] = value
        return f":{name}"

    return bind


def placeholders(values: Collection[Any]) -> str:
    """Return one placeholder for each value."""
    return "?" + ",?" * (len(values) - 1) if values else ""


def instance_range(instance_id: str) -> tuple[str, str]:
    """Return the exclusive bounds of the partition keys of an instance."""
    return f"{instance_id}|", f"{instance_id}}}"


def micros(instant: datetime) -> int:
    """Return the microseconds since 1970 of an instant."""
    return (instant - _EPOCH) // _MICRO
