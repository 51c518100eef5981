"""Which files below an entity's folder are its newest snapshot, by the names of folders.

- `Country=NO` is a partition: all partitions are parts of one snapshot. So is any `name=value` whose name is an
  attribute of the entity.
- A folder named by a date or a number, like `2026-10-1`, `20261001T0600`, `v12` or `export-7`, is a version, and so
  are `ds=2026-10-01`, `version=3` and `year=2026/month=10`, where the name is no attribute: the one of the latest date
  or the greatest number is read, month 10 after month 9.
- A month, week, day or hour that is not in a folder of its year, month or day has no order: 12 may be older than 1.
- A single folder is read whatever its name. Names that have no order, like `north` and `south` or `1-10-2026`, are a
  problem: the newest is never guessed.
- What begins with `_`, `.` or `~` is not data.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import unquote

ENDINGS = re.compile(r"\.(parquet|[ct]sv(\.(gz|bz2|zst))?)$", re.IGNORECASE)
_PARTITION = re.compile(r"([^=]+)=(.*)", re.DOTALL)
_WITHIN = {"quarter": "year", "month": "year", "week": "year", "day": "month", "hour": "day", "minute": "hour"}
_SHORT = {"y": "year", "m": "month", "d": "day", "h": "hour"}
_NO_VALUE = "__HIVE_DEFAULT_PARTITION__"
_SAYS_VERSION = re.compile(r"(version|snapshot|run|load|export)(?![a-z])", re.IGNORECASE)
_CALENDAR = re.compile(r"(year|quarter|month|week|day|hour|minute|yyyy|y|mm?|dd?|hh?)=(\d{1,4})", re.IGNORECASE)
_YEAR = re.compile(r"(19|20)\d\d")
_DATE = re.compile(
    r"(\d{4})(?:[-_.](\d{1,2})(?:[-_.](\d{1,2}))?|(\d\d)(\d\d))"
    r"(?:[T_ -](\d\d?)(?:[:._-]?(\d\d))?(?:[:._-]?(\d\d))?(?:\.\d+)?Z?)?"
)
_YEAR_LAST = re.compile(r"(?<!\d)\d{1,2}[-_.]\d{1,2}[-_.](19|20)\d\d(?!\d)")
_PASSED_OVER = "is not read: .csv, .tsv and .parquet are, the first two also compressed as .gz, .bz2 or .zst"
_BESIDE = "is not read: it is beside folders that are versions"
_NAMED, _MONTHS, _DAYS = 5, 12, 31
_NUMBERS_OF = {"month": 2, "day": 3, "hour": 4}
Key = tuple[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Choice:
    """The files that were chosen, the folder that holds them all, and the files that are not read, with the reasons.

    With a `problem` no file is chosen.
    """

    files: Sequence[str] = ()
    folder: str = ""
    passed_over: Sequence[str] = ()
    problem: str | None = None


def choose(paths: Iterable[str], attributes: Collection[str]) -> Choice:
    """Choose among the files below an entity's folder, with their paths from there."""
    listed = sorted(paths)
    if any("_delta_log" in path.split("/") for path in listed):
        return Choice(problem="is a Delta table, which holds rows that are deleted; export it as Parquet or CSV")
    visible = [path for path in listed if not any(name[:1] in {"_", ".", "~"} for name in path.split("/"))]
    return _choose_in("", visible, frozenset(attributes))


def partition_values(path: str, attributes: Collection[str]) -> Mapping[str, str | None]:
    """Return the values that the partitions of a path give to attributes; None for null."""
    found = [match for name in path.split("/")[:-1] if (match := _PARTITION.fullmatch(name))]
    values = {unquote(match[1]): unquote(match[2]) for match in found}
    return {name: None if value == _NO_VALUE else value for name, value in values.items() if name in attributes}


