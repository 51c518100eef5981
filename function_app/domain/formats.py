"""Formats of texts in snapshots that are not in the standard form.

- Dates, instants and times of day: a pattern like `%d.%m.%Y %H:%M` with directives `%Y %m %d %H %M %S %f %I %p %z`.
- Numbers: one of `NUMBER_FORMATS`, which show the number 1234.56.
- Booleans: the words for true and false, like `Yes/No`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from functools import lru_cache

from function_app.domain.instant import canonical_instant

Read = Callable[[str], str | None]

NUMBER_FORMATS = {
    "1234,56": ("", ","),
    "1.234,56": ("[.]", ","),
    "1,234.56": ("[,]", "."),
    "1 234,56": ("[ \u00a0\u202f]", ","),
    "1'234.56": ("['\u2019]", "."),
}
"""By format, the pattern of the separator between groups of three digits, and the decimal separator."""
_TEMPORAL = frozenset(("Edm.Date", "Edm.DateTimeOffset", "Edm.TimeOfDay"))
_NUMBERS = frozenset(("Edm.Int16", "Edm.Int32", "Edm.Int64", "Edm.Decimal", "Edm.Double", "Edm.Single"))
_TOKEN = re.compile(r"%(.?)|([^%]+)", re.DOTALL)
_WIDTHS = {"Y": (4, 4), "m": (1, 2), "d": (1, 2), "H": (1, 2), "I": (1, 2), "M": (1, 2), "S": (1, 2), "f": (1, 6)}
_OTHERS = {"p": "[AP]M", "z": r"Z|[+-]\d\d:?\d\d"}
_NEEDS = {"M": "HI", "S": "M", "f": "S", "I": "p", "p": "I"}
_NOON = 12
_DATE, _TIME = frozenset("Ymd"), frozenset("HIMSfp")


class UnknownFormatError(ValueError):
    """A format is invalid or does not fit its type; the message explains why."""


@lru_cache(maxsize=1024)
def reader(data_type: str, format_: str) -> Read:
    """Return a function that converts a text of a format to the standard form, others to None; UnknownFormatError."""
    if data_type in _TEMPORAL:
        return _temporal(data_type, format_)
    if data_type in _NUMBERS:
        return _number(format_)
    if data_type == "Edm.Boolean":
        return _boolean(format_)
    raise UnknownFormatError(f"{data_type} has no format: only numbers, dates, instants, times and booleans have one")


def example(data_type: str, format_: str) -> str:
    """Return a value as a format writes it."""
    if data_type in _TEMPORAL:
        return datetime(2026, 11, 24, 9, 30, tzinfo=UTC).strftime(format_)
    return format_ if data_type in _NUMBERS else format_.partition("/")[0]


def _number(format_: str) -> Read:
    if format_ not in NUMBER_FORMATS:
        raise UnknownFormatError(f"'{format_}' must be one of {', '.join(NUMBER_FORMATS)}")
    group, point = NUMBER_FORMATS[format_]
    whole = rf"\d+|\d{{1,3}}(?P<by>{group})\d{{3}}(?:(?P=by)\d{{3}})*" if group else r"\d+"
    pattern = re.compile(rf"(?P<whole>-?(?:{whole}))(?:{re.escape(point)}(?P<rest>\d+))?", re.ASCII)

    def read(text: str) -> str | None:
        found = pattern.fullmatch(text)
        if not found:
            return None
        digits = re.sub(group, "", found["whole"]) if group else found["whole"]
        return f"{digits}.{found['rest']}" if found["rest"] else digits

    return read


def _boolean(format_: str) -> Read:
    words = format_.lower().split("/")
    if len(words) != 2 or not all(words) or words[0] == words[1]:  # noqa: PLR2004  # true and false
        raise UnknownFormatError(f"'{format_}' must be the words for true and false, like Yes/No or 1/0")
    standard = dict(zip(words, ("true", "false"), strict=True))
    return lambda text: standard.get(text.lower())


def _temporal(data_type: str, format_: str) -> Read:
    pattern, used = _pattern(format_)
    if problem := _missing(data_type, used):
        raise UnknownFormatError(f"'{format_}' {problem}")

    def read(text: str) -> str | None:
        found = pattern.fullmatch(text)
        return _standard(data_type, found.groupdict()) if found else None

    return read


def _pattern(format_: str) -> tuple[re.Pattern[str], set[str]]:
    """Return the pattern of a format, and its directives; adjacent digits have their full width."""
    tokens, used, pieces = list(_TOKEN.finditer(format_)), set[str](), list[str]()
    for place, token in enumerate(tokens):
        name, literal = token[1], token[2]
        if literal is not None or name == "%":
            pieces.append(re.escape(literal or "%"))
        elif name in used:
            raise UnknownFormatError(f"'{format_}' has %{name} twice")
        elif name not in _WIDTHS and name not in _OTHERS:
            hint = "; write the year with %Y, as two digits leave the century open" if name == "y" else ""
            known = " ".join(f"%{each}" for each in [*_WIDTHS, *_OTHERS])
            raise UnknownFormatError(f"'{format_}' holds '%{name}', which is none of {known}{hint}")
        else:
            used.add(name)
            pieces.append(f"(?P<{name}>{_directive(name, touches_digits=_touches_digits(tokens, place))})")
    return re.compile("".join(pieces), re.ASCII | re.IGNORECASE), used


def _directive(name: str, *, touches_digits: bool) -> str:
    if name in _OTHERS:
        return _OTHERS[name]
    least, most = _WIDTHS[name]
    return rf"\d{{{most}}}" if touches_digits else rf"\d{{{least},{most}}}"


def _touches_digits(tokens: list[re.Match[str]], place: int) -> bool:
    before, after = tokens[place - 1 : place], tokens[place + 1 : place + 2]
    return any(token[1] in _WIDTHS or (token[2] or "")[-1:].isdigit() for token in before) or any(
        token[1] in _WIDTHS or (token[2] or "")[:1].isdigit() for token in after
    )


def _missing(data_type: str, used: set[str]) -> str | None:
    """Return the fault of a pattern with missing or excess directives for a type; None if there is none."""
    if data_type == "Edm.TimeOfDay" and used & {*_DATE, "z"}:
        return "may hold only %H %M %S %f %I %p: it is for a time of day"
    required = "" if data_type == "Edm.TimeOfDay" else "Ymd"
    if lacking := [f"%{name}" for name in required if name not in used]:
        return f"must hold {' '.join(lacking)}"
    if {"H", "I"} <= used or (not required and not used & {"H", "I"}):
        return "must hold either %H or %I with %p"
    for name, needed in _NEEDS.items():
        if name in used and not used & {*needed}:
            return f"holds %{name} without %{needed[0]}"
    return None


def _standard(data_type: str, found: dict[str, str]) -> str | None:
    hour = found.get("H") or found.get("I") or "0"
    if "p" in found:
        if not 1 <= int(hour) <= _NOON:
            return None
        hour = str(int(hour) % _NOON + (_NOON if found["p"].upper() == "PM" else 0))
    clock = f"{int(hour):02}:{int(found.get('M') or 0):02}:{int(found.get('S') or 0):02}"
    fraction = (found.get("f") or "").ljust(6, "0")
    try:
        if data_type == "Edm.TimeOfDay":
            return time.fromisoformat(f"{clock}.{fraction}").isoformat(timespec="microseconds")
        day = date(int(found["Y"]), int(found["m"]), int(found["d"])).isoformat()
    except ValueError:
        return None
    if data_type == "Edm.Date":
        return day if f"{clock}.{fraction}" == "00:00:00.000000" else None
    zone = (found.get("z") or "Z").upper()
    if zone != "Z":
        zone = f"{zone[:3]}:{zone[-2:]}"
    return canonical_instant(f"{day}T{clock}.{fraction}{zone}")
