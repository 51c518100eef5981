"""The parameters that operations share."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from function_app.api.operation import Parameter, Response, Visibility
from function_app.domain.instant import parse_instant
from function_app.domain.validity import Timing

_ENCODED = {"x-ms-url-encoding": "single"}
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}")
_TRUE_FALSE = {"true": True, "false": False}
LONGEST_CALLER, LONGEST_REPEAT_ID, LONGEST_CUSTOMER_ID = 200, 128, 100


def text_up_to(longest: int) -> Callable[[str], str]:
    """Return a parser of texts of 1 to `longest` characters."""

    def parse(text: str) -> str:
        if not 1 <= len(text) <= longest:
            msg = f"1 to {longest} characters"
            raise ValueError(msg)
        return text

    return parse


def whole_number(least: int, most: int) -> Callable[[str], int]:
    """Return a parser of whole numbers in a range."""

    def parse(text: str) -> int:
        if not (text.isascii() and text.isdigit() and len(text) < 10 and least <= int(text) <= most):  # noqa: PLR2004
            msg = f"a whole number from {least} to {most}"
            raise ValueError(msg)
        return int(text)

    return parse


def instant(text: str) -> datetime:
    """Parse an instant with offset."""
    parsed = parse_instant(text)
    if parsed is None or parsed.tzinfo is None:
        msg = "an RFC 3339 instant with offset like 2026-11-24T09:30:00Z (in a URL '+' is written %2B)"
        raise ValueError(msg)
    return parsed


def one_of(*allowed: str) -> Callable[[str], str]:
    """Return a parser of texts that are one of those allowed."""

    def parse(text: str) -> str:
        if text not in allowed:
            raise ValueError(" or ".join(allowed))
        return text

    return parse


def true_or_false(text: str) -> bool:
    """Parse a boolean."""
    if text.lower() not in _TRUE_FALSE:
        msg = "true or false"
        raise ValueError(msg)
    return _TRUE_FALSE[text.lower()]


def only_false(text: str) -> bool:
    """Parse a boolean of the original's that can't be true here."""
    if true_or_false(text):
        msg = "false; this option is not supported"
        raise ValueError(msg)
    return False


def flag(
    name: str,
    summary: str,
    description: str,
    parse: Callable[[str], bool] = true_or_false,
    visibility: Visibility = "advanced",
) -> Parameter[bool]:
    """Declare a boolean query parameter that is false when left out."""
    schema = {"type": "boolean", "default": False}
    return Parameter(name, "query", summary, description, parse, default=False, schema=schema, visibility=visibility)


def _instance_id(text: str) -> str:
    if not _ID.fullmatch(text):
        msg = "up to 64 letters, digits and hyphens"
        raise ValueError(msg)
    return text


INSTANCE_ID = Parameter[str](
    "instanceId",
    "path",
    "Instance",
    "The environment whose customers are meant.",
    _instance_id,
    default="",
    required=True,
    extensions={
        **_ENCODED,
        "x-ms-dynamic-values": {"operationId": "ListInstances", "value-path": "instanceId", "value-title": "name"},
        "x-ms-dynamic-list": {
            "operationId": "ListInstances",
            "itemValuePath": "instanceId",
            "itemTitlePath": "name",
        },
    },
)
CUSTOMER_ID = Parameter[str](
    "customerId",
    "path",
    "Customer ID",
    "The CustomerId of the unified customer.",
    text_up_to(LONGEST_CUSTOMER_ID),
    default="",
    required=True,
    extensions=_ENCODED,
)
ENTITY_NAME = Parameter[str](
    "entityName",
    "path",
    "Entity",
    "The entity's name: Customer, or a source entity like DataSource_EntityName.",
    text_up_to(200),
    default="",
    required=True,
    extensions=_ENCODED,
)
VALID_UNTIL = Parameter[str | None](
    "validUntil",
    "query",
    "Valid Until",
    "When the change disappears if the source has not taken it over, like 2026-11-24T09:30:00Z.",
    str,
    default=None,
    schema={"type": "string", "format": "date-time"},
)
VALID_FOR = Parameter[str | None](
    "validFor",
    "query",
    "Valid For",
    "How long the change shows, instead of an end: an ISO 8601 duration like PT90M or P7D.",
    str,
    default=None,
    visibility="advanced",
)
OCCURRED_AT = Parameter[str | None](
    "occurredAt",
    "query",
    "Occurred At",
    "When the change happened, if that was before now; the latest change shows.",
    str,
    default=None,
    schema={"type": "string", "format": "date-time"},
    visibility="advanced",
)
CALLER = Parameter[str | None](
    "caller",
    "query",
    "Caller",
    "A name by which the sender is known in reports, like the name of the flow.",
    text_up_to(LONGEST_CALLER),
    default=None,
)
REPEAT_ID = Parameter[str | None](
    "Repeatability-Request-ID",
    "header",
    "Repeat ID",
    "An id of the sender's for this change; sending it again with the same id changes nothing.",
    text_up_to(LONGEST_REPEAT_ID),
    default=None,
    schema={"type": "string", "maxLength": LONGEST_REPEAT_ID},
    visibility="advanced",
)
PREFER = Parameter[str](
    "Prefer",
    "header",
    "Prefer",
    "Send return=representation to be answered with the merged profile.",
    str,
    default="",
    visibility="advanced",
)
IF_NONE_MATCH = Parameter[str](
    "If-None-Match",
    "header",
    "If None Match",
    "The ETag of what the caller has; while nothing has changed the answer is 304 without a body.",
    str,
    default="",
    visibility="internal",
)
NOT_MODIFIED = Response("Nothing has changed since the answer of this ETag.", headers={"ETag": "What is shown."})
TIMING = (VALID_UNTIL, VALID_FOR, OCCURRED_AT)


def timing_of(values: Any) -> Timing:
    """Return the timing a call asks for."""
    return Timing(values[VALID_UNTIL], values[VALID_FOR], values[OCCURRED_AT])


def prefers_representation(prefer: str) -> bool:
    """Say whether a `Prefer` header asks for the representation (RFC 7240)."""
    return any(token.split(";")[0].replace(" ", "").lower() == "return=representation" for token in prefer.split(","))
