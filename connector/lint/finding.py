"""What a check returns."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

Level: TypeAlias = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault: the rule it breaks, where it is, what is wrong and what would be right.

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
    """Return a line with the numbers of errors and warnings."""
    errors = sum(finding.level == "error" for finding in findings)
    return f"{_count(errors, 'error')}, {_count(len(findings) - errors, 'warning')}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
