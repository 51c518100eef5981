"""Shapes of responses about updates and their ends."""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from function_app.domain.instant import format_instant
from function_app.operations.shapes import (
    SENDER,
    UNTYPED,
    Instant,
    PrincipalShape,
    UpdateFacts,
    customer_fields,
    facts_of,
    principal_of,
)
from function_app.services.read_updates import StatedUpdate

STATES = Literal["shows", "superseded", "expired", "landed", "contradicted", "ended"]


class AttributeStateShape(TypedDict):
    """The state of one attribute of an update."""

    name: Annotated[str, Field(title="Field Name", description="The name of the attribute.")]
    value: Annotated[Any, Field(title="Value", description="The value of the update.", json_schema_extra=UNTYPED)]
    source: Annotated[
        Any, Field(title="Source Value", description="The source's value now.", json_schema_extra=UNTYPED)
    ]
    state: Annotated[
        STATES,
        Field(
            title="State",
            description="Whether the value shows, is superseded, expired or ended, whether the source has it (landed), "
            "or whether it shows although the source has changed to another value (contradicted).",
        ),
    ]
    endedAt: NotRequired[
        Annotated[Instant | None, Field(title="Ended At", description="When it landed or was ended; null otherwise.")]
    ]
    endedBy: NotRequired[
        Annotated[str | None, Field(title="Ended By", description="The id of the principal that ended it, if one did.")]
    ]


class UpdateShape(UpdateFacts):
    """An update of a customer, and the state of each attribute."""

    untilRefresh: Annotated[
        bool, Field(title="Until Refresh", description="Whether the next refresh of the customers ends it before.")
    ]
    principal: NotRequired[Annotated[PrincipalShape | None, SENDER]]
    attributes: Annotated[
        list[AttributeStateShape], Field(title="Attribute States", description="Its attributes with their states.")
    ]


class UpdateList(TypedDict):
    """The updates of a customer."""

    value: Annotated[list[UpdateShape], Field(title="Customer Updates", description="The updates, newest first.")]


LiveUpdateList = TypedDict(
    "LiveUpdateList",
    {
        "value": Annotated[list[UpdateShape], Field(title="Live Updates", description="The updates, oldest first.")],
        "@odata.nextLink": NotRequired[
            Annotated[str, Field(title="Next Page", description="The address of the next page, if there is one.")]
        ],
    },
)
"""One page of the live updates of an instance."""


class EndedUpdate(TypedDict):
    """An update of which something was ended."""

    updateId: Annotated[str, Field(title="Update ID", description="The id of the update.")]
    names: Annotated[list[str], Field(title="Field Names", description="The names of the fields that were ended.")]


class EndedUpdates(TypedDict):
    """The merged profile after updates were ended, and what was ended."""

    customer: Annotated[dict[str, Any], customer_fields("profile", "Current Profile", "The merged profile.")]
    ended: Annotated[
        list[EndedUpdate], Field(title="Ended Updates", description="What was ended by this request, oldest first.")
    ]


class LifetimeShape(TypedDict):
    lifetime: Annotated[str, Field(title="Lifetime", description="The text to send as validFor.")]
    title: Annotated[str, Field(title="Title", description="The text to show.")]


class DefaultLifetimes(TypedDict):
    update: Annotated[str, Field(title="Of An Update", description="The lifetime of an update.")]
    activity: Annotated[str, Field(title="Of An Activity", description="The lifetime of an activity.")]


class Lifetimes(TypedDict):
    """The lifetimes that a designer offers."""

    updates: Annotated[list[LifetimeShape], Field(title="Of Updates", description="The lifetimes of updates.")]
    activities: Annotated[list[LifetimeShape], Field(title="Of Activities", description="Those of activities.")]
    defaults: Annotated[DefaultLifetimes, Field(title="Defaults", description="Those of writes that do not name one.")]


def shape_of(stated: StatedUpdate) -> UpdateShape:
    """Return the shape of an update."""
    update = stated.update
    return {
        **facts_of(update),
        "untilRefresh": update.until_refresh,
        "principal": principal_of(update.principal),
        "attributes": [
            {
                "name": one.name,
                "value": one.value,
                "source": one.source,
                "state": one.state,
                "endedAt": format_instant(one.end.at) if one.end else None,
                "endedBy": one.end.by.principal_id if one.end and one.end.by else None,
            }
            for one in stated.attributes
        ],
    }
