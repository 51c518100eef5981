"""What the definition of an entity sets for its files, instead of what is detected in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from function_app.domain.entity import Entity

DELIMITERS = (",", ";", "\t", "|")


@dataclass(frozen=True)
class Layout:
    """What is None is detected in each file; `columns` has the columns of attributes with other names."""

    delimiter: str | None = None
    encoding: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, entity: Entity) -> Layout:
        """Return what the definition of an entity says about its files."""
        columns = {each.name: each.column for each in entity.attributes if each.column != each.name}
        return cls(entity.delimiter, entity.encoding, columns)

    def column(self, attribute: str) -> str:
        """Return the column that holds an attribute."""
        return self.columns.get(attribute, attribute)

    def columns_of(self, attributes: Iterable[str]) -> Mapping[str, str]:
        """Return the attributes by the columns that hold them."""
        return {self.column(attribute): attribute for attribute in attributes}
