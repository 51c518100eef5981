"""Columns of which all values but a few have one type, which those must not hide."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from function_app.domain.entity import Attribute
from function_app.domain.formats import NUMBER_FORMATS
from function_app.local.define.kinds import DATE, FORMATS, INSTANT, TEXT, Kind, kind_of, wrong_values

_FEW, _SHOWN = 50, 3
_CANDIDATES = (
    *(Attribute("", data_type, "") for data_type in ("Edm.Guid", "Edm.Decimal", DATE, INSTANT, "Edm.TimeOfDay")),
    *(Attribute("", "Edm.Decimal", "", format=format_) for format_ in NUMBER_FORMATS),
    *(Attribute("", INSTANT, "", format=format_) for format_ in FORMATS),
)


@dataclass(frozen=True, slots=True)
class Nearly:
    """The type of all values of a column but a few; how many rows have those, and some of them."""

    kind: Kind
    rows: int
    some: Sequence[str]


def nearly_of(column: pa.Array, most: int) -> Nearly | None:
    """Return the type of all values of a column of texts but those of so many rows; None if there is none."""
    texts = column.cast(pa.binary())
    values = pc.unique(texts).drop_null()
    if not most or not _may_be_typed(values[:_FEW]):
        return None
    odd = min(_few_wrong(texts, values, most), key=lambda each: each[0], default=None)
    if odd is None:
        return None
    rows, wrong = odd
    kind = kind_of(texts.filter(pc.invert(pc.is_in(texts, value_set=wrong))))
    some = [text.decode(errors="replace") for text in wrong[:_SHOWN].to_pylist()]
    return None if kind.data_type == TEXT else Nearly(kind, rows, some)


def _may_be_typed(values: pa.Array) -> bool:
    """Return whether most of some values have a digit, as those of every candidate have."""
    digits = [any(byte in b"0123456789" for byte in text) for text in values.to_pylist()]
    return 2 * sum(digits) > len(digits)


def _few_wrong(texts: pa.Array, values: pa.Array, most: int) -> Iterator[tuple[int, pa.Array]]:
    """Yield the values that are wrong for each type of which few are, with the number of their rows."""
    for attribute in _CANDIDATES:
        if 2 * len(wrong_values(values[:_FEW], attribute)) < len(values[:_FEW]):
            wrong = wrong_values(values, attribute)
            rows = pc.sum(pc.is_in(texts, value_set=wrong)).as_py() or 0
            if 0 < rows <= most:
                yield rows, wrong
