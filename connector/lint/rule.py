"""The registry of rules: a rule is a function under an id."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from connector.lint.document import Document
from connector.lint.finding import Finding, Level

Problems: TypeAlias = Iterable[tuple[str, str]]
Check: TypeAlias = Callable[[Document], Problems]


@dataclass(frozen=True, slots=True)
class Rule:
    """A check that yields (where, message) for each place that breaks it."""

    rule_id: str
    level: Level
    check: Check

    def findings(self, document: Document) -> Iterator[Finding]:
        """Yield one finding for each place and message, however often the check yields it."""
        for where, message in dict.fromkeys(self.check(document)):
            yield Finding(self.rule_id, where, message, self.level)


RULES: dict[str, Rule] = {}


def rule(rule_id: str, level: Level = "error") -> Callable[[Check], Check]:
    """Register the decorated check under `rule_id`, Microsoft's name for the rule if it has one.

    Raises ValueError for an id that is registered already.
    """

    def register(check: Check) -> Check:
        if rule_id in RULES:
            message = f"two rules are called {rule_id}"
            raise ValueError(message)
        RULES[rule_id] = Rule(rule_id, level, check)
        return check

    return register
