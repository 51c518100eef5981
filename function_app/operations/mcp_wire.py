"""The wires of the Model Context Protocol: the checks of a message, and the form of its results and errors.

Older versions begin with a handshake (`initialize`); since 2026-07-28 every request names its version in `_meta` and
repeats some of its members in headers. There are no sessions and no streams on either: each request is answered
independently.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field
from typing_extensions import TypedDict

from function_app.api.call import Answer
from function_app.api.parameter import Parameter
from function_app.api.parameter_types import ANY_TEXT
from function_app.operations.shapes import UNTYPED
from function_app.version import VERSION

MODERN, HANDSHAKE = ("2026-07-28",), ("2025-11-25", "2025-06-18")
"""The versions that are spoken, newest first."""
INVALID_REQUEST, METHOD_NOT_FOUND, INVALID_PARAMS = -32600, -32601, -32602
HEADER_MISMATCH, UNSUPPORTED_VERSION = -32020, -32022
_META = "io.modelcontextprotocol/"
_SERVER = {"name": "realtime-customer-profiles", "title": "Real-time Customer Profiles", "version": VERSION}
_ENCODED = ("=?base64?", "?=")
Json = dict[str, Any]


class Message(BaseModel):
    """A message of JSON-RPC 2.0: a request, or without an id a notification."""

    jsonrpc: Annotated[Literal["2.0"], Field(title="Version", description="Always 2.0.")]
    id: Annotated[
        Any,
        Field(
            title="ID", description="A text or a whole number, which the response repeats.", json_schema_extra=UNTYPED
        ),
    ] = None
    method: Annotated[str, Field(title="Method", description="The method, like tools/call.")] = ""
    params: Annotated[
        Json, Field(title="Parameters", description="The parameters of the method.", json_schema_extra=UNTYPED)
    ] = {}

    @property
    def expects_response(self) -> bool:
        """Whether it is a request; a notification and a response have no method or no id."""
        return bool(self.method) and "id" in self.model_fields_set

    @property
    def meta(self) -> Mapping[str, Any]:
        """What the newest version has in `_meta`, by the names without prefix."""
        meta = self.params.get("_meta")
        members = meta if isinstance(meta, dict) else {}
        return {name.removeprefix(_META): value for name, value in members.items() if name.startswith(_META)}


class Reply(TypedDict, total=False):
    """The response to a request: its result, or an error."""

    jsonrpc: Annotated[str, Field(title="Version", description="Always 2.0.")]
    id: Annotated[Any, Field(title="ID", description="The id of the request.", json_schema_extra=UNTYPED)]
    result: Annotated[Any, Field(title="Result", description="The result of the method.", json_schema_extra=UNTYPED)]
    error: Annotated[Any, Field(title="Error", description="Why there is no result.", json_schema_extra=UNTYPED)]


def _header(name: str, summary: str) -> Parameter[str | None]:
    return Parameter(name, "header", summary, "What the protocol requires.", ANY_TEXT, visibility="internal")


PROTOCOL_VERSION = _header("MCP-Protocol-Version", "Protocol Version")
METHOD, NAME = _header("Mcp-Method", "Method"), _header("Mcp-Name", "Name")


class Refused(Exception):
    """Reject a message by an error of JSON-RPC; a fault of the wire has an HTTP status too."""

    def __init__(self, code: int, message: str, status: int = 200, data: Json | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.error: Json = {"code": code, "message": message} | ({"data": data} if data else {})


def check(message: Message, headers: Mapping[str, str | None]) -> bool:
    """Return whether a request is of a version without handshake. Raises Refused for one that breaks its wire."""
    if isinstance(message.id, bool) or not isinstance(message.id, str | int):
        raise Refused(INVALID_REQUEST, "The id must be a text or a whole number.", 400)
    version = headers[PROTOCOL_VERSION.name]
    if version in MODERN or "protocolVersion" in message.meta:
        _check_modern(message, headers)
        return True
    if version is not None and version not in HANDSHAKE:
        raise _unsupported(version)
    return False


def _check_modern(message: Message, headers: Mapping[str, str | None]) -> None:
    version, capabilities = (message.meta.get(name) for name in ("protocolVersion", "clientCapabilities"))
    if not isinstance(version, str) or not isinstance(capabilities, dict):
        names = f"{_META}protocolVersion and {_META}clientCapabilities"
        raise Refused(INVALID_PARAMS, f"params._meta must have {names}.", 400)
    repeated: Json = {PROTOCOL_VERSION.name: version, METHOD.name: message.method}
    if message.method == "tools/call":
        repeated[NAME.name] = message.params.get("name")
    for header, value in repeated.items():
        if _decoded(headers[header]) != value:
            raise Refused(HEADER_MISMATCH, f"The header {header} must be what the body has: {value}.", 400)
    if version not in MODERN:
        raise _unsupported(version)


def _decoded(header: str | None) -> str | None:
    """Return the value of a header, which is in Base64 if it is not plain ASCII."""
    start, end = _ENCODED
    if header is None or not (header.startswith(start) and header.endswith(end)):
        return header
    try:
        return base64.b64decode(header[len(start) : -len(end)], validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None


def _unsupported(version: str) -> Refused:
    data = {"supported": [*MODERN, *HANDSHAKE], "requested": version}
    return Refused(UNSUPPORTED_VERSION, "Unsupported protocol version", 400, data)


def not_found(method: str, *, modern: bool) -> Refused:
    """Return the error for a method that does not exist."""
    return Refused(METHOD_NOT_FOUND, f"There is no method {method[:64]}.", 404 if modern else 200)


def introduction(instructions: str, version: str | None) -> Json:
    """Return the result of `initialize` for the version that a client asks for, or that of `server/discover`."""
    own: Json = {"capabilities": {"tools": {}}, "instructions": instructions}
    if version is None:
        return own | {"supportedVersions": [*MODERN, *HANDSHAKE]}
    return own | {"protocolVersion": version if version in HANDSHAKE else HANDSHAKE[0], "serverInfo": _SERVER}


def result(message: Message, content: Json, *, modern: bool) -> Answer:
    """Return the response with a result."""
    if modern:
        content = {"resultType": "complete", **content, "_meta": {f"{_META}serverInfo": _SERVER}}
    body: Reply = {"jsonrpc": "2.0", "id": message.id, "result": content}
    return Answer(200, body)


def error(message: Message, refused: Refused) -> Answer:
    """Return the response with an error."""
    known = isinstance(message.id, str | int) and not isinstance(message.id, bool)
    body: Reply = {"jsonrpc": "2.0", **({"id": message.id} if known else {}), "error": refused.error}
    return Answer(refused.status, body)
