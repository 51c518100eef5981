"""Health: whether the service and its store answer."""

from __future__ import annotations

from function_app.api.call import Answer, Call
from function_app.api.operation import Operation, Response, operation
from function_app.operations.models import Health


@operation(
    "GET",
    "health",
    id="CheckHealth",
    summary="Check health",
    description="Say whether the service and its store answer.",
    role=None,
    visibility="internal",
    responses={200: Response("Both answer.", Health)},
)
async def check_health(call: Call) -> Answer:
    await call.services.store.check()
    return Answer(200, {"status": "healthy"})


OPERATIONS: tuple[Operation, ...] = (check_health,)
