"""The Functions host in front of a worker: the local host, whose functions are those that the worker indexed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import azure.functions as func
from worker.client import InvocationFailedError, Worker
from worker.messages import protos

from function_app.local.host import Host

HttpFunction = Callable[[func.HttpRequest, func.Context], Awaitable[func.HttpResponse]]


def open_front(worker: Worker) -> Host:
    """Return an ASGI application that routes as the Functions host does, and calls the functions in the worker."""
    app = func.FunctionApp()
    for name, function in worker.functions.items():
        trigger = function.trigger
        if trigger["type"] == "httpTrigger":
            route = app.route(route=trigger["route"], methods=trigger["methods"])
            app.function_name(name)(route(_forward(worker, name)))
    return Host(app, _nothing, _nothing)


def _forward(worker: Worker, name: str) -> HttpFunction:
    async def forward(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
        trace = protos.RpcTraceContext(trace_parent=context.trace_context.trace_parent)
        returned = worker.invoke(name, to_rpc(req), trace=trace)
        try:
            return from_rpc((await asyncio.wrap_future(returned)).http)
        except InvocationFailedError:  # the host's own answer
            return func.HttpResponse(status_code=500)

    return forward


def to_rpc(req: func.HttpRequest) -> Any:
    """Write a request as the host sends it: no body at all where it is empty, else bytes."""
    return protos.TypedData(
        http=protos.RpcHttp(
            method=req.method,
            url=req.url,
            headers=dict(req.headers),
            params=dict(req.route_params),
            query=dict(req.params),
            body=protos.TypedData(bytes=req.get_body()) if req.get_body() else None,
        )
    )


def from_rpc(http: Any) -> func.HttpResponse:
    return func.HttpResponse(http.body.bytes, status_code=int(http.status_code), headers=dict(http.headers))


async def _nothing() -> None:
    pass
