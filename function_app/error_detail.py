"""One error of a request, and the kinds of errors, of which `error_codes` is the list."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ErrorDetail:
    """One error of a request. `target` is a JSON pointer or a parameter name; `message` says what is expected."""

    code: str
    status: int
    message: str
    target: str | None = None


@dataclass(frozen=True, slots=True)
class ErrorCode:
    """A kind of error; calling it returns an error detail of this kind."""

    code: str
    status: int
    cause: str
    cure: str = field(repr=False)

    def __call__(self, message: str, target: str | None = None) -> ErrorDetail:
        return ErrorDetail(self.code, self.status, message, target)
