"""Values of every form, each with the types it fits: an oracle that shares nothing with the code under test."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from support import definition

_INT64 = frozenset({"Edm.Int64", "Edm.Decimal", "Edm.Double"})
_INT32 = _INT64 | {"Edm.Int32"}
_INT16 = _INT32 | {"Edm.Int16"}
_TEXT = frozenset({"Edm.String"})
FORMS: tuple[tuple[Any, frozenset[str]], ...] = (
    ("hello", _TEXT),
    ("", _TEXT),
    ("6", _TEXT),
    ("true", _TEXT),
    (r"back\u0000slash", _TEXT),
    (6, _INT16),
    (1, _INT16),
    (0, _INT16),
    (-7, _INT16),
    (12, _INT16),
    (12.0, _INT16),
    (40_000, _INT32),
    (2**40, _INT64),
    (12.5, frozenset({"Edm.Decimal", "Edm.Double"})),
    (1e300, frozenset({"Edm.Decimal", "Edm.Double"})),
    (True, frozenset({"Edm.Boolean"})),
    (False, frozenset({"Edm.Boolean"})),
    ("1990-02-28", _TEXT | {"Edm.Date"}),
    ("2000-02-29", _TEXT | {"Edm.Date"}),
    ("1900-02-29", _TEXT),
    ("1990-02-30", _TEXT),
    ("0000-01-01", _TEXT),
    ("1990-12-31 ", _TEXT),
    ("1990-12-31\n", _TEXT),
    ("2026-01-01T00:00:00.000000Z", _TEXT | {"Edm.DateTimeOffset"}),
    ("2026-01-01T00:00:00Z", _TEXT),
    ("2026-01-01T01:00:00.000000+01:00", _TEXT),
    ("2026-02-29T00:00:00.000000Z", _TEXT),
    ("09:30:00.000000", _TEXT | {"Edm.TimeOfDay"}),
    ("09:30:00", _TEXT),
    ("24:00:00.000000", _TEXT),
    ("6f9619ff-8b86-4d11-b42d-00c04fc964ff", _TEXT | {"Edm.Guid"}),
    ("6F9619FF-8B86-4D11-B42D-00C04FC964FF", _TEXT),
    ([1], frozenset()),
    ({"a": 1}, frozenset()),
)
TYPES = sorted(frozenset().union(*(types for _, types in FORMS)))


def is_of(value: Any, data_type: str) -> bool:
    """Whether one of the values is null or fits a type, by the table."""
    return value is None or any(type(value) is type(each) and value == each and data_type in t for each, t in FORMS)


def shown(source: Mapping[str, Any], types: Mapping[str, str]) -> dict[str, Any]:
    """What a stored profile of such values shows under some types."""
    known = {name: value for name, value in source.items() if name in types}
    return {n: v if n == "CustomerId" or is_of(v, types[n]) else None for n, v in known.items()}


def redefined(types: Mapping[str, str], **limits: Mapping[str, Any]) -> dict[str, Any]:
    """The definition of `support` with other attributes of Customer besides its own."""
    whole = definition()
    whole["entities"][0]["attributes"] += [
        {"name": name, "dataType": data_type, **limits.get(name, {})} for name, data_type in types.items()
    ]
    return whole
