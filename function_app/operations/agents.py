"""The Model Context Protocol: agents discover and call tools at one address of an instance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import orjson
from pydantic import Field
from typing_extensions import TypedDict

from function_app import error_codes
from function_app.api import parameters as params
from function_app.api.call import Answer, Call
from function_app.api.operation import METADATA, Body, Operation, Response, operation
from function_app.api.sign_in.tokens import SCOPE
from function_app.domain.access import Role
from function_app.domain.names import nearest_hint
from function_app.errors import ServiceError
from function_app.operations import mcp_texts
from function_app.operations import mcp_wire as wire
from function_app.operations.mcp_tools import TOOLS, Tool

Json = dict[str, Any]
PATH = "instances/{instanceId}/mcp"
HEADERS = (wire.PROTOCOL_VERSION, wire.METHOD, wire.NAME)
KEPT_MS = 60_000  # as long as the definition of an instance is cached
INSTRUCTIONS = (
    "Customer profiles with live updates on top of the values of a source. Find the CustomerId with find_customers, "
    "then read with get_customer and list_activities. Updates expire: tell people until when a change is valid. Times "
    "are in UTC. Write only what a person has requested."
)


@operation(
    "POST",
    PATH,
    id="ServeAgents",
    summary="Serve tools to agents (MCP)",
    description="Serves tools to agents by the Model Context Protocol: to find and read customers, update them for a "
    "time, and add activities. Use it as a tool of an agent, not as a step of a flow.",
    role=Role.VIEWER,
    agentic=True,
    parameters=(params.INSTANCE_ID, *HEADERS),
    body=Body("A message of the protocol.", model=wire.Message, error_code=error_codes.INVALID_PARAMETER),
    responses={
        200: Response("The response to the request.", wire.Reply),
        202: Response("The notification is accepted."),
        400: Response("The message breaks the protocol."),
        404: Response("The method or the instance does not exist."),
    },
)
async def serve_agents(call: Call) -> Answer:
    message: wire.Message = call.body
    if not message.expects_response:
        return Answer(202)
    try:
        modern = wire.check(message, {header.name: call[header] for header in HEADERS})
        return wire.result(message, await _result(call, message, modern=modern), modern=modern)
    except wire.Refused as refused:
        return wire.error(message, refused)


async def _result(call: Call, message: wire.Message, *, modern: bool) -> Json:
    """Return the result of a request. Raises Refused for a method or a tool that does not exist."""
    kept = {"ttlMs": KEPT_MS, "cacheScope": "private"} if modern else {}
    match message.method:
        case "server/discover" if modern:
            return {**wire.introduction(INSTRUCTIONS, None), **kept}
        case "initialize" if not modern:
            return wire.introduction(INSTRUCTIONS, str(message.params.get("protocolVersion")))
        case "ping" if not modern:
            return {}
        case "tools/list":
            return {"tools": [tool.described(call.model) for tool in await _permitted(call)], **kept}
        case "tools/call":
            return await _called(call, message.params)
    raise wire.not_found(message.method, modern=modern)


async def _permitted(call: Call) -> list[Tool]:
    """Return the tools that the caller's role on the instance permits."""
    role = await call.services.access.role_on(call.principal, call[params.INSTANCE_ID], call.now)
    return [tool for tool in TOOLS if role is not None and (tool.operation.role or role) <= role]


async def _called(call: Call, asked: Mapping[str, Any]) -> Json:
    """Return the result of a tool. What the agent can put right is a result too, with `isError`."""
    name, arguments = asked.get("name"), asked.get("arguments") or {}
    tool = next((each for each in TOOLS if each.name == name), None)
    if tool is None or not isinstance(arguments, dict):
        hint = nearest_hint(str(name), [each.name for each in TOOLS])
        fault = "The arguments must be an object." if tool else f"There is no tool '{str(name)[:64]}'{hint}."
        raise wire.Refused(wire.INVALID_PARAMS, fault)
    try:
        part = tool.part(arguments, call.model)
    except ValueError as error:
        return {"content": _content(str(error)), "isError": True}
    response = await call.perform(tool.operation, part)
    answer = orjson.loads(response.get_body())
    failed = response.status_code >= 400  # noqa: PLR2004  # the first status of errors
    dry = mcp_texts.DRY_RUN if arguments.get("dry_run") else ""
    text = mcp_texts.fault(answer) if failed else dry + tool.tell(answer)
    return {"content": _content(text), "structuredContent": answer, "isError": failed}


def _content(text: str) -> list[Json]:
    return [{"type": "text", "text": text}]


class ProtectedResource(TypedDict):
    """Who issues tokens for the tools, as RFC 9728 describes it."""

    resource: Annotated[str, Field(title="Resource", description="The address of the tools.")]
    resource_name: Annotated[str, Field(title="Resource Name", description="The name of the service.")]
    authorization_servers: Annotated[list[str], Field(title="Issuers", description="The tenant in Microsoft Entra.")]
    scopes_supported: Annotated[list[str], Field(title="Scopes", description="The scope to request.")]
    bearer_methods_supported: Annotated[list[str], Field(title="Methods", description="How to send the token.")]


@operation(
    "GET",
    f"{PATH}/{METADATA}",
    id="GetAgentSignIn",
    summary="Get the sign-in of agents",
    description="Returns where agents get a token for the tools, as RFC 9728 describes it.",
    role=None,
    visibility="internal",
    parameters=(params.INSTANCE_ID,),
    responses={200: Response("Who issues the tokens.", ProtectedResource)},
)
async def get_agent_sign_in(call: Call) -> Answer:
    sign_in = call.pages.sign_in
    if sign_in is None:
        raise ServiceError(error_codes.ADDRESS_NOT_FOUND("No sign-in is needed here."))
    body: ProtectedResource = {
        "resource": call.url.partition("?")[0].removesuffix(f"/{METADATA}"),
        "resource_name": "Real-time Customer Profiles",
        "authorization_servers": [f"{sign_in.authority}/v2.0"],
        "scopes_supported": [f"api://{sign_in.client_id}/{SCOPE}"],
        "bearer_methods_supported": ["header"],
    }
    return Answer(200, body)


OPERATIONS: tuple[Operation, ...] = (serve_agents, get_agent_sign_in)
