"""The Adaptive Card of a customer, for Teams and Power Apps: merged profile and newest activities.

Values of customers are in RichTextBlocks, which do not parse Markdown. TextBlocks hold only texts of this module.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import Field
from typing_extensions import TypedDict

from function_app.api import parameters as params
from function_app.api.call import Answer, Call
from function_app.api.operation import NOT_MODIFIED, Operation, Response, operation
from function_app.domain.access import Role
from function_app.domain.activity import ACTIVITY_TIME
from function_app.domain.entity import CUSTOMER_ID, Attribute, Entity
from function_app.domain.profile import Attributes
from function_app.domain.projection import Kept, Winner
from function_app.domain.query import ActivityQuery

VERSION, ACTIVITIES = "1.2", 5  # the first version with RichTextBlock
_SCHEMA = "http://adaptivecards.io/schemas/adaptive-card.json"
_NAMES = ("FullName", "Name", "FirstName", "LastName")


AdaptiveCard = TypedDict(
    "AdaptiveCard",
    {
        "$schema": Annotated[str, Field(title="Schema", description="The address of the schema of Adaptive Cards.")],
        "type": Annotated[Literal["AdaptiveCard"], Field(title="Type", description="Always AdaptiveCard.")],
        "version": Annotated[str, Field(title="Version", description="The version that the card needs.")],
        "fallbackText": Annotated[
            str, Field(title="Fallback Text", description="The text to show where the version is not supported.")
        ],
        "body": Annotated[list[dict[str, Any]], Field(title="Elements", description="The elements of the card.")],
    },
)
"""An Adaptive Card with elements as adaptivecards.io describes them."""


@operation(
    "GET",
    "instances/{instanceId}/data/Customer/{customerId}/card",
    id="GetCustomerCard",
    summary="Get a customer as an Adaptive Card",
    description="Returns the merged profile and the newest activities of a customer as an Adaptive Card. Use it to "
    "post a customer in a chat of Teams. Do not use it to read fields: use Get a customer profile.",
    role=Role.VIEWER,
    shows_persons=True,
    parameters=(params.INSTANCE_ID, params.CUSTOMER_ID, params.IF_NONE_MATCH),
    responses={200: Response("The card.", AdaptiveCard), 304: NOT_MODIFIED},
)
async def get_customer_card(call: Call) -> Answer:
    kept = await call.services.read_customer(call.model, call[params.CUSTOMER_ID], call.now)
    query = ActivityQuery(call[params.CUSTOMER_ID])
    page = await call.services.read_activities.timeline(call.model, query, call.now, top=ACTIVITIES)
    name = _name(kept.attributes)
    card: AdaptiveCard = {
        "$schema": _SCHEMA,
        "type": "AdaptiveCard",
        "version": VERSION,
        "fallbackText": name,
        "body": [
            _text(name, size="Large", weight="Bolder"),
            *_fields(call.model.instance.customer, kept),
            *map(_activity, page.rows),
        ],
    }
    return Answer(200, card)


def _name(profile: Attributes) -> str:
    full, name, first, last = (profile.get(attribute) for attribute in _NAMES)
    return str(full or name or " ".join(str(part) for part in (first, last) if part) or profile[CUSTOMER_ID])


def _fields(entity: Entity, kept: Kept) -> list[dict[str, Any]]:
    """Return a row for each attribute that has a value and is not a key."""
    return [
        _row(attribute, value, kept.live.get(attribute.name))
        for attribute in entity.attributes
        if attribute.name not in entity.key_names and not attribute.key_of
        if (value := kept.attributes.get(attribute.name)) not in (None, "")
    ]


def _row(attribute: Attribute, value: Any, winner: Winner | None) -> dict[str, Any]:
    written = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    shown = [_text(written, weight="Bolder" if winner else "Default")]
    if winner:
        shown.append(_own(f"→ {_moment(winner.valid_until)}", color="Good"))
        if winner.principal:
            who = winner.principal.name or winner.principal.principal_id
            shown.append(_text(who, size="Small", isSubtle=True))
    columns = [_column(2, [_text(attribute.friendly_name, isSubtle=True)]), _column(3, shown)]
    return {"type": "ColumnSet", "spacing": "Small", "columns": columns}


def _activity(activity: Attributes) -> dict[str, Any]:
    kind = activity["ActivityTypeDisplay"] or activity["ActivityType"]
    time = _own(_moment(datetime.fromisoformat(activity[ACTIVITY_TIME])), isSubtle=True)
    items = [_text(activity["Title"] or kind, weight="Bolder"), time]
    return {"type": "Container", "separator": True, "items": items}


def _column(width: int, items: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "Column", "width": width, "items": items}


def _text(text: str, **looks: Any) -> dict[str, Any]:
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text, **looks}]}


def _own(text: str, **looks: Any) -> dict[str, Any]:
    return {"type": "TextBlock", "text": text, "size": "Small", "spacing": "None", "wrap": True, **looks}


def _moment(instant: datetime) -> str:
    """Format an instant so that the host shows it in the language and time zone of the user."""
    text = instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return f"{{{{DATE({text},SHORT)}}}} {{{{TIME({text})}}}}"


OPERATIONS: tuple[Operation, ...] = (get_customer_card,)
