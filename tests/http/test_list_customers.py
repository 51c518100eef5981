from __future__ import annotations

from typing import Any

import httpx
import pytest
from support import INSTANCE, Clock, in_json, profile, put_profiles

from function_app.services.services import Services

CUSTOMERS = f"/instances/{INSTANCE}/data/Customer"
ADA = f"{CUSTOMERS}/ada"


async def page(client: httpx.AsyncClient, **options: Any) -> dict[str, Any]:
    sized = {"Prefer": f"odata.maxpagesize={options.pop('size')}"} if "size" in options else {}
    params = {f"${name}": value for name, value in options.items()}
    answer = await client.get(CUSTOMERS, params=params, headers=sized)
    assert answer.status_code == 200, answer.text
    assert answer.headers.get("Preference-Applied") == sized.get("Prefer")
    found: dict[str, Any] = answer.json()
    return found


async def ids(client: httpx.AsyncClient, **options: Any) -> list[str]:
    return [row["CustomerId"] for row in (await page(client, **options))["value"]]


async def walk(client: httpx.AsyncClient, **options: Any) -> list[list[str]]:
    """Return the ids of all pages, following @odata.nextLink."""
    found = await page(client, **options)
    pages = [[row["CustomerId"] for row in found["value"]]]
    while link := found.get("@odata.nextLink"):
        answer = await client.get(link)
        assert answer.status_code == 200, answer.text
        found = answer.json()
        pages.append([row["CustomerId"] for row in found["value"]])
        assert len(pages) < 200
    return pages


async def write(services: Services, *people: dict[str, Any]) -> None:
    await put_profiles(services.store, INSTANCE, in_json(*people))


async def test_all_customers_come_by_key_with_their_merged_profiles(client: httpx.AsyncClient) -> None:
    await client.patch(ADA, json={"Points": 9})
    found = await page(client)
    assert set(found) == {"@odata.context", "value"}
    assert found["@odata.context"].endswith(f"/instances/{INSTANCE}/data/$metadata#Customer")
    assert found["value"] == [(await client.get(f"{CUSTOMERS}/{name}")).json() for name in ("ada", "bob", "eve")]
    assert found["value"][0]["Points"] == 9


async def test_filters_see_the_live_city_and_after_its_end_the_sources_again(
    client: httpx.AsyncClient, clock: Clock
) -> None:
    await client.patch(ADA, json={"City": "Bergen"})
    assert await ids(client, filter="City eq 'Bergen'") == ["ada"]
    assert await ids(client, filter="City eq 'Oslo'") == ["bob"]
    assert await ids(client, filter="City ne 'Oslo'") == ["ada", "eve"]
    clock.advance(hours=4, microseconds=-1)
    assert await ids(client, filter="City eq 'Oslo'") == ["bob"]
    clock.advance(microseconds=1)
    assert await ids(client, filter="City eq 'Bergen'") == []
    assert await ids(client, filter="City eq 'Oslo'") == ["ada", "bob"]


async def test_a_live_null_matches_null(client: httpx.AsyncClient) -> None:
    await client.patch(ADA, json={"City": None})
    assert await ids(client, filter="City eq null") == ["ada", "eve"]
    assert await ids(client, filter="contains(City, 's')") == ["bob"]


async def test_search_sees_live_texts(client: httpx.AsyncClient) -> None:
    await client.patch(ADA, json={"FullName": "Ada Ødegård", "City": "Bergen"})
    assert await ids(client, search="ødeg") == ["ada"]
    assert await ids(client, search="BERGEN Ada") == ["ada"]
    assert await ids(client, search="oslo") == ["bob"]
    assert await ids(client, search='"ada øde"') == ["ada"]
    assert await ids(client, search="ada oslo") == []


async def test_search_and_filter_hold_together(client: httpx.AsyncClient) -> None:
    assert await ids(client, search="oslo", filter="Points gt 1") == ["bob"]


async def test_order_sees_live_values_with_null_lowest(client: httpx.AsyncClient) -> None:
    await client.patch(ADA, json={"Points": 99})
    await client.patch(f"{CUSTOMERS}/eve", json={"Points": None})
    assert await ids(client, orderby="Points") == ["eve", "bob", "ada"]
    assert await ids(client, orderby="Points asc") == ["eve", "bob", "ada"]
    assert await ids(client, orderby="Points desc") == ["ada", "bob", "eve"]


async def test_count_counts_all_that_match_whatever_the_page(client: httpx.AsyncClient) -> None:
    await client.patch(ADA, json={"City": "Bergen"})
    assert (await page(client, count="true", top=1))["@odata.count"] == 3
    assert (await page(client, count="true", filter="City eq 'Oslo'"))["@odata.count"] == 1
    assert (await page(client, count="true", filter="City eq 'Bergen'", skip=5))["@odata.count"] == 1
    assert "@odata.count" not in await page(client, count="false")


async def test_select_gives_the_attributes_named_and_no_other(client: httpx.AsyncClient) -> None:
    await client.patch(ADA, json={"City": "Bergen"})
    found = await page(client, select="City, Points", top=1)
    assert found["value"] == [{"City": "Bergen", "Points": 1}]


async def test_pages_of_one_walk_through_all_and_end(client: httpx.AsyncClient) -> None:
    assert await walk(client, size=1) == [["ada"], ["bob"], ["eve"]]
    assert await walk(client, size=2, skip=1) == [["bob", "eve"]]
    assert await walk(client, size=1, skip=1) == [["bob"], ["eve"]]
    assert await walk(client, size=3) == [["ada", "bob", "eve"]]
    assert await walk(client, filter="City eq 'nowhere'") == [[]]
    assert await walk(client, skip=3) == [[]]


