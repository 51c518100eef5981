from __future__ import annotations

import random
from typing import Any

import httpx
import pytest
from support import INSTANCE, Clock, put_customers

from function_app.services import list_in_order
from function_app.services.services import Services

CUSTOMERS = f"/instances/{INSTANCE}/data/Customer"


async def populate(client: httpx.AsyncClient, services: Services, clock: Clock, r: random.Random) -> None:
    """Put 60 customers with few different values, some of them live."""
    people = [
        {
            "CustomerId": f"c{number:02}",
            "City": r.choice(["Oslo", "Bergen", None]),
            "Points": r.choice([1, 2, None]),
            "OptIn": r.choice([True, False, None]),
            "BirthDate": r.choice(["1990-01-01", "1991-01-01", None]),
        }
        for number in range(60)
    ]
    await put_customers(services, INSTANCE, people, clock)
    for _ in range(20):
        body = {"City": r.choice(["Oslo", "Molde", None]), "Points": r.choice([1, 3])}
        until = {"validFor": f"PT{r.randint(1, 9)}M"}
        assert (await client.patch(f"{CUSTOMERS}/c{r.randrange(60):02}", json=body, params=until)).status_code == 204


async def walk(client: httpx.AsyncClient, size: int, **options: Any) -> list[dict[str, Any]]:
    params = {f"${name}": text for name, text in options.items()}
    page = (await client.get(CUSTOMERS, params=params, headers={"Prefer": f"odata.maxpagesize={size}"})).json()
    rows = list(page["value"])
    while link := page.get("@odata.nextLink"):
        page = (await client.get(link)).json()
        assert 0 < len(page["value"]) <= size
        rows += page["value"]
    return rows


def ordered(rows: list[dict[str, Any]], orders: list[tuple[str, bool]]) -> list[dict[str, Any]]:
    """Return rows in order: null first, ties by key in the direction of the first attribute."""
    for name, descending in [("CustomerId", orders[0][1]), *reversed(orders)]:
        rows = sorted(rows, key=lambda row: (row[name] is not None, row[name] or 0), reverse=descending)
    return rows


@pytest.mark.parametrize("seed", range(4))
async def test_customers_are_ordered_by_several_attributes_on_all_pages(
    client: httpx.AsyncClient, services: Services, clock: Clock, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    r = random.Random(seed)  # noqa: S311  # no secret
    monkeypatch.setattr(list_in_order, "CHUNK", r.choice([1, 3, 1000]))
    await populate(client, services, clock, r)
    for _ in range(8):
        clock.advance(seconds=r.randint(0, 90))
        everybody = await walk(client, 1000)
        names = r.sample(["City", "Points", "OptIn", "BirthDate"], r.randint(2, 3))
        orders = [(name, r.random() < 0.5) for name in names]
        text = ",".join(f"{name} {'desc' if descending else 'asc'}" for name, descending in orders)
        assert await walk(client, r.randint(1, 20), orderby=text) == ordered(everybody, orders), text
        matching = [row for row in everybody if row["City"] == "Oslo"]
        found = await walk(client, 7, orderby=text, filter="City eq 'Oslo'", skip=2, top=9)
        assert found == ordered(matching, orders)[2:11]


async def test_too_many_customers_of_one_value_are_refused_in_words(
    client: httpx.AsyncClient, services: Services, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_in_order, "CHUNK", 5)
    monkeypatch.setattr(list_in_order, "MAX_TIED", 20)
    await populate(client, services, clock, random.Random(1))  # noqa: S311  # no secret
    found = await client.get(CUSTOMERS, params={"$orderby": "OptIn,City", "$top": 3})
    assert found.status_code == 200
    monkeypatch.setattr(list_in_order, "MAX_TIED", 5)
    refused = await client.get(CUSTOMERS, params={"$orderby": "OptIn,City", "$top": 3})
    assert (refused.status_code, refused.json()["target"]) == (400, "$orderby")
    assert "'OptIn'" in refused.json()["message"]
