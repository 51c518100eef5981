"""The result of a check."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

Level: TypeAlias = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One violation of a rule: where it is, what is wrong and how to correct it.

    `where` is a JSON pointer into the swagger, `apiProperties.json#` with a pointer, or a file's name.
    """

    rule: str
    where: str
    message: str
    level: Level = "error"

    def __str__(self) -> str:
        return f"{self.level}: {self.where or '/'}: {self.message} [{self.rule}]"


def has_errors(findings: Sequence[Finding]) -> bool:
    """Return whether any finding is an error."""
    return any(finding.level == "error" for finding in findings)


def summary_of(findings: Sequence[Finding]) -> str:
    """Return the numbers of errors and warnings as a text."""
    errors = sum(finding.level == "error" for finding in findings)
    return f"{_count(errors, 'error')}, {_count(len(findings) - errors, 'warning')}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
