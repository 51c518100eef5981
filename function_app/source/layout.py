"""How the files of an entity are written, where it is not what is found in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

DELIMITERS = (",", ";", "\t", "|")


@dataclass(frozen=True)
class Layout:
    """What is None is found in each file; `columns` names the column of an attribute that has another name."""

    delimiter: str | None = None
    encoding: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)

    def column(self, attribute: str) -> str:
        """Return the column that holds an attribute."""
        return self.columns.get(attribute, attribute)

    def columns_of(self, attributes: Iterable[str]) -> Mapping[str, str]:
        """Return the attributes by the columns that hold them."""
        return {self.column(attribute): attribute for attribute in attributes}


FOUND = Layout()
