"""How a request is refused: for the faults in it, or for what is missing on our side.

ServiceError                 one or more faults; the first one's code names the answer
├── NotAllowed               carries the verbs that are allowed
├── NotAuthenticated         carries the challenge of WWW-Authenticate
├── Throttled                carries the seconds to wait
└── Unavailable              carries the seconds to wait
    └── NotYetReadable       what another worker wrote has not reached this one

Rejected                     the same as a value, for one item of several
"""

from __future__ import annotations

from dataclasses import dataclass

from function_app.error_codes import STORE_UNAVAILABLE, TOO_MANY_REQUESTS, UNAUTHENTICATED, ErrorDetail


@dataclass(frozen=True, slots=True)
class Rejected:
    """Why one item of several was not accepted, and after how many seconds to send it again, if that can help."""

    details: tuple[ErrorDetail, ...]
    retry_after: float | None = None

    def as_error(self) -> ServiceError:
        """Return the error that refuses a request which has only this item."""
        return ServiceError(*self.details, retry_after=self.retry_after)


class ServiceError(Exception):
    """Refuse a request for the faults given, of which there is at least one."""

    def __init__(self, *faults: ErrorDetail, retry_after: float | None = None) -> None:
        super().__init__("; ".join(f"{fault.code}: {fault.message}" for fault in faults))
        self.faults = faults
        self.retry_after = retry_after

    def as_rejected(self) -> Rejected:
        """Return the error as the result of one item of several."""
        return Rejected(self.faults, self.retry_after)


class NotAllowed(ServiceError):
    """Refuse a verb; `allow` lists the verbs the resource has."""

    def __init__(self, fault: ErrorDetail, allow: tuple[str, ...]) -> None:
        super().__init__(fault)
        self.allow = allow


class NotAuthenticated(ServiceError):
    """Ask who the caller is; `challenge` says how to tell."""

    def __init__(self, message: str, *, invalid_token: bool = False) -> None:
        super().__init__(UNAUTHENTICATED(message))
        self.challenge = f'Bearer error="invalid_token", error_description="{message}"' if invalid_token else "Bearer"


class Throttled(ServiceError):
    """Ask the caller to come back in `retry_after` seconds: too much at once."""

    retry_after: float

    def __init__(self, retry_after: float, message: str = "Too many requests at once.") -> None:
        super().__init__(TOO_MANY_REQUESTS(f"{message} Wait and send the same request again."), retry_after=retry_after)


class Unavailable(ServiceError):
    """Ask the caller to come back in `retry_after` seconds: the store, or what `fault` names, can't be reached."""

    retry_after: float

    def __init__(self, retry_after: float = 5.0, fault: ErrorDetail | None = None) -> None:
        gone = STORE_UNAVAILABLE("The store can't be reached; wait and send the same request again.")
        super().__init__(fault or gone, retry_after=retry_after)


class NotYetReadable(Unavailable):
    """Ask for a message to be handed in again: what it is about was written by another worker, and is not seen yet."""