async def test_top_limits_all_pages_together(client: httpx.AsyncClient) -> None:
    assert await walk(client, top=2) == [["ada", "bob"]]
    assert await walk(client, top=2, size=1) == [["ada"], ["bob"]]
    assert await walk(client, top=2, size=1, skip=1) == [["bob"], ["eve"]]
    assert await walk(client, top=5, size=2) == [["ada", "bob"], ["eve"]]
    assert await walk(client, top=0) == [[]]
    assert (await page(client, top=0, count="true"))["@odata.count"] == 3


async def test_the_next_link_repeats_every_option(client: httpx.AsyncClient) -> None:
    options = {"size": 1, "filter": "Points ge 1 and City ne 'a&b=c+d'", "orderby": "Points desc", "count": "true"}
    first = await page(client, **options, select="CustomerId", search="o")
    second = (await client.get(first["@odata.nextLink"])).json()
    assert [first["value"], second["value"]] == [[{"CustomerId": "bob"}], [{"CustomerId": "ada"}]]
    assert (first["@odata.count"], second["@odata.count"]) == (2, 2)
    assert "@odata.nextLink" not in second


async def test_a_page_holds_a_hundred_by_default(client: httpx.AsyncClient, services: Services) -> None:
    await write(services, *(profile(f"c{number:03}") for number in range(250)))
    assert [len(ids) for ids in await walk(client)] == [100, 100, 53]
    assert len((await page(client, top=1000))["value"]) == 253


@pytest.mark.parametrize(
    "other",
    [
        {},
        {"filter": "City eq 'Moss'"},
        {"filter": "City eq 'Oslo'", "orderby": "Points"},
        {"filter": "City eq 'Oslo'", "search": "ada"},
    ],
)
async def test_a_token_of_another_query_is_refused(client: httpx.AsyncClient, other: dict[str, str]) -> None:
    link = (await page(client, filter="City eq 'Oslo'", size=1))["@odata.nextLink"]
    token = httpx.URL(link).params["$skiptoken"]
    params = {f"${name}": value for name, value in other.items()} | {"$skiptoken": token}
    answer = await client.get(CUSTOMERS, params=params)
    assert (answer.status_code, answer.json()["errorCode"]) == (400, "InvalidSkiptoken")
    assert answer.json()["target"] == "$skiptoken"


@pytest.mark.parametrize("token", ["W10", "e30", "bnVsbA", "é", "%", "WyIiLDEsIiJd", "Ww" + "Wzs" * 1000, "W1tb" * 900])
async def test_a_forged_token_is_refused(client: httpx.AsyncClient, token: str) -> None:
    answer = await client.get(CUSTOMERS, params={"$skiptoken": token})
    assert (answer.status_code, answer.json()["errorCode"]) == (400, "InvalidSkiptoken")


async def test_long_values_can_be_paged_through_in_their_order(client: httpx.AsyncClient, services: Services) -> None:
    await write(services, *(profile(name, City=name * 5_000) for name in "xyz"))
    assert await walk(client, size=1, orderby="City desc", filter="City ge 'x'") == [["z"], ["y"], ["x"]]


@pytest.mark.parametrize(
    "literal", ["9007199254740993", "-9007199254740993", "99999999999999999999", "0.12345678901234567"]
)
@pytest.mark.parametrize("name", ["Value", "Points"])
async def test_a_filter_by_a_number_that_a_double_cannot_hold_is_refused_with_the_limit(
    client: httpx.AsyncClient, name: str, literal: str
) -> None:
    answer = await client.get(CUSTOMERS, params={"$filter": f"{name} lt {literal}"})
    assert (answer.status_code, answer.json()["errorCode"]) == (400, "InvalidQuery")
    assert "9007199254740992" in answer.json()["message"]


@pytest.mark.parametrize("option", ["$expand", "$apply", "$compute", "$levels"])
async def test_an_option_that_is_not_supported_is_refused_by_name(client: httpx.AsyncClient, option: str) -> None:
    answer = await client.get(CUSTOMERS, params={option: "City"})
    assert (answer.status_code, answer.json()["target"]) == (400, option)
    assert option in answer.json()["message"]


@pytest.mark.parametrize("depth", [20, 60, 90, 120, 250, 600])
@pytest.mark.parametrize("nest", [("not not (", ")"), ("(Points gt 0 and (Points lt 0 or ", "))")])
async def test_a_filter_is_answered_or_refused_however_deep_it_is(
    client: httpx.AsyncClient, depth: int, nest: tuple[str, str]
) -> None:
    times = min(depth // 2, 3_900 // len(nest[0] + nest[1]))
    text = nest[0] * times + "City eq 'Oslo'" + nest[1] * times
    answer = await client.get(CUSTOMERS, params={"$filter": text})
    if answer.status_code != 200 and depth > 20:
        assert (answer.status_code, answer.json()["errorCode"]) == (400, "InvalidQuery")
    else:
        assert [row["CustomerId"] for row in answer.json()["value"]] == ["ada", "bob"]


async def test_a_list_of_values_may_be_long(client: httpx.AsyncClient) -> None:
    values = ",".join(str(number) for number in range(2, 900))
    assert await ids(client, filter=f"Points in ({values})") == ["bob", "eve"]
