"""Batches over HTTP: one result for each item, in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from function_app.api.call import Answer, Call
from function_app.api.problems import answer_to


def answer_batch(call: Call, results: Sequence[Mapping[str, Any] | Exception]) -> Answer:
    """Return a response with the result of each item."""
    return Answer(200, {"value": [_result(index, result, call) for index, result in enumerate(results)]})


def _result(index: int, result: Mapping[str, Any] | Exception, call: Call) -> dict[str, Any]:
    if not isinstance(result, Exception):
        return {"index": index, **result}
    problem = answer_to(result, call.operation_id).body
    return {"index": index, **{name: problem[name] for name in ("errorCode", "message", "details")}}
