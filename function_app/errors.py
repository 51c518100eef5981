"""Exceptions that reject a request, because of its errors or of the state of the service.

ServiceError                 one or more errors; the first one determines the status of the response
├── NotAllowed               has the allowed verbs
├── NotAuthenticated         has the challenge of WWW-Authenticate
├── Throttled                has the seconds to wait
└── Unavailable              has the seconds to wait
    ├── Busy                 the worker has too much to do
    ├── NotYetReadable       what another worker wrote is not readable here yet
    └── TooManyDue           more updates end at once than a list can evaluate

Rejected                     the same as a value, for one of several items
"""

from __future__ import annotations

from dataclasses import dataclass

from function_app.error_codes import BUSY, STORE_UNAVAILABLE, TOO_MANY_REQUESTS, UNAUTHENTICATED
from function_app.error_detail import ErrorDetail


@dataclass(frozen=True, slots=True)
class Rejected:
    """Why one of several items is rejected, and after how many seconds to send it again, if that can help."""

    details: tuple[ErrorDetail, ...]
    retry_after: float | None = None

    def as_error(self) -> ServiceError:
        """Return the error that rejects a request with only this item."""
        return ServiceError(*self.details, retry_after=self.retry_after)


class ServiceError(Exception):
    """Reject a request because of at least one error."""

    def __init__(self, *faults: ErrorDetail, retry_after: float | None = None) -> None:
        super().__init__("; ".join(f"{fault.code}: {fault.message}" for fault in faults))
        self.faults = faults
        self.retry_after = retry_after

    def as_rejected(self) -> Rejected:
        """Return the error as the result of one of several items."""
        return Rejected(self.faults, self.retry_after)


class NotAllowed(ServiceError):
    """Reject a verb; `allow` has the verbs of the resource."""

    def __init__(self, fault: ErrorDetail, allow: tuple[str, ...]) -> None:
        super().__init__(fault)
        self.allow = allow


class NotAuthenticated(ServiceError):
    """Reject a request without valid credentials; `parts` are those of its challenge."""

    def __init__(self, message: str, *, invalid_token: bool = False) -> None:
        super().__init__(UNAUTHENTICATED(message))
        self.parts = {"error": "invalid_token", "error_description": message} if invalid_token else {}

    @property
    def challenge(self) -> str:
        """The value of WWW-Authenticate: the parts of the challenge."""
        return " ".join(("Bearer", ", ".join(f'{name}="{text}"' for name, text in self.parts.items()))).strip()


class Throttled(ServiceError):
    """Reject a request over a rate limit; the caller can repeat it after `retry_after` seconds."""

    retry_after: float

    def __init__(self, retry_after: float, message: str = "Too many requests at once.") -> None:
        super().__init__(TOO_MANY_REQUESTS(f"{message} Wait and send the same request again."), retry_after=retry_after)


class Unavailable(ServiceError):
    """Reject a request because the store (or the service in `fault`) is unavailable, for `retry_after` seconds."""

    retry_after: float

    def __init__(self, retry_after: float = 5.0, fault: ErrorDetail | None = None) -> None:
        unavailable = STORE_UNAVAILABLE("The store can not be reached; wait and send the same request again.")
        super().__init__(fault or unavailable, retry_after=retry_after)


class Busy(Unavailable):
    """Reject a request, or a part of one, that could not be done in time; nothing of it was begun."""

    def __init__(self, retry_after: float) -> None:
        super().__init__(retry_after, BUSY("The service has too much to do; wait and send the same request again."))


class NotYetReadable(Unavailable):
    """Postpone a message of the queue: a document that another worker wrote is not readable here yet."""


class TooManyDue(Unavailable):
    """Reject a list while more customers than it can evaluate wait to be settled."""

    def __init__(self) -> None:
        message = "Very many updates have just expired; wait until their customers are settled, and send this again."
        super().__init__(fault=STORE_UNAVAILABLE(message))
