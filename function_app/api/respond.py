"""The HTTP response to an answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import azure.functions as func
import orjson

from function_app import telemetry
from function_app.api.call import JSON, Answer

REQUEST_ID = "x-ms-request-id"
"""The header of the correlation id, in requests and responses."""

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_NONE: Mapping[str, str] = {}
# An absent type would be text/plain: the host adds it, and a cache may store it for a script that it has.
_NO_TYPE = {"Content-Type": ""}


def respond(answer: Answer, defaults: Mapping[str, str] = _NONE) -> func.HttpResponse:
    """Return the response of an answer, with the correlation id of the current request, and headers by default."""
    headers = {**defaults, **answer.headers, REQUEST_ID: telemetry.correlation_id()}
    if answer.body is None:
        return func.HttpResponse(status_code=answer.status, headers={**_NO_TYPE, **headers})
    if isinstance(answer.body, bytes):
        return func.HttpResponse(answer.body, status_code=answer.status, headers=headers)
    return func.HttpResponse(
        written(answer.body),
        status_code=answer.status,
        headers={**JSON, **headers},
        mimetype="application/json",
    )


def written(body: Any) -> bytes:
    """Return a body as JSON."""
    try:
        return orjson.dumps(body)
    except TypeError:  # half of a surrogate pair
        return _encode(body).encode(errors="backslashreplace")
