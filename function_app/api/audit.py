"""The trace of a read of personal data, for instances that want it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from function_app.api.call import Answer, Call
from function_app.domain.reading import Reading

_CUSTOMER = ("customerId", "CustomerId")


async def leave_trace(call: Call, answer: Answer) -> None:
    """Store who read what, before the answer is sent: no read without its trace."""
    asked = call.values.get(_CUSTOMER[0])
    named = (asked,) if asked else tuple(dict.fromkeys(_customers_in(answer.body)))
    reading = Reading(call.now, call.principal.sender, call.operation_id, named)
    await call.services.store.readings.write(call.model.instance.instance_id, reading)


def _customers_in(body: Any) -> Iterator[str]:
    """Return the ids of customers in an answer: in its rows, or in it. A table in CSV names none here."""
    try:
        content = orjson.loads(body) if isinstance(body, bytes) else body
    except orjson.JSONDecodeError:
        return
    rows = content.get("value", [content]) if isinstance(content, Mapping) else content
    for row in rows if isinstance(rows, list) else []:
        if isinstance(row, Mapping):
            yield from (str(row[name]) for name in _CUSTOMER if row.get(name))
