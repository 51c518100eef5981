"""An attribute whose type changes, or that is removed, while values of the old form are stored: they never show."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import httpx
import pytest
from support import INSTANCE, NOW, Clock, in_json, model, profile, put_profiles
from support.forms import FORMS, TYPES, is_of, redefined, shown

from function_app.domain.activity import SourceKey
from function_app.domain.feed import TRAILS
from function_app.domain.profile import Update
from function_app.services.services import Services

ROOT = f"/instances/{INSTANCE}"
CUSTOMERS = f"{ROOT}/data/Customer"
REMOVED = "removed"
AGAIN = "again as "
Change = tuple[str, str, Any]
CHANGES: list[Change] = [
    ("Edm.Int32", "Edm.String", 6),
    ("Edm.String", "Edm.Int32", "6"),
    ("Edm.String", "Edm.Int32", "hello"),
    ("Edm.Boolean", "Edm.String", True),
    ("Edm.Boolean", "Edm.Int32", True),
    ("Edm.Int32", "Edm.Boolean", 1),
    ("Edm.Date", "Edm.String", "1990-02-28"),
    ("Edm.String", "Edm.Date", "1990-02-30"),
    ("Edm.String", "Edm.DateTimeOffset", "hello"),
    ("Edm.String", "Edm.DateTimeOffset", "2026-01-01T00:00:00.000000Z"),
    ("Edm.String", "Edm.DateTimeOffset", "2026-01-01T00:00:00Z"),
    ("Edm.String", "Edm.TimeOfDay", "24:00:00.000000"),
    ("Edm.String", "Edm.Guid", "6F9619FF-8B86-4D11-B42D-00C04FC964FF"),
    ("Edm.Decimal", "Edm.Int32", 12.5),
    ("Edm.Decimal", "Edm.Int32", 12.0),
    ("Edm.Int64", "Edm.Int16", 40_000),
    ("Edm.Int32", "Edm.Decimal", 6),
    ("Edm.String", REMOVED, "hello"),
    ("Edm.Int32", REMOVED, 6),
    ("Edm.String", AGAIN + "Edm.Int32", "hello"),
    ("Edm.Int32", AGAIN + "Edm.String", 6),
    ("Edm.Boolean", AGAIN + "Edm.Boolean", False),
]
FITTING = {data_type: next(value for value, types in FORMS if data_type in types and value) for data_type in TYPES}
FITTING["Edm.String"] = "hello"


def literal(value: Any, data_type: str) -> str:
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    return "'" + value.replace("'", "''") + "'" if data_type == "Edm.String" else str(value)


async def define(client: httpx.AsyncClient, types: Mapping[str, str], **limits: Mapping[str, Any]) -> None:
    answer = await client.put(ROOT, json=redefined(types, **limits))
    assert answer.status_code in {200, 201}, answer.text


async def become(client: httpx.AsyncClient, change: str) -> str | None:
    """Change the type of X; return the new one, None if X is removed."""
    if change == REMOVED or change.startswith(AGAIN):
        await define(client, {})
    if change == REMOVED:
        return None
    data_type = change.removeprefix(AGAIN)
    await define(client, {"X": data_type})
    return data_type


async def ok(client: httpx.AsyncClient, path: str, **params: str) -> Any:
    answer = await client.get(path, params=params or None)
    assert answer.status_code in {200, 202}, (path, params, answer.text)
    return answer.json()


async def rows(client: httpx.AsyncClient, **options: str) -> list[dict[str, Any]]:
    """Walk a list to its end; its count is that of its rows."""
    sized = {"Prefer": f"odata.maxpagesize={options.pop('top', 100)}"}
    params = {"$count": "true", **{f"${name}": text for name, text in options.items()}}
    found = (await client.get(CUSTOMERS, params=params, headers=sized)).raise_for_status().json()
    value, count = found["value"], found["@odata.count"]
    while "@odata.nextLink" in found:
        found = await ok(client, found["@odata.nextLink"])
        value += found["value"]
        assert len(value) <= count
    assert len(value) == count, options
    return list(value)


@pytest.mark.parametrize("where", ["live", "source", "live over a source that fits"])
@pytest.mark.parametrize("of", CHANGES, ids=str)
async def test_a_value_of_the_old_form_never_shows_and_never_fails(
    hosted: tuple[httpx.AsyncClient, Services], clock: Clock, of: Change, where: str
) -> None:
    client, services = hosted
    old, change, value = of
    new = change.removeprefix(AGAIN)
    beneath = None if where == "live" or new == REMOVED else FITTING[new]
    await define(client, {"X": old})
    updated = await ok(client, f"{ROOT}/triggers/updatedprofiles")
    expired = await ok(client, f"{ROOT}/triggers/expiredupdates")
    if where == "source":
        await put_profiles(services.store, INSTANCE, in_json(profile("ada", City="Oslo") | {"X": value}))
    else:
        await put_profiles(services.store, INSTANCE, in_json(profile("ada", City="Oslo") | {"X": beneath}))
        for params in ({"validFor": "PT1H"}, {"validFor": "PT50M", "occurredAt": "2026-11-23T11:00:00Z"}):
            assert (await client.patch(f"{CUSTOMERS}/ada", json={"X": value}, params=params)).status_code == 204
    data_type = await become(client, change)

    fits = data_type is not None and is_of(value, data_type)
    expected = value if fits else None if where == "source" else beneath
    ada = await ok(client, f"{CUSTOMERS}/ada")
    assert ada.get("X") == expected
    assert isinstance(ada.get("X"), float) == (isinstance(expected, float) and data_type == "Edm.Decimal")
    assert ("X" in ada) == (data_type is not None)
    explained = (await ok(client, f"{CUSTOMERS}/ada", explain="true"))["@explain"]
    assert ("X" in explained) == (fits and where != "source")
    if "X" in explained:
        assert explained["X"]["source"] == beneath

    answer = await client.patch(
        f"{CUSTOMERS}/ada", json={"City": "Bergen"}, headers={"Prefer": "return=representation"}
    )
    assert answer.status_code == 200
    assert answer.json()["customer"].get("X") == expected
    item = {"CustomerId": "ada", "Points": 7}
    answer = await client.post(f"{CUSTOMERS}/batch", json={"items": [item]}, params={"validFor": "PT30S"})
    assert answer.json()["value"][0]["attributes"] == {"Points": "applied"}

    everybody = await rows(client)
    assert {row["CustomerId"]: row.get("X") for row in everybody} == {"ada": expected, "bob": None, "eve": None}
    assert len(await rows(client, search="oslo", expand="UnifiedActivity")) == 1
    for word in ("hello", "6", "true"):
        found = await rows(client, search=word)
        assert bool(found) == (data_type == "Edm.String" and word in str(expected)), word
    if data_type is None:
        for params in ({"$filter": "X eq null"}, {"$orderby": "X"}, {"$select": "X"}):
            assert (await client.get(CUSTOMERS, params=params)).status_code == 400
    else:
        await check_queries(client, data_type, everybody, expected)

    card = json.dumps(await ok(client, f"{CUSTOMERS}/ada/card"))
    written = value if isinstance(value, str) else json.dumps(value)
    assert ('"text": "X"' in card) == (expected is not None)
    assert str(expected) == written or fits or f'"text": "{written}"' not in card
    await ok(client, f"{ROOT}/profile/timeline", customerId="ada")
    await ok(client, f"{ROOT}/data/UnifiedActivity")
    schema = (await ok(client, f"{ROOT}/manage/entities/Customer/schema", use="output"))["schema"]
    assert ("X" in schema["properties"]) == (data_type is not None)

    clock.advance(seconds=TRAILS.total_seconds() + 1)
    await check_events(await ok(client, f"{ROOT}/triggers/updatedprofiles", state=updated["state"]), value, fits, where)
    clock.advance(hours=5)
    await check_events(await ok(client, f"{ROOT}/triggers/expiredupdates", state=expired["state"]), value, fits, where)


async def check_queries(client: httpx.AsyncClient, data_type: str, everybody: list[Any], expected: Any) -> None:
    fitting = literal(FITTING[data_type], data_type)
    tests: dict[str, Callable[[Any], bool | None]] = {
        "X eq null": lambda mine: mine is None,
        "X ne null": lambda mine: mine is not None,
        "not (X eq null)": lambda mine: mine is not None,
        f"X eq {fitting}": lambda mine: mine == FITTING[data_type],
        f"X ne {fitting}": lambda mine: mine != FITTING[data_type],
        f"X in ({fitting},null)": lambda mine: mine in (FITTING[data_type], None),
    }
    if data_type != "Edm.Boolean":
        tests |= {
            f"X lt {fitting}": lambda mine: mine is not None and mine < FITTING[data_type],
            f"X le {fitting}": lambda mine: mine is not None and mine <= FITTING[data_type],
            f"X gt {fitting}": lambda mine: mine is not None and mine > FITTING[data_type],
            f"not (X gt {fitting})": lambda mine: mine is not None and mine <= FITTING[data_type],
            f"X ge {fitting}": lambda mine: mine is not None and mine >= FITTING[data_type],
        }
    if data_type == "Edm.String":
        tests |= {
            "contains(X,'e')": lambda mine: mine is not None and "e" in mine,
            "not contains(X,'e')": lambda mine: mine is not None and "e" not in mine,
            "startswith(tolower(X),'1')": lambda mine: mine is not None and mine.startswith("1"),
            "endswith(X,'6')": lambda mine: mine is not None and mine.endswith("6"),
            "tolower(X) eq 'true'": lambda mine: mine == "true",
        }
    for text, test in tests.items():
        found = [row["X"] for row in await rows(client, filter=text, top="1", select="X")]
        assert found == [row.get("X") for row in everybody if test(row.get("X"))], text
    for way in ("asc", "desc"):
        found = [row["CustomerId"] for row in await rows(client, orderby=f"X {way}", top="1")]
        ascending = ["ada", "bob", "eve"] if expected is None else ["bob", "eve", "ada"]
        assert found == (ascending if way == "asc" else ascending[::-1])


async def check_events(answer: Any, value: Any, fits: bool, where: str) -> None:
    """Triggers return the updates of X, and X itself only if it fits."""
    events = [event for event in answer["value"] if "Points" not in event["names"] and "City" not in event["names"]]
    assert len(events) == (0 if where == "source" else 2)
    for event in events:
        assert event["names"] == (["X"] if fits else [])
        assert event["fields"] == ({"X": value} if fits else {})


async def test_new_limits_hide_nothing(client: httpx.AsyncClient, services: Services) -> None:
    await define(client, {"X": "Edm.String", "Y": "Edm.Int32"})
    await put_profiles(services.store, INSTANCE, in_json(profile("ada") | {"X": "a long text", "Y": 1}))
    assert (await client.patch(f"{CUSTOMERS}/bob", json={"X": "another long text", "Y": 2})).status_code == 204
    await define(client, {"X": "Edm.String", "Y": "Edm.Int32"}, X={"maxLength": 3}, Y={"allowedValues": [7]})
    assert (await ok(client, f"{CUSTOMERS}/ada"))["X"] == "a long text"
    assert [row["Y"] for row in await rows(client, filter="contains(X,'long')", orderby="Y desc")] == [2, 1]


async def test_what_is_not_shown_shows_again_under_its_old_type(client: httpx.AsyncClient, clock: Clock) -> None:
    await define(client, {"X": "Edm.Int32"})
    assert (await client.patch(f"{CUSTOMERS}/ada", json={"X": 6})).status_code == 204
    for number in range(12):  # enough for older ones to be marked as covered
        clock.advance(seconds=1)
        await become(client, "Edm.String" if number % 2 else AGAIN + "Edm.String")
        assert (await client.patch(f"{CUSTOMERS}/ada", json={"X": f"text {number}"})).status_code == 204
    assert (await ok(client, f"{CUSTOMERS}/ada"))["X"] == "text 11"
    await become(client, "Edm.Int32")
    assert (await ok(client, f"{CUSTOMERS}/ada"))["X"] == 6


async def test_a_key_that_does_not_fit_is_not_in_the_key_ring(client: httpx.AsyncClient, services: Services) -> None:
    changed = redefined({})
    changed["entities"][0]["attributes"][-1]["dataType"] = "Edm.Int32"
    await put_profiles(services.store, INSTANCE, in_json(profile("ada", Crm_Contacts_ContactId="C-1")))
    await services.store.keys.write(INSTANCE, {SourceKey("Crm_Contacts", "C-1"): "ada"})
    asked = {"dataSourceName": "Crm", "entityName": "Contacts", "key": "C-1"}
    assert "C-1" in json.dumps(await ok(client, f"{ROOT}/profile/keyring", **asked))
    assert (await client.put(ROOT, json=changed)).status_code == 200
    assert "C-1" not in json.dumps(await ok(client, f"{ROOT}/profile/keyring", **asked))


async def test_a_card_of_names_that_are_numbers(client: httpx.AsyncClient, services: Services) -> None:
    await define(client, {"FirstName": "Edm.Int32", "LastName": "Edm.String"})
    people = in_json(profile("ada") | {"FirstName": 5, "LastName": "Byron"})
    await put_profiles(services.store, INSTANCE, people)
    assert (await ok(client, f"{CUSTOMERS}/ada/card"))["fallbackText"] == "5 Byron"


NAMES = ("X", "Y", "Z")


def random_update(r: random.Random, number: int) -> Update:
    names = r.sample(NAMES, r.randint(1, 3))
    return Update(
        update_id=f"u{number}",
        customer_id=f"c{r.randrange(20):02}",
        attributes={name: random_value(r) for name in names},
        occurred_at=NOW + timedelta(seconds=r.randint(0, 60)),
        received_at=NOW + timedelta(seconds=number),
        valid_until=NOW + timedelta(minutes=r.randint(1, 60)),
        fingerprint="",
    )


def random_value(r: random.Random) -> Any:
    return r.choice([None, *(value for value, _ in FORMS)])


def random_condition(r: random.Random, types: Mapping[str, str], depth: int = 2) -> tuple[str, Callable[[Any], Any]]:
    """A condition as OData writes it, and what it says of a row: True, False, or None for unknown."""
    kind = r.choice(["leaf", "not", "and", "or"]) if depth else "leaf"
    if kind == "leaf":
        return random_leaf(r, types)
    text, test = random_condition(r, types, depth - 1)
    if kind == "not":
        return f"not ({text})", lambda row: None if test(row) is None else not test(row)
    other, also = random_condition(r, types, depth - 1)
    decisive = kind == "or"

    def both(row: Any) -> Any:
        results = {test(row), also(row)}
        return decisive if decisive in results else None if None in results else not decisive

    return f"({text}) {kind} ({other})", both


def random_leaf(r: random.Random, types: Mapping[str, str]) -> tuple[str, Callable[[Any], Any]]:
    name = r.choice(list(types))
    fitting = [v for v, t in FORMS if types[name] in t and not (isinstance(v, str) and (not v or "\n" in v))]
    value = r.choice(fitting)
    text = literal(value, types[name]) if not isinstance(value, float) else repr(value)
    kind = r.choice(["eq", "ne", "in", "null", "order", "text"])
    if kind == "null":
        return f"{name} eq null", lambda row: row[name] is None
    if kind == "in":
        return f"{name} in ({text}, null)", lambda row: row[name] in (value, None)
    if kind == "text" and types[name] == "Edm.String":
        part = value[:2].lower()
        written = f"contains(tolower({name}), {literal(part, 'Edm.String')})"
        return written, lambda row: None if row[name] is None else part in row[name].lower()
    if kind in {"order", "text"} and types[name] != "Edm.Boolean":
        return r.choice(
            [
                (f"{name} lt {text}", lambda row: None if row[name] is None else row[name] < value),
                (f"{name} ge {text}", lambda row: None if row[name] is None else row[name] >= value),
            ]
        )
    if kind == "ne":
        return f"{name} ne {text}", lambda row: row[name] != value
    return f"{name} eq {text}", lambda row: row[name] == value


@pytest.mark.parametrize("seed", range(20))
async def test_a_list_under_random_definitions_is_what_brute_force_over_the_shown_rows_gives(
    client: httpx.AsyncClient, services: Services, clock: Clock, seed: int
) -> None:
    r = random.Random(seed)  # noqa: S311  # no secret
    people = [{"CustomerId": f"c{n:02}", **{name: random_value(r) for name in NAMES}} for n in range(20)]
    await put_profiles(services.store, INSTANCE, in_json(*people))
    await services.store.customers.remove(INSTANCE, ["ada", "bob", "eve"])
    updates = [random_update(r, number) for number in range(25)]
    for update in updates:
        await services.store.customers.add_update(INSTANCE, update, model().fitting, NOW)
    for _ in range(4):
        clock.advance(minutes=r.randint(0, 10))
        types = {name: r.choice(TYPES) for name in r.sample(NAMES, r.randint(1, 3))}
        await define(client, types)
        everybody = []
        for source in people:
            row = dict.fromkeys(types) | shown(source, {"CustomerId": "Edm.String", **types})
            mine = [u for u in updates if u.customer_id == source["CustomerId"] and clock() < u.valid_until]
            for update in sorted(mine, key=lambda u: u.order):
                known = {name: value for name, value in update.attributes.items() if name in types}
                row |= {name: value for name, value in known.items() if is_of(value, types[name])}
            everybody.append(row)
            answered = await ok(client, f"{CUSTOMERS}/{source['CustomerId']}")
            assert {name: answered[name] for name in row} == row
        for _ in range(8):
            text, test = random_condition(r, types)
            by, descending = r.choice(["CustomerId", *types]), r.random() < 0.5

            def key(row: Any, by: str = by) -> Any:
                return (row[by] is not None, row[by] if row[by] is not None else 0, row["CustomerId"])

            expected = sorted(filter(test, everybody), key=key, reverse=descending)
            options = {"filter": text, "orderby": f"{by} {'desc' if descending else 'asc'}"}
            found = await rows(client, **options, top=str(r.randint(1, 6)), select=",".join(["CustomerId", *types]))
            assert found == expected, (types, options)
