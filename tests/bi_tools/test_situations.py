"""Situations of public reports about OData: escaped texts, lists, dates, decimals, nulls, paging while data changes."""

from __future__ import annotations

import random
from typing import Any

import httpx
import pytest
from bi_tools.feed import CITIES, MANY, Feed
from support.process import LONG_S

FILTERS: dict[str, tuple[str, set[Any]]] = {
    **{f"City eq '{city.replace(chr(39), chr(39) * 2)}'": ("City", {city}) for city in CITIES if city},
    "City in ('Oslo','A&B','1+1=2')": ("City", {"Oslo", "A&B", "1+1=2"}),
    "City eq null": ("City", {None}),
    "Tier ne 'Gold' and Tier ne null": ("Tier", {"Silver"}),
    "Value eq 2.5": ("Value", {2.5}),
    "value EQ 1249.875": ("Value", {1249.875}),
    "BirthDate in (1951-02-02,1960-02-11)": ("BirthDate", {"1951-02-02", "1960-02-11"}),
    "BirthDate ge 2009-02-28": ("BirthDate", {"2009-02-28"}),
    "LastVisit eq 2026-01-02T12:01:00.5+02:00": ("LastVisit", {"2026-01-02T10:01:00.500000Z"}),
    "LastVisit eq 2026-01-02T10:01:00.5000000Z": ("LastVisit", {"2026-01-02T10:01:00.500000Z"}),
    "optin": ("OptIn", {True}),
    "Score eq null": ("Score", {None}),
}


@pytest.mark.parametrize("text", FILTERS)
def test_a_filter_finds_what_has_the_value_and_nothing_else(feed: Feed, text: str) -> None:
    name, values = FILTERS[text]
    expected = [key for key, each in feed.customers.items() if each[name] in values]
    assert expected
    assert [row["CustomerId"] for row in feed.rows("Customer", filter=text, select="CustomerId")] == expected
    assert feed.get("Customer/$count", filter=text).text == str(len(expected))
    page = feed.get("Customer", filter=text, count="true", top="0").json()
    assert (page["@odata.count"], page["value"]) == (len(expected), [])


