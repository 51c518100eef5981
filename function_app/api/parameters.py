"""The parameters that operations share."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from function_app.api.parameter import Choices, Parameter, ParameterType, Visibility, path, query
from function_app.api.parameter_types import ANY_TEXT, BOOLEAN, UNPARSED_INSTANT, text
from function_app.domain.addresses import MAX_ID_LENGTH, address_fault
from function_app.domain.validity import RequestedValidity

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}")
MAX_CALLER_LENGTH, MAX_REPEAT_ID_LENGTH = 200, 128


def flag(
    name: str,
    summary: str,
    description: str,
    type: ParameterType[bool] = BOOLEAN,  # noqa: A002  # the word of OpenAPI
    visibility: Visibility = "advanced",
) -> Parameter[bool]:
    """Declare a boolean query parameter that is false when left out."""
    return query(name, summary, description, type, default=False, visibility=visibility)


def _repeat_id(text: str) -> str:
    """Parse a repeat id: it is answered in a header, and names the update in addresses."""
    fault = address_fault(text)
    if fault:
        msg = f"an id that an address can name; this one {fault}"
        raise ValueError(msg)
    if not (text.isascii() and text.isprintable()) or len(text) > MAX_REPEAT_ID_LENGTH:
        msg = f"1 to {MAX_REPEAT_ID_LENGTH} printable ASCII characters"
        raise ValueError(msg)
    return text


def _instance_id(text: str) -> str:
    if not _ID.fullmatch(text):
        msg = "up to 64 letters, digits and hyphens"
        raise ValueError(msg)
    return text


INSTANCE_ID = path(
    "instanceId",
    "Instance",
    "The environment whose customers are meant. Choose it from the list.",
    ParameterType(_instance_id),
    choices=Choices("ListInstances", value="instanceId", title="name"),
)
CUSTOMER_ID = path(
    "customerId",
    "Customer ID",
    "The id of the unified customer, like 3f2a9c01. Find a customer by source key gives it.",
    text(MAX_ID_LENGTH),
)
ENTITY_NAME = path(
    "entityName",
    "Entity",
    "The entity's name: Customer, UnifiedActivity, or a source entity like eCommerce_eCommercePurchases.",
    text(200),
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
VALID_UNTIL = query(
    "validUntil",
    "Valid Until",
    "When it disappears unless the source has taken it over, like 2026-11-24T09:30:00Z; at most 30 days ahead. "
    "Left out, a profile update stays for 4 hours and an activity for 30 days.",
    UNPARSED_INSTANT,
)
VALID_FOR = query(
    "validFor",
    "Valid For",
    "How long it stays, in place of Valid Until: PT90M is 90 minutes, P7D is 7 days.",
    ANY_TEXT,
    visibility="advanced",
)
OCCURRED_AT = query(
    "occurredAt",
    "Occurred At",
    "When the change happened, if not just now, like 2026-11-23T09:00:00Z. Of several changes the latest one shows.",
    UNPARSED_INSTANT,
    visibility="advanced",
)
CALLER = query(
    "caller",
    "Caller",
    "A name for the sender, by which usage reports tell callers apart, like Web Shop Orders.",
    text(MAX_CALLER_LENGTH),
)
REPEAT_ID = Parameter[str | None](
    "Repeatability-Request-ID",
    "header",
    "Repeat ID",
    "Your own id for this change, like the id of the flow run. Sent twice with one id, the change is made once.",
    ParameterType(_repeat_id, {"type": "string", "maxLength": MAX_REPEAT_ID_LENGTH}),
    visibility="advanced",
)
PREFER = Parameter[str](
    "Prefer",
    "header",
    "Prefer",
    "Asks for the merged profile in the answer.",
    ANY_TEXT,
    default="",
    sent="return=representation",
    visibility="internal",
)
IF_NONE_MATCH = Parameter[str](
    "If-None-Match",
    "header",
    "If None Match",
    "The ETag of what the caller has; while nothing has changed the answer is 304 without a body.",
    ANY_TEXT,
    default="",
    visibility="internal",
)
VALIDITY = (VALID_UNTIL, VALID_FOR, OCCURRED_AT)


def requested_validity(values: Any) -> RequestedValidity:
    """Return the timing a call asks for."""
    return RequestedValidity(values[VALID_UNTIL], values[VALID_FOR], values[OCCURRED_AT])


def prefers_representation(prefer: str) -> bool:
    """Say whether a `Prefer` header asks for the representation (RFC 7240)."""
    return any(token.split(";")[0].replace(" ", "").lower() == "return=representation" for token in prefer.split(","))
