"""Changes: who changed the definition, roles and keys of an instance."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import Field, RootModel
from typing_extensions import TypedDict

from function_app.api import parameters as params
from function_app.api.call import Answer, Call
from function_app.api.operation import Operation, Response, operation
from function_app.api.parameter import query
from function_app.api.parameter_types import INSTANT, integer
from function_app.domain.access import Role
from function_app.domain.instant import format_instant

_FAR = datetime.max.replace(tzinfo=UTC)

BEFORE = query(
    "before",
    "Before",
    "List changes made before this instant; for the next page, the one the last change was made at.",
    INSTANT,
)
TOP = query("$top", "Top", "How many changes to list.", integer(1, 1000), default=100)


class ChangeInfo(TypedDict):
    """What somebody did to an instance's definition, roles or keys."""

    changedAt: Annotated[str, Field(title="Changed At", description="When.")]
    changedBy: Annotated[str, Field(title="Changed By", description="The id of who did it.")]
    action: Annotated[str, Field(title="Action", description="What was done.")]
    subject: Annotated[str, Field(title="Subject", description="To what.")]
    detail: Annotated[str, Field(title="Detail", description="How it is since.")]


class ChangeList(RootModel[list[ChangeInfo]]):
    """Changes, newest first."""


@operation(
    "GET",
    "instances/{instanceId}/changes",
    id="ListChanges",
    summary="List changes",
    description="List who changed the definition, roles and keys of an instance, newest first.",
    role=Role.ADMINISTRATOR,
    visibility="internal",
    parameters=(params.INSTANCE_ID, BEFORE, TOP),
    responses={200: Response("Changes, newest first.", ChangeList)},
)
async def list_changes(call: Call) -> Answer:
    before = call[BEFORE] or _FAR
    return Answer(
        200,
        [
            {
                "changedAt": format_instant(change.changed_at),
                "changedBy": change.changed_by,
                "action": change.action,
                "subject": change.subject,
                "detail": change.detail,
            }
            for change in await call.services.access.changes(call[params.INSTANCE_ID], before, call[TOP])
        ],
    )


OPERATIONS: tuple[Operation, ...] = (list_changes,)
