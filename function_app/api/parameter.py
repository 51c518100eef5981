"""The declaration of a parameter: its place, name, description and type."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar, overload

T = TypeVar("T")
Visibility = Literal["none", "important", "advanced", "internal"]
_TEXT: Mapping[str, Any] = {"type": "string"}


@dataclass(frozen=True)
class Choices:
    """The list that makers choose a value from: rows in the response of another operation.

    `items`, `value` and `title` are paths in that response; `given` are the parameters that both operations have.
    """

    operation_id: str
    value: str
    title: str
    items: str = ""
    given: tuple[str, ...] = ()
    fixed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class ParameterType(Generic[T]):
    """The type of a parameter's values.

    `parse` returns the value of a text, or raises ValueError with what is expected.
    `schema` is the type, format, enum and limits in Swagger 2.0.
    """

    parse: Callable[[str], T]
    schema: Mapping[str, Any] = field(default_factory=lambda: _TEXT)


@dataclass(frozen=True, eq=False)
class Parameter(Generic[T]):
    """A parameter. Handlers read its value by `call[PARAMETER]`; `default` is the value if it is not sent.

    `sent` is the value that the connector sends if a maker enters nothing, if it is not the default.
    """

    name: str
    place: Literal["path", "query", "header"]
    summary: str
    description: str
    type: ParameterType[Any]
    default: Any = None
    required: bool = False
    visibility: Visibility = "none"
    choices: Choices | None = None
    sent: str | None = None

    @property
    def schema(self) -> Mapping[str, Any]:
        """The type in Swagger 2.0, with what the connector sends: a designer shows each input with a default."""
        return self.type.schema if self.sent is None else {**self.type.schema, "default": self.sent}

    @property
    def extensions(self) -> Mapping[str, str]:
        """The `x-ms-` members: a value in a path is encoded once."""
        return {"x-ms-url-encoding": "single"} if self.place == "path" else {}


def path(  # noqa: PLR0913  # a declaration
    name: str,
    summary: str,
    description: str,
    type: ParameterType[T],  # noqa: A002  # the word of OpenAPI
    *,
    visibility: Visibility = "none",
    choices: Choices | None = None,
    sent: str | None = None,
) -> Parameter[T]:
    """Declare a parameter in the path, which is always required."""
    return Parameter(
        name, "path", summary, description, type, required=True, visibility=visibility, choices=choices, sent=sent
    )


@overload
def query(
    name: str,
    summary: str,
    description: str,
    type: ParameterType[T],
    *,
    default: None = None,
    visibility: Visibility = "none",
    choices: Choices | None = None,
) -> Parameter[T | None]: ...
@overload
def query(
    name: str, summary: str, description: str, type: ParameterType[T], *, default: T, visibility: Visibility = "none"
) -> Parameter[T]: ...
@overload
def query(
    name: str,
    summary: str,
    description: str,
    type: ParameterType[T],
    *,
    required: Literal[True],
    choices: Choices | None = None,
) -> Parameter[T]: ...
def query(  # noqa: PLR0913  # a declaration
    name: str,
    summary: str,
    description: str,
    type: ParameterType[Any],  # noqa: A002  # the word of OpenAPI
    *,
    default: Any = None,
    required: bool = False,
    visibility: Visibility = "none",
    choices: Choices | None = None,
) -> Parameter[Any]:
    """Declare a query parameter; without a default its value is None if it is not sent."""
    return Parameter(
        name, "query", summary, description, type, default, required=required, visibility=visibility, choices=choices
    )
