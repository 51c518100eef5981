from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from support import INSTANCE, NOW, Clock, in_json, profile, put_profiles

from function_app.services.services import Services

CUSTOMERS = f"/instances/{INSTANCE}/data/Customer"
Row = dict[str, Any]
Truth = bool | None
Test = tuple[str, Callable[[Row], Truth]]
POOLS: dict[str, list[Any]] = {
    "City": ["Oslo", "oslo", "Bergen", "O'Hare", "", "Ødense", None],
    "FullName": ["Ada L", "Bob", "東京 太郎", None],
    "Tier": ["Gold", "Silver", None],
    "Points": [-3, 0, 1, 7, 2**31 - 1, None],
    "Value": [0, 0.5, 1, -2.25, None],
    "OptIn": [True, False, None],
    "BirthDate": ["1990-01-01", "2000-02-29", None],
    "LastVisit": ["2026-01-01T00:00:00.000000Z", "2026-01-01T00:00:00.500000Z", None],
}
TEXTS = ["City", "FullName", "Tier"]
ORDERED = ["City", "FullName", "Points", "Value", "BirthDate", "LastVisit"]


def literal(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str) and not value[:2].isdigit():
        return "'" + value.replace("'", "''") + "'"
    return str(value)


def known(name: str, test: Callable[[Any], bool]) -> Callable[[Row], Truth]:
    return lambda row: None if row[name] is None else test(row[name])


def leaf(r: random.Random) -> Test:
    """Return a random comparison in OData, and the same in Python."""
    kind = r.choice(["eq", "ne", "order", "in", "text", "fold"])
    name = r.choice(TEXTS if kind in {"text", "fold"} else ORDERED if kind == "order" else list(POOLS))
    value = r.choice(POOLS[name])
    if kind == "eq":
        return f"{name} eq {literal(value)}", lambda row: row[name] == value
    if kind == "ne":
        return f"{name} ne {literal(value)}", lambda row: row[name] != value
    if kind == "in":
        values = r.sample(POOLS[name], 2)
        return f"{name} in ({', '.join(map(literal, values))})", lambda row: row[name] in values
    value = value if value is not None else POOLS[name][0]
    if kind == "order":
        tests: list[tuple[str, Callable[[Any], bool]]] = [
            ("lt", lambda mine: mine < value),
            ("le", lambda mine: mine <= value),
            ("gt", lambda mine: mine > value),
            ("ge", lambda mine: mine >= value),
        ]
        order, test = r.choice(tests)
        return f"{name} {order} {literal(value)}", known(name, test)
    part = value[: r.randint(1, 3)] or "o"
    quoted = literal(part)
    if kind == "fold":
        return f"contains(tolower({name}), {quoted})", known(name, lambda mine: part in mine.lower())
    calls: list[tuple[str, Callable[[Any], bool]]] = [
        ("contains", lambda mine: part in mine),
        ("startswith", lambda mine: mine.startswith(part)),
        ("endswith", lambda mine: mine.endswith(part)),
    ]
    call, test = r.choice(calls)
    return f"{call}({name}, {quoted})", known(name, test)


def condition(r: random.Random, depth: int = 3) -> Test:
    """Return a random condition with OData's three-valued logic: null makes comparisons unknown."""
    kind = r.choice(["leaf", "not", "and", "or"]) if depth else "leaf"
    if kind == "leaf":
        return leaf(r)
    text, holds = condition(r, depth - 1)
    if kind == "not":
        return f"not ({text})", lambda row: None if holds(row) is None else not holds(row)
    other, also = condition(r, depth - 1)
    decisive = kind == "or"

    def both(row: Row) -> Truth:
        results = {holds(row), also(row)}
        return decisive if decisive in results else None if None in results else not decisive

    return f"({text}) {kind} ({other})", both


def random_row(r: random.Random) -> Row:
    return {name: r.choice(pool) for name, pool in POOLS.items()}


async def populate(client: httpx.AsyncClient, services: Services, clock: Clock, r: random.Random) -> None:
    """Return thirty customers with random updates, some of which have ended."""
    people = [profile(f"c{number:02}", **random_row(r)) for number in range(30)]
    await put_profiles(services.store, INSTANCE, in_json(*people))
    for _ in range(60):
        clock.advance(seconds=r.randint(0, 60))
        row = random_row(r)
        names = r.sample(list(row), r.randint(1, 4))
        params = {"validFor": f"PT{r.randint(1, 90)}M"}
        if r.random() < 0.3:
            params["occurredAt"] = NOW.isoformat().replace("+00:00", "Z")
        body = {name: row[name] for name in names}
        answer = await client.patch(f"{CUSTOMERS}/c{r.randrange(30):02}", json=body, params=params)
        assert answer.status_code == 204, answer.text


async def walk(client: httpx.AsyncClient, params: dict[str, str]) -> tuple[list[Row], set[int]]:
    rows: list[Row] = []
    counts: set[int] = set()
    size = int(params.pop("size"))
    answer = await client.get(CUSTOMERS, params=params, headers={"Prefer": f"odata.maxpagesize={size}"})
    while True:
        assert answer.status_code == 200, answer.text
        found = answer.json()
        assert len(found["value"]) <= size
        rows += found["value"]
        counts.add(found["@odata.count"])
        if "@odata.nextLink" not in found:
            return rows, counts
        answer = await client.get(found["@odata.nextLink"])


@pytest.mark.parametrize("seed", range(12))
async def test_random_lists_are_what_brute_force_over_merged_profiles_gives(
    client: httpx.AsyncClient, services: Services, clock: Clock, seed: int
) -> None:
    r = random.Random(seed)  # noqa: S311  # no secret
    await populate(client, services, clock, r)
    names = ["ada", "bob", *(f"c{number:02}" for number in range(30)), "eve"]
    for _ in range(12):
        clock.advance(seconds=r.randint(0, 300))
        merged = [(await client.get(f"{CUSTOMERS}/{name}")).json() for name in names]
        text, holds = condition(r)
        by, descending = r.choice(["CustomerId", *POOLS]), r.random() < 0.5

        def key(row: Row, by: str = by) -> tuple[bool, Any, str]:
            return (row[by] is not None, row[by] if row[by] is not None else 0, row["CustomerId"])

        expected = sorted((row for row in merged if holds(row)), key=key, reverse=descending)
        params = {
            "$filter": text,
            "$orderby": f"{by} {'desc' if descending else 'asc'}",
            "size": str(r.randint(1, 6)),
            "$count": "true",
        }
        rows, counts = await walk(client, params)
        assert rows == expected, params
        assert counts == {len(expected)}, params
