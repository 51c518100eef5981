"""The dependencies of requests, created once for each worker process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from function_app.api.capacity import Capacity
from function_app.api.limits import Limits
from function_app.api.page_settings import PageSettings
from function_app.api.sign_in.auth import Authenticator
from function_app.services.services import Services

MAX_FAILURES = 300


def limit_failures() -> Limits:
    """Return the limit of callers who are not admitted: of one address, and of one instance that they name."""
    return Limits(MAX_FAILURES, "refused callers")


@dataclass(frozen=True, slots=True)
class Runtime:
    """`within_s` is the timeout of a request in seconds; None if there is no timeout."""

    services: Services
    authenticate: Authenticator
    clock: Callable[[], datetime]
    limits: Limits = field(default_factory=Limits)
    failures: Limits = field(default_factory=limit_failures)
    pages: PageSettings = field(default_factory=PageSettings)
    within_s: float | None = None
    capacity: Capacity = field(default_factory=Capacity)


GetRuntime = Callable[[], Runtime]
