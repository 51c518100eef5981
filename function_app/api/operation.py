"""The declaration of an operation. HTTP function, role check, connector and documents are generated from it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from function_app import error_codes
from function_app.api.call import Answer, Call
from function_app.api.parameter import Parameter, Visibility
from function_app.domain.access import Role
from function_app.error_detail import ErrorCode, ErrorDetail

if TYPE_CHECKING:
    from pydantic import BaseModel

Verb = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
HttpMethod = Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
Handler = Callable[[Call], Awaitable[Answer]]
Check = Callable[[Call], object]
METADATA = "oauth-protected-resource"
"""The last part of the address where an endpoint for agents says who issues its tokens (RFC 9728)."""


@dataclass(frozen=True)
class Body:
    """A request body: a `model`, or attributes of an entity, which only its metadata describes.

    `attributes_of` is one record, `items_of` a batch of records; both contain the name of the entity, or of the
    parameter with its name. `error_code` is the error of a body that does not fit the model. An `optional` one is only
    for clients of the original API: the connector does not offer it. `rules` finds the faults beyond the model in the
    JSON of a body that does not fit it, given the JSON pointers of its faults.
    """

    description: str
    model: type[BaseModel] | None = None
    attributes_of: str | None = None
    items_of: str | None = None
    error_code: ErrorCode = error_codes.INVALID_DEFINITION
    optional: bool = False
    rules: Callable[[Mapping[str, Any], Collection[str]], Sequence[ErrorDetail]] = lambda _, __: ()


@dataclass(frozen=True)
class Response:
    """A response: its meaning, its headers, and the model of its body, a TypedDict or a list of one.

    `attributes_of` is the name of an entity if the body is a record of it.
    """

    description: str
    model: type | None = None
    attributes_of: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


NOT_MODIFIED = Response("Nothing has changed since the response with this ETag.", headers={"ETag": "The same ETag."})


@dataclass(frozen=True, eq=False)
class Operation:
    """An operation. `refuses` has the verbs of the same path that are rejected with 405, each with the reason.

    `tag` is its group in clients that are generated from the connector: they call `tag.id`, so it stays if code moves.
    `media` are the media types of its responses that a caller may ask for; the first is what is sent.
    `aliases` are other paths with the same placeholders, for clients that know the operation by them.
    `role` is the role that callers need, on the instance if the path has one; None if no sign-in is needed.
    With `instance_optional` the instance in the path need not exist.
    `hint` is set for triggers only: it shows makers how to test the trigger. One with a `notification`, the body that
    is sent to its callback, subscribes; the others are polled.
    With `shows_persons` its response has personal data: a call leaves a trace where the instance requires that.
    Each of the `checks` raises ServiceError for faults that the handler may find before it reads or writes data. They
    are called only for a request that has a fault, to report all of them; a parameter that is faulty is as if it were
    not sent, and a faulty body is None.
    `agentic` is set for an endpoint of the Model Context Protocol: its 401 names the metadata in `METADATA` below it.
    """

    id: str
    tag: str
    verb: Verb
    path: str
    summary: str
    description: str
    role: Role | None
    handler: Handler
    responses: Mapping[int, Response]
    parameters: tuple[Parameter[Any], ...] = ()
    body: Body | None = None
    visibility: Visibility = "none"
    refuses: Mapping[Verb, str] = field(default_factory=dict)
    hint: str | None = None
    notification: type | None = None
    instance_optional: bool = False
    aliases: tuple[str, ...] = ()
    media: tuple[str, ...] = ("application/json",)
    shows_persons: bool = False
    checks: tuple[Check, ...] = ()
    agentic: bool = False

    @property
    def paths(self) -> tuple[str, ...]:
        """The path and its aliases."""
        return (self.path, *self.aliases)

    @property
    def needs_instance(self) -> bool:
        """Whether the instance that the path names must exist."""
        return self.role is not None and "{instanceId}" in self.path and not self.instance_optional

    @property
    def methods(self) -> tuple[HttpMethod, ...]:
        """The methods of its functions. Public GET operations accept HEAD too: monitors and link checkers send it."""
        head: tuple[HttpMethod, ...] = ("HEAD",) if self.role is None and self.verb == "GET" else ()
        return (self.verb, *head, *self.refuses)

    @cached_property
    def is_paged(self) -> bool:
        """Whether callers choose how many rows an answer has."""
        return any(parameter.name == "$top" for parameter in self.parameters)

    @property
    def is_conditional(self) -> bool:
        """Whether the operation supports ETag, If-None-Match and 304."""
        return 304 in self.responses  # noqa: PLR2004  # Not Modified

    @cached_property
    def is_odata(self) -> bool:
        """Whether the operation is one of the OData service: it is below `data`."""
        return "data" in self.path.split("/")

    @cached_property
    def entity(self) -> str | None:
        """The entity in the path, if it is not a parameter."""
        parts = self.path.split("/")
        name = next(iter(parts[parts.index("data") + 1 :] if "data" in parts else ()), "{")
        return None if name.startswith(("{", "$")) else name


def operation(  # noqa: PLR0913  # a declaration
    verb: Verb,
    path: str,
    *,
    id: str,  # noqa: A002  # the word of OpenAPI
    summary: str,
    description: str,
    role: Role | None,
    responses: Mapping[int, Response],
    parameters: tuple[Parameter[Any], ...] = (),
    body: Body | None = None,
    visibility: Visibility = "none",
    refuses: Mapping[Verb, str] | None = None,
    hint: str | None = None,
    notification: type | None = None,
    instance_optional: bool = False,
    aliases: tuple[str, ...] = (),
    media: tuple[str, ...] = ("application/json",),
    shows_persons: bool = False,
    checks: tuple[Check, ...] = (),
    agentic: bool = False,
    tag: str | None = None,
) -> Callable[[Handler], Operation]:
    """Declare the handler below as an operation. Without a `tag` it has the name of its module, in words."""

    def declare(handler: Handler) -> Operation:
        return Operation(
            id=id,
            tag=tag or handler.__module__.rpartition(".")[2].replace("_", " ").capitalize(),
            verb=verb,
            path=path,
            summary=summary,
            description=description,
            role=role,
            handler=handler,
            responses=responses,
            parameters=parameters,
            body=body,
            visibility=visibility,
            refuses=refuses or {},
            hint=hint,
            notification=notification,
            instance_optional=instance_optional,
            aliases=aliases,
            media=media,
            shows_persons=shows_persons,
            checks=checks,
            agentic=agentic,
        )

    return declare