def test_source_records_are_found_by_customer_key_time_and_any_attribute(feed: Feed) -> None:
    def keys(text: str) -> list[str]:
        return sorted(row["PurchaseId"] for row in feed.rows("Shop_Purchases", filter=text, size=100))

    assert keys("CustomerId eq 'c00007'") == ["P5007", "P7"]
    assert keys("customerid in ('c00007','c00008')") == ["P5007", "P5008", "P7", "P8"]
    assert keys("PurchaseId eq 'P9'") == ["P9"]
    assert keys("PurchasedOn lt 2026-01-01T00:02:00Z") == ["P0", "P1"]
    assert keys("Amount eq 2.5") == ["P10"]
    assert keys("CustomerId eq 'c00002' and Product eq 'O''Brien''s'") == ["P2"]
    assert keys("ContactId eq 'K3' or Amount eq 2.5") == ["P10", "P3", "P5003"]
    assert keys("PurchaseId eq 'P9' and Amount eq 1") == []
    assert feed.get("Shop_Purchases/$count").text == str(MANY)
    assert feed.get("Shop_Purchases/$count", filter="Product eq 'Grinder & co.'").text == str(MANY // 3)


def test_the_oldest_records_come_first_when_asked(feed: Feed) -> None:
    found = feed.get("Shop_Purchases", orderby="PurchasedOn", top="2", select="PurchaseId").json()
    assert [row["PurchaseId"] for row in found["value"]] == ["P0", "P1"]
    assert "@odata.nextLink" not in found
    refused = feed.get("Shop_Purchases", orderby="Amount")
    assert (refused.status_code, refused.json()["target"]) == (400, "$orderby")


def test_deep_pages_neither_lose_nor_repeat_rows_while_data_changes(feed: Feed) -> None:
    seen: list[str] = []
    for number, page in enumerate(feed.pages("Customer", size=500, orderby="Points desc", select="CustomerId")):
        seen += [row["CustomerId"] for row in page]
        changed = f"c{random.Random(number).randrange(MANY):05}"  # noqa: S311  # no secret
        answer = httpx.patch(f"{feed.root}/Customer/{changed}?validFor=PT1S", json={"FullName": "New"}, timeout=LONG_S)
        assert answer.status_code == 204
    assert seen == sorted(feed.customers, reverse=True)


def test_live_values_are_in_the_feed(feed: Feed) -> None:
    body = {"Tier": "Gold", "City": "Live & new"}
    httpx.patch(f"{feed.root}/Customer/c00002?validFor=PT1M", json=body, timeout=LONG_S).raise_for_status()
    try:
        found = feed.rows("Customer", filter="City eq 'Live & new'", select="CustomerId,Tier")
        assert found == [{"CustomerId": "c00002", "Tier": "Gold"}]
        assert feed.get("Customer('c00002')").json()["City"] == "Live & new"
    finally:
        back = {name: feed.customers["c00002"][name] for name in body}
        httpx.patch(f"{feed.root}/Customer/c00002?validFor=PT1H", json=back, timeout=LONG_S).raise_for_status()


ACCEPTED = [
    ("Customer", "application/json;odata.metadata=minimal;q=1.0,application/atom+xml;q=0.8", 200),
    ("Customer", "text/html, */*;q=0.1", 200),
    ("Customer", "application/*", 200),
    ("Customer", "text/csv", 406),
    ("Customer", "application/json;q=0", 406),
    ("Customer('c00001')", "application/atom+xml", 406),
    ("Customer/c00001", "application/xml", 406),
    ("$metadata", "application/xml", 200),
    ("$metadata", "application/json", 200),
    ("$metadata", "image/png", 406),
    ("Customer/$count", "text/plain", 200),
    ("Customer?$format=json", "text/csv", 200),
    ("Customer?$format=application/json;odata.metadata=minimal", "*/*", 200),
    ("Customer?$format=atom", "*/*", 406),
    ("$metadata?$format=xml", "application/json", 200),
]


@pytest.mark.parametrize(("path", "accept", "status"), ACCEPTED)
def test_a_media_type_that_can_not_be_met_is_406(feed: Feed, path: str, accept: str, status: int) -> None:
    answer = httpx.get(f"{feed.root}/{path}", headers={"Accept": accept}, timeout=LONG_S)
    assert answer.status_code == status, answer.text
    if status == httpx.codes.NOT_ACCEPTABLE:
        assert answer.json()["errorCode"] == "NotAcceptable"


KEYS = [
    ("Customer('c00003')", 200),
    ("customer('c00003')", 404),
    ("Customer(customerid='c00003')", 200),
    ("Customer('nobody')", 404),
    ("Customer(c00003)", 400),
    ("Customer()", 400),
    ("Customer('a','b')", 400),
    ("Customer(City='Oslo')", 400),
    ("Customer('c' or 1 eq 1)", 400),
    ("Customer('it''s')", 404),
    ("UnifiedActivity('nothing')", 404),
    ("Crm_Contacts", 404),
    ("Shop_Purchases/$nothing", 404),
]


@pytest.mark.parametrize(("path", "status"), KEYS)
def test_a_row_is_named_by_its_key_only(feed: Feed, path: str, status: int) -> None:
    answer = httpx.get(f"{feed.root}/{path}", timeout=LONG_S)
    assert answer.status_code == status, answer.text
    assert answer.headers["OData-Version"] == "4.0"


def test_an_expanded_timeline_leads_to_its_older_activities(feed: Feed) -> None:
    items = [
        {"CustomerId": "c09000", "ActivityTime": f"2026-11-01T{n // 60:02}:{n % 60:02}:00Z", "ActivityType": "Visit"}
        for n in range(70)
    ]
    httpx.post(f"{feed.root}/UnifiedActivity/batch", json={"items": items}, timeout=LONG_S).raise_for_status()
    (row,) = feed.get("Customer", filter="CustomerId eq 'c09000'", expand="UnifiedActivity").json()["value"]
    more = feed.get(row["UnifiedActivity@odata.nextLink"]).raise_for_status().json()["value"]
    times = [each["ActivityTime"] for each in [*row["UnifiedActivity"], *more]]
    assert len(times) == 70 == int(feed.get("UnifiedActivity/$count", filter="CustomerId eq 'c09000'").text)
    assert times == sorted(times, reverse=True)
    assert [each["ActivityTime"] for each in feed.rows("Customer('c09000')/UnifiedActivity", size=30)] == times
    visits = feed.rows("Customer('c09000')/UnifiedActivity", filter="ActivityType eq 'Order'", size=30)
    assert visits == []
