"""The parameters that operations share."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from function_app.api.parameter import Choices, Parameter, ParameterType, Visibility, path, query
from function_app.api.parameter_types import ANY_TEXT, BOOLEAN, UNPARSED_INSTANT, text
from function_app.domain.addresses import MAX_ID_LENGTH, address_fault, is_instance_id
from function_app.domain.validity import RequestedValidity

MAX_CALLER_LENGTH, MAX_REPEAT_ID_LENGTH = 200, 128


def flag(
    name: str,
    summary: str,
    description: str,
    visibility: Visibility = "advanced",
) -> Parameter[bool]:
    """Declare a boolean query parameter with the default false."""
    return query(name, summary, description, BOOLEAN, default=False, visibility=visibility)


def without_effect(name: str, summary: str) -> Parameter[bool]:
    """Declare an option of the original API that changes nothing here."""
    return flag(name, summary, "For compatibility with the original API; has no effect.", visibility="internal")


def _repeat_id(text: str) -> str:
    """Parse a repeat id, which a response header and addresses contain."""
    fault = address_fault(text)
    if fault:
        msg = f"an id that addresses can contain; this one {fault}"
        raise ValueError(msg)
    if not (text.isascii() and text.isprintable()) or "," in text or len(text) > MAX_REPEAT_ID_LENGTH:
        # The host joins headers that are sent twice by a comma.
        msg = f"1 to {MAX_REPEAT_ID_LENGTH} printable ASCII characters without a comma, and sent once"
        raise ValueError(msg)
    return text


def _instance_id(text: str) -> str:
    if not is_instance_id(text):
        msg = "up to 64 letters, digits and hyphens"
        raise ValueError(msg)
    return text


INSTANCE_ID = path(
    "instanceId",
    "Instance",
    "The instance. Choose it from the list.",
    ParameterType(_instance_id),
    choices=Choices("ListInstances", value="instanceId", title="name"),
)
CUSTOMER_ID = path(
    "customerId",
    "Customer ID",
    "The id of the customer, like 3f2a9c01. Find a customer by source key returns it.",
    text(MAX_ID_LENGTH),
)
ENTITY_NAME = path(
    "entityName",
    "Entity",
    "The name of the entity: Customer, UnifiedActivity, or a source entity like eCommerce_eCommercePurchases.",
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
    description="The kind of activity, as the instance defines it. Choose it from the list.",
    choices=Choices(
        "ListActivityEntities", items="value", value="entityName", title="displayName", given=("instanceId",)
    ),
)
VALID_UNTIL = query(
    "validUntil",
    "Valid Until",
    "When the update or activity expires, like 2026-11-24T09:30:00Z; at most 30 days from now. "
    "The default is 4 hours for a profile update and 30 days for an activity.",
    UNPARSED_INSTANT,
    visibility="important",
)
VALID_FOR = query(
    "validFor",
    "Valid For",
    "The lifetime, instead of Valid Until, like 4 hours. It can be 3 days, end of day, until next refresh, or PT90M.",
    ANY_TEXT,
    visibility="advanced",
    choices=Choices("ListLifetimes", items="updates", value="lifetime", title="title", given=("instanceId",)),
)
ACTIVITY_VALID_FOR = replace(
    VALID_FOR,
    description="The lifetime, instead of Valid Until, like 3 days. It can be 4 hours, end of day, or PT90M.",
    choices=Choices("ListLifetimes", items="activities", value="lifetime", title="title", given=("instanceId",)),
)
OCCURRED_AT = query(
    "occurredAt",
    "Occurred At",
    "When the change happened, like 2026-11-23T09:00:00Z. The default is now. The latest of several changes applies.",
    UNPARSED_INSTANT,
    visibility="advanced",
)
CALLER = query(
    "caller",
    "Caller",
    "A name of the caller for usage reports, like Web Shop Orders.",
    text(MAX_CALLER_LENGTH),
)
REPEAT_ID = Parameter[str | None](
    "Repeatability-Request-ID",
    "header",
    "Repeat ID",
    "An id of this change, like the id of the flow run. A change that is sent twice with the same id is made once.",
    ParameterType(_repeat_id, {"type": "string", "maxLength": MAX_REPEAT_ID_LENGTH}),
    visibility="advanced",
)
PREFER = Parameter[str](
    "Prefer",
    "header",
    "Prefer",
    "What the response has: return=representation, or return=minimal for headers without the merged profile.",
    ANY_TEXT,
    default="",
    sent="return=representation",
    visibility="advanced",
)
DRY_RUN = flag("dryRun", "Dry Run", "Whether to return what the request would do, and to store nothing.")
IF_NONE_MATCH = Parameter[str](
    "If-None-Match",
    "header",
    "If None Match",
    "The ETag of an earlier response. If nothing has changed, the response is 304 without a body.",
    ANY_TEXT,
    default="",
    visibility="internal",
)
VALIDITY = (VALID_UNTIL, VALID_FOR, OCCURRED_AT)


def requested_validity(values: Any) -> RequestedValidity:
    """Return the timing that a call requests."""
    return RequestedValidity(values[VALID_UNTIL], values[VALID_FOR], values[OCCURRED_AT])


def prefers_representation(prefer: str) -> bool:
    """Return whether a `Prefer` header requests the representation (RFC 7240)."""
    return any(token.split(";")[0].replace(" ", "").lower() == "return=representation" for token in prefer.split(","))
