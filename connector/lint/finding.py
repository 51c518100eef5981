"""What a check hands back."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Level: TypeAlias = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault: the rule it breaks, where it stands, what is wrong and what would be right.

    `where` is a JSON pointer into the swagger, `apiProperties.json#` with a pointer, or a file.
    """

    rule: str
    where: str
    message: str
    level: Level = "error"

    def __str__(self) -> str:
        return f"{self.level}: {self.where or '/'}: {self.message} [{self.rule}]"
