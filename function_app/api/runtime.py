"""The dependencies of requests, created once for each worker process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from function_app.api.limits import Limits
from function_app.api.page_settings import PageSettings
from function_app.api.sign_in.auth import Authenticator
from function_app.services.services import Services


@dataclass(frozen=True, slots=True)
class Runtime:
    """`within_s` is the timeout of a request in seconds; None if there is no timeout."""

    services: Services
    authenticate: Authenticator
    clock: Callable[[], datetime]
    limits: Limits = field(default_factory=Limits)
    pages: PageSettings = field(default_factory=PageSettings)
    within_s: float | None = None


GetRuntime = Callable[[], Runtime]
