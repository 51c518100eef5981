"""The Functions host in front of a worker: the local host with the functions that the worker indexed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import azure.functions as func
from worker.client import Worker
from worker.messages import protos

from function_app.local.host import Host, read_custom_headers


def open_front(worker: Worker) -> Host:
    """Return a host that routes, reads and writes as Microsoft's does, and calls functions in the worker."""
    app = func.FunctionApp()
    for name, function in worker.functions.items():
        trigger = function.trigger
        if trigger["type"] == "httpTrigger":
            route = app.route(route=trigger["route"], methods=trigger["methods"])
            app.function_name(name)(route(_forward(worker, name)))
    return Host(app, read_custom_headers(worker.deployment.app / "host.json"))


def _forward(worker: Worker, name: str) -> Callable[..., Awaitable[func.HttpResponse]]:
    async def forward(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
        trace = protos.RpcTraceContext(trace_parent=context.trace_context.trace_parent)
        returned = worker.invoke(name, protos.TypedData(http=http_of(req)), trace=trace)
        answer = (await asyncio.wrap_future(returned)).http
        return func.HttpResponse(
            answer.body.bytes, status_code=int(answer.status_code), headers=dict(answer.headers.items())
        )

    return forward


def http_of(req: func.HttpRequest) -> Any:
    """Return a request as the host sends it: without a body if it is empty, else with bytes."""
    return protos.RpcHttp(
        method=req.method,
        url=req.url,
        headers=dict(req.headers),
        params=dict(req.route_params),
        query=dict(req.params),
        body=protos.TypedData(bytes=req.get_body()) if req.get_body() else None,
    )