def _choose_in(folder: str, paths: Sequence[str], attributes: frozenset[str]) -> Choice:
    """Choose among files below a folder, whose path ends with a slash unless it is empty."""
    here, below = list[str](), defaultdict[str, list[str]](list)
    for path in paths:
        name, _, rest = path[len(folder) :].partition("/")
        (below[name] if rest else here).append(path)
    data = {name: found for name, found in below.items() if any(map(ENDINGS.search, found))}
    others = [path for name in below.keys() - data.keys() for path in below[name]]
    found = Choice([path for path in here if ENDINGS.search(path)], folder.rstrip("/"), _passed_over([*here, *others]))
    keys = {name: _version(name, folder, data[name], attributes) for name in data}
    if not data:
        return found
    if all(key is None and _is_partition(name, attributes) for name, key in keys.items()):
        return _merged(found, [_choose_in(f"{folder}{name}/", data[name], attributes) for name in data])
    newest = _newest(keys)
    if newest is None:
        names = ", ".join(f"'{name}'" for name in sorted(keys)[:_NAMED])
        return Choice(problem=f"has folders of which none is surely the newest: {names}; name them like 2026-10-01")
    chosen = _choose_in(f"{folder}{newest}/", data[newest], attributes)
    beside = [f"{path} {_BESIDE}" for path in found.files]
    return replace(chosen, passed_over=[*beside, *found.passed_over, *chosen.passed_over])


def _merged(found: Choice, parts: Sequence[Choice]) -> Choice:
    problem = next((part.problem for part in parts if part.problem), None)
    if problem:
        return Choice(problem=problem)
    files = sorted([*found.files, *(file for part in parts for file in part.files)])
    return replace(
        found, files=files, passed_over=[*found.passed_over, *(text for part in parts for text in part.passed_over)]
    )


def _passed_over(paths: Iterable[str]) -> list[str]:
    return [f"{path} {_PASSED_OVER}" for path in sorted(paths) if not ENDINGS.search(path)]


def _newest(keys: Mapping[str, Key | None]) -> str | None:
    """Return the name of the greatest key, None if they can't be compared or two are the same."""
    if len(keys) == 1:
        return next(iter(keys))
    found = {key: name for name, key in keys.items() if key}
    if len(found) < len(keys) or len({form for form, _ in found}) > 1:
        return None
    return found[max(found)]


def _version(name: str, folder: str, paths: Sequence[str], attributes: frozenset[str]) -> Key | None:
    """Return how a folder's name compares as a version, None if it is not one or has no order."""
    partition = _PARTITION.fullmatch(name)
    if not partition:
        return _date(name) or _number(name)
    if partition[1] in attributes:
        return None
    if calendar := _calendar(name):
        unit, number = calendar
        if unit == "year":
            is_step = all(_WITHIN.get(_unit(path[len(f"{folder}{name}/") :])) == "year" for path in paths)
        else:
            is_step = _has_unit(folder.rstrip("/").rpartition("/")[2], _WITHIN[unit])
        return (f"{unit}=", (number,)) if is_step else None
    return _date(partition[2]) or (_number(name) if _SAYS_VERSION.search(partition[1]) else None)


def _is_partition(name: str, attributes: frozenset[str]) -> bool:
    """Return whether a folder's name is that of a partition; a month without its year is neither that nor a version."""
    partition, calendar = _PARTITION.fullmatch(name), _calendar(name)
    if not partition:
        return False
    return partition[1] in attributes or calendar is None or calendar[0] == "year"


def _calendar(name: str) -> tuple[str, int] | None:
    """Return the unit and the number of a name like month=9."""
    found = _CALENDAR.fullmatch(name)
    return (_unit(name), int(found[2])) if found else None


def _unit(path: str) -> str:
    name = path.partition("=")[0].lower()
    return _SHORT.get(name[:1], name) if len(set(name)) == 1 else name


def _has_unit(folder: str, unit: str) -> bool:
    """Return whether a folder's name is that of one year, month, day or hour."""
    if _unit(folder) == unit and _calendar(folder):
        return True
    text = folder.rpartition("=")[2]
    if unit == "year":
        return bool(_YEAR.fullmatch(text))
    found = _date(text)
    return found is not None and len(found[1]) == _NUMBERS_OF.get(unit)


def _date(text: str) -> Key | None:
    found = _DATE.fullmatch(text)
    if not found:
        return None
    year, month, day, short_month, short_day, *clock = found.groups()
    numbers = [int(digits) for digits in (year, month or short_month, day or short_day, *clock) if digits]
    is_real = 1 <= numbers[1] <= _MONTHS and (len(numbers) == len("ym") or 1 <= numbers[2] <= _DAYS)
    return ("date", tuple(numbers)) if is_real else None


def _number(text: str) -> Key | None:
    numbers = re.findall(r"[0-9]+", text)
    if not numbers or _YEAR_LAST.search(text):
        return None
    return re.sub(r"[0-9]+", "#", text.lower()), tuple(map(int, numbers))
