"""Lists in the order of several attributes and lists of records, over each store, against plain sorting and filters."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from support import INSTANCE, NOW, in_json, model, profile, put_profiles

from function_app.domain.activity import SourceKey
from function_app.domain.csdl import entity_sets
from function_app.domain.profile import Attributes
from function_app.domain.query import AllOf, Compares, Condition, Equals, Sorting
from function_app.domain.validity import RequestedValidity
from function_app.services import list_in_order
from function_app.services.create_activities import ActivityRequest
from function_app.services.list_customers import ListQuery
from function_app.services.list_in_order import Place
from function_app.services.read_records import RecordQuery
from function_app.services.services import Services
from function_app.services.update_profile import UpdateRequest
from function_app.store.port import Store

LATER = NOW + timedelta(minutes=2)
CITIES, TIERS, POINTS = ("Oslo", "Ås", None), ("Gold", None), (3, 1, None)
PEOPLE = [
    profile(f"c{number:02}", City=city, Tier=tier, Points=points)
    for number, (city, tier, points) in enumerate(product(CITIES, TIERS, POINTS))
]


@pytest.fixture
async def services(store: Store) -> Services:
    """The services over customers with all combinations of some values; two have live ones, one had until before."""
    await put_profiles(store, INSTANCE, in_json(*PEOPLE))
    services = Services(store)
    for customer_id, city, lives in (("c00", "Ås", "PT1H"), ("c07", "Bø", "PT1H"), ("c16", "Bø", "PT1M")):
        update = UpdateRequest(customer_id, {"City": city}, RequestedValidity(valid_for=lives))
        await services.update_profile(model(), update, NOW)
    return services


def shown() -> list[dict[str, Any]]:
    live = {"c00": "Ås", "c07": "Bø"}
    return [{**person, "City": live.get(person["CustomerId"], person["City"])} for person in PEOPLE]


def ordered(rows: Sequence[dict[str, Any]], orders: Sequence[Sorting]) -> list[str]:
    """Return the ids in order: nulls before all values, equal rows by id in the direction of the first attribute."""
    found = sorted(rows, key=lambda row: str(row["CustomerId"]), reverse=orders[0].descending)
    for order in reversed(orders):
        found.sort(
            key=lambda row, name=order.attribute: (row[name] is not None, row[name] or 0),  # type: ignore[misc]
            reverse=order.descending,
        )
    return [row["CustomerId"] for row in found]


ORDERS = [
    [Sorting(first, descending=one), Sorting(second, descending=other)]
    for first, second, one, other in product(["City", "Points"], ["Tier", "Points"], [False, True], [False, True])
    if first != second
]


@pytest.mark.parametrize("orders", ORDERS, ids=str)
async def test_pages_in_several_orders_are_those_of_plain_sorting(
    services: Services, orders: Sequence[Sorting], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_in_order, "CHUNK", 4)  # so that groups continue in the next chunk
    walked, place = list[str](), None
    while True:
        page = await services.list_in_order(model(), ListQuery(top=5, count=True), orders, place, LATER)
        walked += [row["CustomerId"] for row in page.rows]
        assert page.count == len(PEOPLE)
        place = page.following
        if place is None:
            break
        assert isinstance(place, Place)
    assert walked == ordered(shown(), orders)


PURCHASES = [
    {
        "PurchaseId": f"P{number}",
        "PurchasedOn": f"2026-11-{number + 1:02}T10:00:00Z",
        "ContactId": f"K{number % 3}",
        "Product": "O'Brien & co." if number % 2 else "Beans",
        "Amount": number / 2,
    }
    for number in range(12)
]


@pytest.fixture
async def records(store: Store) -> Services:
    await put_profiles(store, INSTANCE, in_json(profile("ada"), profile("bob")))
    await store.keys.write(INSTANCE, {SourceKey("Crm_Contacts", "K0"): "ada", SourceKey("Crm_Contacts", "K1"): "bob"})
    services = Services(store)
    request = ActivityRequest("Shop_Purchases", PURCHASES, RequestedValidity())
    await services.create_activities(model(), request, NOW)  # those of K2 are parked
    return services


CONDITIONS: list[tuple[Condition | None, list[int]]] = [
    (None, [0, 1, 3, 4, 6, 7, 9, 10]),
    (Equals("CustomerId", ("ada",)), [0, 3, 6, 9]),
    (Equals("PurchaseId", ("P4", "P5", "P6")), [4, 6]),
    (Equals("Product", ("O'Brien & co.",)), [1, 3, 7, 9]),
    (Compares("Amount", "gt", 2.5), [6, 7, 9, 10]),
    (AllOf((Equals("CustomerId", ("bob",)), Compares("PurchasedOn", "lt", "2026-11-08T00:00:00.000000Z"))), [1, 4]),
    (AllOf((Equals("ContactId", ("K0",)), Compares("Amount", "le", 1.5))), [0, 3]),
]


@pytest.mark.parametrize(("condition", "expected"), CONDITIONS, ids=range(len(CONDITIONS)))
@pytest.mark.parametrize("descending", [False, True])
async def test_records_are_found_by_each_attribute_in_pages_and_counted(
    records: Services, condition: Condition | None, expected: list[int], descending: bool
) -> None:
    *_, entity = entity_sets(model().instance)
    rows = list[Attributes]()
    query = RecordQuery(condition, descending=descending, top=3)
    while True:
        page = await records.read_records.page(model(), entity, query, LATER)
        rows += page.rows
        if page.following is None:
            break
        query = query._replace(after=page.following)
    numbers = [int(row["PurchaseId"][1:]) for row in rows]
    assert numbers == sorted(expected, reverse=descending)
    assert all(row["CustomerId"] == ("ada", "bob")[int(row["PurchaseId"][1:]) % 3] for row in rows)
    assert await records.read_records.count(model(), entity, condition, LATER) == len(expected)
