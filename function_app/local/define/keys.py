"""Which columns tell the rows of a table apart: by their names first, as values may differ by chance."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import combinations

import pyarrow.compute as pc

from function_app.domain.entity import CUSTOMER, CUSTOMER_ID
from function_app.local.define import names
from function_app.local.define.source import Source
from function_app.source.columns import WHOLE

_MOST_COLUMNS, _MOST_TOGETHER = 8, 3
_CODE = re.compile(r"[\w-]*\d[\w-]*")


def has_key_name(source: Source, column: str) -> bool:
    """Return whether a column has the name of a key of its table, and no attribute of a person like a postal code."""
    return names.names_key(column) and (_is_named_as(source, column) or not names.names_person(column))


def customer_ids(source: Source) -> Sequence[str]:
    """Return the columns that may hold the CustomerId, the likeliest first.

    Those with a key's name may have a few odd rows; so no name that is unique by chance comes before them.
    """
    found = [column for column in source.key_columns if _is_declared(source, column) or _tells_apart(source, column)]
    return sorted(found, key=lambda column: (_doubt(source, column), source.odd([column]) > 0))


def passed_over(source: Source) -> Iterator[str]:
    """Yield why columns with a key's name may not hold the CustomerId."""
    possible = customer_ids(source)
    for column in source.key_columns:
        if has_key_name(source, column) and column not in possible:
            odd = f"{source.odd([column]):,} of {source.table.rows:,} rows"
            yield f"'{column}' has the name of a key, but {odd} have none, or that of another row"


def is_key(source: Source, column: str) -> bool:
    """Return whether a column tells customers apart, where it has a value."""
    values = source.table.columns[column].drop_null()
    if column not in source.key_columns or not len(values):
        return False
    repeated = len(values) - pc.count_distinct(values).as_py()
    is_declared = _is_declared(source, column)
    return is_declared or repeated <= (source.most_odd if has_key_name(source, column) else 0)


def activity_key(source: Source, customer: str | None, others: Collection[str]) -> tuple[str, ...] | None:
    """Return the fewest columns that tell activities apart, None if up to three do not.

    `customer` refers to the customer, and `others` may do so too: in a short list each customer may have one activity,
    but the next one of a customer must have another key.
    """
    whose = {customer, *others}
    free = [column for column in source.key_columns if column not in whose or _has_own_key_name(source, column)]
    free = [column for column in free if column != customer]
    named = [column for column in free if has_key_name(source, column)]
    apart = [
        column for column in free if _tells_apart(source, column) and (column in named or _is_code(source, column))
    ]
    if apart:
        return (min(apart, key=lambda column: _order(source, column)),)
    rest = [column for column in free if column not in named]
    columns = [*named, *([customer] if customer else []), *source.stamps, *rest][:_MOST_COLUMNS]
    several = [some for count in range(2, _MOST_TOGETHER + 1) for some in combinations(columns, count)]
    sound = [some for some in several if {*some} <= {*named} or {*some} & {*source.stamps}]
    odd = {some: source.odd(some) for some in sound}
    return next((some for most in (0, source.most_odd) for some in sound if odd[some] <= most), None)


def _order(source: Source, column: str) -> tuple[bool, bool, bool]:
    is_named = has_key_name(source, column)
    return not _has_own_key_name(source, column), not is_named, source.odd([column]) > 0


def _tells_apart(source: Source, column: str) -> bool:
    """Return whether a column has another value in each row, or in nearly each if it has the name of a key."""
    return source.odd([column]) <= (source.most_odd if has_key_name(source, column) else 0)


def _is_declared(source: Source, column: str) -> bool:
    """Return whether who made the files says that a column holds the CustomerId."""
    return source.table.name == CUSTOMER and names.plain(column) == names.plain(CUSTOMER_ID)


def _has_own_key_name(source: Source, column: str) -> bool:
    return names.names_key(column) and _is_named_as(source, column)


def _is_named_as(source: Source, column: str) -> bool:
    """Return whether a column has the name of its table in it, like OrderNo of Shop_Orders."""
    own = names.plain(source.table.name.rpartition("_")[2]).removesuffix("s")
    return bool(own) and own in names.plain(column)


def _doubt(source: Source, column: str) -> int:
    """Return how doubtful a column is as CustomerId, by its name and its values."""
    is_person, is_named = names.names_person(column), has_key_name(source, column)
    return next(
        doubt
        for doubt, holds in enumerate(
            (
                names.plain(column) == names.plain(CUSTOMER_ID),
                is_named and (_is_named_as(source, column) or names.names_customers(column)),
                is_named,
                not is_person and _is_code(source, column),
                names.names_mail(column),
                not is_person and source.kinds[column].data_type not in WHOLE,
                is_person,
                True,
            )
        )
        if holds
    )


def _is_code(source: Source, column: str) -> bool:
    """Return whether a column holds texts like A-17: amounts, names and free texts differ by chance."""
    is_whole, is_person = source.kinds[column].data_type in WHOLE, names.names_person(column)
    return not (is_whole or is_person) and all(map(_CODE.fullmatch, source.texts(column).to_pylist()))
