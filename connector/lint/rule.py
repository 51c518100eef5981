"""The registry of rules: a rule is a function with an id."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from connector.lint.document import Document
from connector.lint.finding import Finding, Level

Problems: TypeAlias = Iterable[tuple[str, str]]
Check: TypeAlias = Callable[[Document], Problems]


@dataclass(frozen=True, slots=True)
class Rule:
    """A check that yields (where, message) for each violation."""

    rule_id: str
    level: Level
    check: Check

    def findings(self, document: Document) -> Iterator[Finding]:
        """Yield each finding once, even if the check yields it several times."""
        for where, message in dict.fromkeys(self.check(document)):
            yield Finding(self.rule_id, where, message, self.level)


RULES: dict[str, Rule] = {}


def rule(rule_id: str, level: Level = "error") -> Callable[[Check], Check]:
    """Register the decorated check under `rule_id`, Microsoft's name for the rule if it has one.

    Raises ValueError if the id is already registered.
    """

    def register(check: Check) -> Check:
        if rule_id in RULES:
            message = f"two rules have the id {rule_id}"
            raise ValueError(message)
        RULES[rule_id] = Rule(rule_id, level, check)
        return check

    return register
