"""The input and output of a handler: a call with a parsed request, and an answer with the response."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

import azure.functions as func

from function_app.api.allowance import Allowance
from function_app.api.page_settings import PageSettings
from function_app.api.parameter import Parameter
from function_app.api.parameters import DRY_RUN
from function_app.domain.access import Principal
from function_app.services.instances import CompiledInstance
from function_app.services.services import Services, Writes

T = TypeVar("T")
JSON: Mapping[str, str] = {"Content-Type": "application/json; charset=utf-8"}


@dataclass(slots=True)
class Answer:
    """The response of a handler: `body` is sent as JSON, bytes unchanged with the Content-Type of `headers`."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Part:
    """What a handler sends to another operation of the same instance: parameters by their place, and the body."""

    path: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any = None


@dataclass(slots=True)
class Call:
    """A parsed request; `call[PARAMETER]` is the value of the parameter or its default.

    `allowance` says whether there is time for one more part of it, like an item of a batch.
    `perform` sends a part of the request to another operation, and returns its response, also to an error: the role
    of the caller is checked and the call is counted as for a request to that operation.
    """

    operation_id: str
    services: Services
    principal: Principal
    now: datetime
    url: str
    values: Mapping[str, Any]
    body: Any
    pages: PageSettings
    allowance: Allowance
    perform: Callable[[Any, Part], Awaitable[func.HttpResponse]]  # of an Operation, whose module knows this one
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

    @property
    def writes(self) -> Writes:
        """The services that write; for a dry run those that decide and store nothing."""
        return self.services.dry_run() if self[DRY_RUN] else self.services
