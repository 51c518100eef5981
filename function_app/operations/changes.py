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
    "Returns only changes before this instant. For the next page, send changedAt of the last change.",
    INSTANT,
)
TOP = query("$top", "Top", "The maximum number of changes to return.", integer(1, 1000), default=100)


class ChangeInfo(TypedDict):
    """A change of the definition, the roles or the keys of an instance."""

    changedAt: Annotated[str, Field(title="Changed At", description="When the change was made.")]
    changedBy: Annotated[
        str, Field(title="Changed By", description="The principal id of the caller who made the change.")
    ]
    action: Annotated[str, Field(title="Action", description="The kind of change.")]
    subject: Annotated[
        str, Field(title="Subject", description="The role assignment, key or definition that was changed.")
    ]
    detail: Annotated[str, Field(title="Detail", description="The new state.")]


class ChangeList(RootModel[list[ChangeInfo]]):
    """Changes, newest first."""


@operation(
    "GET",
    "instances/{instanceId}/changes",
    id="ListChanges",
    summary="List changes",
    description="Returns who changed the definition, the roles and the keys of an instance, newest first.",
    role=Role.ADMINISTRATOR,
    visibility="internal",
    parameters=(params.INSTANCE_ID, BEFORE, TOP),
    instance_optional=True,
    responses={200: Response("The changes, newest first.", ChangeList)},
)
async def list_changes(call: Call) -> Answer:
    instance_id, before = call[params.INSTANCE_ID], call[BEFORE] or _FAR
    changes = await call.services.access.changes(instance_id, before, call[TOP])
    if not changes:  # those of a deleted instance stay
        await call.services.instances.get(instance_id, call.now)
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
            for change in changes
        ],
    )


OPERATIONS: tuple[Operation, ...] = (list_changes,)
