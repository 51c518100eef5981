"""Two interpretations of the lines after a broken quote: they are new records, or they are within quotes."""

from __future__ import annotations

from typing import Literal, NamedTuple

from function_app.source.dialect import INNER, Dialect, end_of

Reading = Literal["records", "quoted", "neither", "either"]


class Judgement(NamedTuple):
    """Which interpretation is possible; of `neither` both break a rule at the same place."""

    reading: Reading
    place: int = 0


def judge(view: bytes, dialect: Dialect, *, is_all: bool) -> Judgement:
    """Return which interpretation of the start of the lines, or of all that remain, is possible.

    It is the one that breaks a rule later than the other; at the end of the text, the one outside quotes.
    """
    as_records = _goes_well(view, dialect, is_all=is_all)
    place, ends_well = _goes_well(b'"' + view, dialect, is_all=is_all)
    as_quoted = place - 1, ends_well
    if as_records != as_quoted:
        return Judgement("records" if as_records > as_quoted else "quoted")
    return Judgement("either") if ends_well else Judgement("neither", as_records[0])


def _goes_well(text: bytes, dialect: Dialect, *, is_all: bool) -> tuple[int, bool]:
    """Return how far a text, read from the start of a record, keeps the rules, and whether that is its end."""
    at = end_of(dialect.records, text, 0)
    quote = end_of(dialect.in_record, text, at)
    if quote == len(text):
        return quote, True
    if max(text.rfind(dialect.delimiter, at, quote) + 1, at) < quote:
        return quote, False
    closing = end_of(INNER, text, quote + 1)
    if closing + 1 < len(text):
        return closing, False
    return len(text), not (is_all and closing == len(text))
