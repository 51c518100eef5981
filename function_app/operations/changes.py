"""Changes: who changed the definition, roles and keys of an instance."""

from __future__ import annotations

from datetime import UTC, datetime

from function_app.api import parameters as p
from function_app.api.call import Answer, Call
from function_app.api.operation import Operation, Parameter, Response, operation
from function_app.domain.access import Role
from function_app.domain.instant import format_instant
from function_app.operations.access_models import ChangeList

_FAR = datetime.max.replace(tzinfo=UTC)

BEFORE = Parameter[datetime | None](
    "before",
    "query",
    "Before",
    "List changes made before this instant; for the next page, the one the last change was made at.",
    p.instant,
    default=None,
    schema={"type": "string", "format": "date-time"},
)
TOP = Parameter[int](
    "$top",
    "query",
    "Top",
    "How many changes to list.",
    p.whole_number(1, 1000),
    default=100,
    schema={"type": "integer", "format": "int32", "minimum": 1, "maximum": 1000, "default": 100},
)


@operation(
    "GET",
    "instances/{instanceId}/changes",
    id="ListChanges",
    summary="List changes",
    description="List who changed the definition, roles and keys of an instance, newest first.",
    role=Role.ADMINISTRATOR,
    visibility="internal",
    parameters=(p.INSTANCE_ID, BEFORE, TOP),
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
            for change in await call.services.access.changes(call[p.INSTANCE_ID], before, call[TOP])
        ],
    )


OPERATIONS: tuple[Operation, ...] = (list_changes,)
