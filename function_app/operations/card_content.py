"""The content of the customer card: what its page reads again and again, in one conditional request."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Annotated, Any, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from function_app.api import options, paging
from function_app.api import parameters as params
from function_app.api.call import Answer, Call
from function_app.api.odata import parse_search
from function_app.api.operation import NOT_MODIFIED, Operation, Response, operation
from function_app.domain.access import Role
from function_app.domain.activity import UNIFIED, Activity
from function_app.domain.instant import format_instant
from function_app.domain.query import ActivityQuery, AllOf
from function_app.operations.activities import ACTIVITY_TYPE, FROM, PAGE, TO, timeline_query
from function_app.operations.customers import explanation
from function_app.operations.shapes import Instant, PrincipalShape, principal_of


class ActivityOrigin(TypedDict):
    """Who sent an activity, and when it expires; all null for one that a refresh loaded."""

    validUntil: Annotated[Instant | None, Field(title="Valid Until", description="When the activity expires.")]
    caller: Annotated[str | None, Field(title="Caller", description="What the sender calls itself.")]
    principal: Annotated[PrincipalShape | None, Field(title="Sent By", description="Who sent the activity.")]


class CardActivity(TypedDict):
    """An activity on the card."""

    activity: Annotated[dict[str, Any], Field(title="Activity", description="The unified activity.")]
    origin: Annotated[ActivityOrigin, Field(title="Origin", description="Where it comes from.")]


CardContent = TypedDict(
    "CardContent",
    {
        "customer": Annotated[dict[str, Any], Field(title="Customer", description="The merged profile.")],
        "explain": Annotated[dict[str, Any], Field(title="Explain", description="The update of each live value.")],
        "activities": Annotated[
            list[CardActivity], Field(title="Activities", description="One page of the timeline, newest first.")
        ],
        "@odata.nextLink": NotRequired[
            Annotated[str, Field(title="Next Page", description="The address of the next page, if there is one.")]
        ],
    },
)
"""The merged profile of a customer, and one page of its timeline."""


@operation(
    "GET",
    "instances/{instanceId}/card/{customerId}/content",
    id="GetCardContent",
    summary="Get the content of the customer card",
    description="Returns the merged profile and a page of the timeline of a customer, with who sent each live value.",
    role=Role.VIEWER,
    visibility="internal",
    shows_persons=True,
    parameters=(
        *(params.INSTANCE_ID, params.CUSTOMER_ID, options.SEARCH, ACTIVITY_TYPE, FROM, TO, PAGE),
        *(options.SKIPTOKEN, params.IF_NONE_MATCH),
    ),
    responses={200: Response("The content.", CardContent), 304: NOT_MODIFIED},
)
async def get_card_content(call: Call) -> Answer:
    query = _searched(call, timeline_query(call, call[params.CUSTOMER_ID]))
    kept, page = await asyncio.gather(
        call.services.read_customer(call.model, call[params.CUSTOMER_ID], call.now),
        call.services.read_activities.page(call.model, query, call.now, top=call[PAGE]),
    )
    body: CardContent = {
        "customer": dict(kept.attributes),
        "explain": explanation(kept, call.model.fitting),
        "activities": [{"activity": dict(one.attributes), "origin": _origin(one)} for one in page.activities],
    }
    if page.following:
        body["@odata.nextLink"] = paging.next_link(call, [page.following])
    return Answer(200, body)


def _searched(call: Call, query: ActivityQuery) -> ActivityQuery:
    """Return the query with the words that a call searches for, which must all occur in an activity's texts."""
    words = call[options.SEARCH]
    if words is None:
        return query
    asked = parse_search(words, UNIFIED)
    return replace(query, condition=AllOf((query.condition, asked)) if query.condition else asked)


def _origin(activity: Activity) -> ActivityOrigin:
    return {
        "validUntil": format_instant(activity.valid_until) if activity.valid_until else None,
        "caller": activity.caller,
        "principal": principal_of(activity.principal),
    }


OPERATIONS: tuple[Operation, ...] = (get_card_content,)
