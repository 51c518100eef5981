"""Health: whether the service responds, and its store takes writes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from function_app.api.call import Answer, Call
from function_app.api.operation import Operation, Response, operation
from function_app.version import VERSION


class Health(TypedDict):
    """The state of the service and its store."""

    status: Annotated[Literal["healthy"], Field(title="Status", description="Always healthy.")]
    version: Annotated[str, Field(title="Version", description="The version of the service.")]


@operation(
    "GET",
    "health",
    id="CheckHealth",
    summary="Check health",
    description="Returns the version of the service if it responds and its store takes writes.",
    role=None,
    visibility="internal",
    responses={200: Response("The service responds and its store takes writes.", Health)},
)
async def check_health(call: Call) -> Answer:
    await call.services.health.check(call.now)
    body: Health = {"status": "healthy", "version": VERSION}
    return Answer(200, body)


OPERATIONS: tuple[Operation, ...] = (check_health,)
