"""The parameters that operations share."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from function_app.api.operation import Choices, Parameter, Response, Visibility
from function_app.domain.addresses import address_fault
from function_app.domain.instant import parse_instant
from function_app.domain.validity import Timing

Word = TypeVar("Word", bound=str)
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


def _repeat_id(text: str) -> str:
    """Parse a repeat id: it is answered in a header, and names the update in addresses."""
    fault = address_fault(text)
    if fault:
        msg = f"an id that an address can name; this one {fault}"
        raise ValueError(msg)
    if not (text.isascii() and text.isprintable()) or len(text) > LONGEST_REPEAT_ID:
        msg = f"1 to {LONGEST_REPEAT_ID} printable ASCII characters"
        raise ValueError(msg)
    return text


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


def one_of(*allowed: Word) -> Callable[[str], Word]:
    """Return a parser of texts that are one of those allowed."""

    def parse(text: str) -> Word:
        for word in allowed:
            if word == text:
                return word
        raise ValueError(" or ".join(allowed))

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
    "The environment whose customers are meant. Choose it from the list.",
    _instance_id,
    default="",
    required=True,
    extensions=_ENCODED,
    choices=Choices("ListInstances", value="instanceId", title="name"),
)
CUSTOMER_ID = Parameter[str](
    "customerId",
    "path",
    "Customer ID",
    "The id of the unified customer, like 3f2a9c01. Find a customer by source key gives it.",
    text_up_to(LONGEST_CUSTOMER_ID),
    default="",
    required=True,
    extensions=_ENCODED,
)
ENTITY_NAME = Parameter[str](
    "entityName",
    "path",
    "Entity",
    "The entity's name: Customer, UnifiedActivity, or a source entity like eCommerce_eCommercePurchases.",
    text_up_to(200),
    default="",
    required=True,
    extensions=_ENCODED,
    choices=Choices(
        "ListEntities",
        items="entities",
        value="qualifiedEntityName",
        title="qualifiedEntityName",
        given=("instanceId",),
    ),
)
ACTIVITY_ENTITY = replace(
    ENTITY_NAME,
    summary="Kind of Activity",
    description="What happened: one of the activities set up in the instance. Choose it from the list.",
    choices=Choices(
        "ListActivityEntities", items="value", value="entityName", title="displayName", given=("instanceId",)
    ),
)
VALID_UNTIL = Parameter[str | None](
    "validUntil",
    "query",
    "Valid Until",
    "When it disappears unless the source has taken it over, like 2026-11-24T09:30:00Z; at most 30 days ahead. "
    "Left out, a profile update stays for 4 hours and an activity for 30 days.",
    str,
    default=None,
    schema={"type": "string", "format": "date-time"},
)
VALID_FOR = Parameter[str | None](
    "validFor",
    "query",
    "Valid For",
    "How long it stays, in place of Valid Until: PT90M is 90 minutes, P7D is 7 days.",
    str,
    default=None,
    visibility="advanced",
)
OCCURRED_AT = Parameter[str | None](
    "occurredAt",
    "query",
    "Occurred At",
    "When the change happened, if not just now, like 2026-11-23T09:00:00Z. Of several changes the latest one shows.",
    str,
    default=None,
    schema={"type": "string", "format": "date-time"},
    visibility="advanced",
)
CALLER = Parameter[str | None](
    "caller",
    "query",
    "Caller",
    "A name for the sender, by which usage reports tell callers apart, like Web Shop Orders.",
    text_up_to(LONGEST_CALLER),
    default=None,
)
REPEAT_ID = Parameter[str | None](
    "Repeatability-Request-ID",
    "header",
    "Repeat ID",
    "Your own id for this change, like the id of the flow run. Sent twice with one id, the change is made once.",
    _repeat_id,
    default=None,
    schema={"type": "string", "maxLength": LONGEST_REPEAT_ID},
    visibility="advanced",
)
PREFER = Parameter[str](
    "Prefer",
    "header",
    "Prefer",
    "Asks for the merged profile in the answer.",
    str,
    default="",
    schema={"type": "string", "default": "return=representation"},
    visibility="internal",
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
