"""What a handler gets and returns: a call, and an answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from function_app.api.page_settings import PageSettings
from function_app.api.parameter import Parameter
from function_app.domain.access import Principal
from function_app.services.instances import CompiledInstance
from function_app.services.services import Services

T = TypeVar("T")


@dataclass(slots=True)
class Answer:
    """What a handler answers: `body` goes out as JSON, bytes as they are under the Content-Type of `headers`."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Call:
    """A request, parsed; `call[PARAMETER]` is the parameter's value or its default."""

    operation_id: str
    services: Services
    principal: Principal
    now: datetime
    url: str
    values: Mapping[str, Any]
    body: Any
    pages: PageSettings
    instance: CompiledInstance | None = None

    @property
    def model(self) -> CompiledInstance:
        """The instance that the path names; only operations that need one have it."""
        if self.instance is None:
            raise LookupError(self.operation_id)
        return self.instance

    def __getitem__(self, parameter: Parameter[T]) -> T:
        value: T = self.values.get(parameter.name, parameter.default)
        return value
