"""What an operation is: one declaration from which the trigger, the role check and every document are made."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from function_app import error_codes
from function_app.api.call import Answer, Call
from function_app.api.parameter import Parameter, Visibility
from function_app.domain.access import Role
from function_app.error_codes import ErrorCode

if TYPE_CHECKING:
    from pydantic import BaseModel

Verb = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
HttpMethod = Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
Handler = Callable[[Call], Awaitable[Answer]]


@dataclass(frozen=True)
class Body:
    """A request body: of a fixed `model`, or attributes of an entity, known by its metadata only.

    `attributes_of` one record, `items_of` a batch of them; either names the entity, or the parameter that does.

    A body that is not of the model is this `error_code`.
    """

    description: str
    model: type[BaseModel] | None = None
    attributes_of: str | None = None
    items_of: str | None = None
    error_code: ErrorCode = error_codes.INVALID_DEFINITION


@dataclass(frozen=True)
class Response:
    """One answer: its meaning, its headers, and the model of its body: a TypedDict or a list of one.

    A body of an entity's attributes is `attributes_of` that entity.
    """

    description: str
    model: type | None = None
    attributes_of: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


NOT_MODIFIED = Response("Nothing has changed since the answer of this ETag.", headers={"ETag": "What is shown."})


@dataclass(frozen=True, eq=False)
class Operation:
    """One operation. `refuses` names verbs of the same path that are answered 405, each with the reason.

    `role` None: no sign-in needed. A path without `{instanceId}` needs `role` on no instance in particular.
    `hint` makes it a polling trigger: it tells makers how to see it fire.
    """

    id: str
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
    defines_instance: bool = False

    @property
    def needs_instance(self) -> bool:
        """Whether the instance that the path names must exist."""
        return self.role is not None and "{instanceId}" in self.path and not self.defines_instance

    @property
    def methods(self) -> tuple[HttpMethod, ...]:
        """The methods of its function. What is public and read answers HEAD too: monitors and link checkers send it."""
        head: tuple[HttpMethod, ...] = ("HEAD",) if self.role is None and self.verb == "GET" else ()
        return (self.verb, *head, *self.refuses)

    @property
    def is_conditional(self) -> bool:
        """Whether a caller that names what it has by ETag is answered 304 while that is still so."""
        return 304 in self.responses  # noqa: PLR2004  # Not Modified

    @cached_property
    def entity(self) -> str | None:
        """The entity that the path names by itself."""
        parts = self.path.split("/")
        name = parts[parts.index("data") + 1] if "data" in parts else "{"
        return None if name.startswith("{") else name


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
    defines_instance: bool = False,
) -> Callable[[Handler], Operation]:
    """Declare the handler below as an operation."""

    def declare(handler: Handler) -> Operation:
        return Operation(
            id=id,
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
            defines_instance=defines_instance,
        )

    return declare
