"""The input and output of a handler: a call with a parsed request, and an answer with the response."""

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
JSON: Mapping[str, str] = {"Content-Type": "application/json; charset=utf-8"}


@dataclass(slots=True)
class Answer:
    """The response of a handler: `body` is sent as JSON, bytes unchanged with the Content-Type of `headers`."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Call:
    """A parsed request; `call[PARAMETER]` is the value of the parameter or its default."""

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
        """The instance in the path. Raises LookupError if the operation does not need one."""
        if self.instance is None:
            raise LookupError(self.operation_id)
        return self.instance

    def __getitem__(self, parameter: Parameter[T]) -> T:
        value: T = self.values.get(parameter.name, parameter.default)
        return value
