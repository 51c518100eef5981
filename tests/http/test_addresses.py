from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlsplit

import httpx
import pytest
from support import INSTANCE, NOW, in_json, profile, put_profiles

from function_app.services.services import Services

AT = f"/instances/{INSTANCE}"
HARD_IDS = [
    "order/1",
    "a b",
    "a+b",
    "100%",
    "a%20b",
    "a?b#c",
    "it's",
    "a;b=c&d",
    "a\\b",
    "...x",
    "한국어",
    "é/%/é",
    "/",
    "a//b/",
]
PUBLIC = ["/health", f"{AT}/card/ada", f"{AT}/usage/page", "/connector/apiDefinition.swagger.json"]


def activity(identity: str) -> dict[str, Any]:
    return {
        "CustomerId": "ada",
        "ActivityId": identity,
        "ActivityTime": NOW.isoformat(),
        "ActivityType": "Feedback",
        "Title": "Hello",
    }


@pytest.mark.parametrize("identity", HARD_IDS)
async def test_the_location_of_an_activity_leads_to_it(client: httpx.AsyncClient, identity: str) -> None:
    answer = await client.post(f"{AT}/data/UnifiedActivity", json=activity(identity))
    assert answer.status_code == 201, answer.text
    found = await client.get(answer.headers["Location"])
    assert (found.status_code, found.json().get("ActivityId")) == (200, identity)
    assert answer.json()["location"] == answer.headers["Location"]


@pytest.mark.parametrize("identity", HARD_IDS)
async def test_a_customer_can_be_read_and_updated_whatever_its_id(
    client: httpx.AsyncClient, services: Services, identity: str
) -> None:
    await put_profiles(services.store, INSTANCE, in_json(profile(identity, City="Oslo")))
    address = f"{AT}/data/Customer/{quote(identity, safe='')}"
    assert (await client.patch(address, json={"City": "Rome"})).status_code == 204
    assert (await client.get(address)).json()["City"] == "Rome"


@pytest.mark.parametrize("identity", [".", "..", "...", "a%2Fb", "%2f"])
async def test_an_id_that_no_address_can_name_is_refused_on_posting(client: httpx.AsyncClient, identity: str) -> None:
    answer = await client.post(f"{AT}/data/UnifiedActivity", json=activity(identity))
    assert (answer.status_code, answer.json()["errorCode"], answer.json()["target"]) == (
        400,
        "InvalidId",
        "/ActivityId",
    )


@pytest.mark.parametrize("repeat", ["..", "x%2F3", "a" * 129])
async def test_a_repeat_id_that_no_address_can_name_is_refused(client: httpx.AsyncClient, repeat: str) -> None:
    headers = {"Repeatability-Request-ID": repeat}
    answer = await client.patch(f"{AT}/data/Customer/ada", json={"City": "Rome"}, headers=headers)
    assert (answer.status_code, answer.json()["errorCode"]) == (400, "InvalidParameter")
    assert (await client.get(f"{AT}/data/Customer/ada")).json()["City"] == "Oslo"


async def test_a_repeat_id_beyond_ascii_is_refused_before_anything_is_written(client: httpx.AsyncClient) -> None:
    headers = [(b"Repeatability-Request-ID", "é".encode())]
    answer = await client.patch(f"{AT}/data/Customer/ada", json={"City": "Rome"}, headers=headers)
    assert (answer.status_code, answer.json()["target"]) == (400, "Repeatability-Request-ID")
    assert (await client.get(f"{AT}/data/Customer/ada")).json()["City"] == "Oslo"


async def test_the_slash_at_the_end_of_an_address_changes_nothing(client: httpx.AsyncClient) -> None:
    answer = await client.post(f"{AT}/data/UnifiedActivity/", json=activity("a1"))
    assert urlsplit(answer.headers["Location"]).path == f"/api{AT}/data/UnifiedActivity/a1"
    page = await client.get(f"{AT}/triggers/updatedprofiles/")
    assert urlsplit(page.headers["Location"]).path == f"/api{AT}/triggers/updatedprofiles"
    root = await client.get(f"{AT}/data/")
    assert urlsplit(root.json()["@odata.context"]).path == f"/api{AT}/data/$metadata"


LISTS = ["data/Customer", "data/UnifiedActivity", "manage/entities", "manage/tables", "workflows/main/jobs"]


@pytest.mark.parametrize("path", LISTS)
async def test_an_empty_id_at_the_end_is_refused_and_not_answered_by_the_list(
    client: httpx.AsyncClient, path: str
) -> None:
    assert (await client.get(f"{AT}/{path}")).status_code == 200
    for end in ("/", "/?select=Name"):
        answer = await client.get(f"{AT}/{path}{end}")
        assert (answer.status_code, answer.json()["errorCode"]) == (404, "AddressNotFound")
        assert "id" in answer.json()["message"]
        assert ("OData-Version" in answer.headers) is path.startswith("data/")
    refused = await client.post(f"{AT}/data/Customer/", json={})
    assert (refused.status_code, refused.json()["errorCode"]) == (405, "MethodNotAllowed")


EMPTY = [
    f"{AT}/data/Customer?$filter=&$select=&$orderby=&$search=&$top=&$skip=&$count=&$expand=&$skiptoken=",
    f"{AT}/data/Customer/ada?explain=",
    f"{AT}/profile/timeline?customerId=ada&from=&to=&activityType=",
    f"{AT}/triggers/updatedprofiles?state=",
    f"{AT}/usage?from=&to=&groupBy=&interval=",
]


@pytest.mark.parametrize("address", EMPTY)
async def test_a_parameter_that_is_sent_empty_counts_as_left_out(client: httpx.AsyncClient, address: str) -> None:
    answer, bare = await client.get(address), await client.get(address.split("=", 1)[0].rsplit("?", 1)[0])
    if "customerId" not in address:
        assert answer.status_code == bare.status_code
    assert answer.status_code in {200, 202}


async def test_empty_options_and_headers_of_a_write_count_as_left_out(client: httpx.AsyncClient) -> None:
    headers = {"Repeatability-Request-ID": "", "Prefer": "", "If-None-Match": ""}
    address = f"{AT}/data/Customer/ada?validUntil=&validFor=&occurredAt=&caller="
    assert (await client.patch(address, json={"City": "Rome"}, headers=headers)).status_code == 204


async def test_a_required_parameter_that_is_sent_empty_is_missing(client: httpx.AsyncClient) -> None:
    answer = await client.get(f"{AT}/profile/timeline?customerId=")
    assert (answer.status_code, answer.json()["errorCode"]) == (400, "MissingParameter")


@pytest.mark.parametrize("query", ["$top=1&$top=5", "$top=1&%24TOP=5", "$select=City&$select=FullName"])
async def test_an_option_that_is_sent_twice_is_refused_by_name(client: httpx.AsyncClient, query: str) -> None:
    answer = await client.get(f"{AT}/data/Customer?{query}")
    assert answer.status_code == 400
    assert any("times; send it once" in detail["message"] for detail in answer.json()["details"])


async def test_a_comma_in_a_value_is_no_second_value(client: httpx.AsyncClient) -> None:
    answer = await client.get(f"{AT}/data/Customer", params={"$select": "CustomerId,City"})
    assert answer.status_code == 200


@pytest.mark.parametrize("address", PUBLIC)
async def test_head_is_answered_where_monitors_and_link_checkers_ask(client: httpx.AsyncClient, address: str) -> None:
    head, get = await client.head(address), await client.get(address)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers.get("content-type") == get.headers.get("content-type")


async def test_an_answer_without_a_body_names_no_content_type(client: httpx.AsyncClient) -> None:
    updated = await client.patch(f"{AT}/data/Customer/ada", json={"City": "Rome"})
    assert (updated.status_code, "content-type" in updated.headers) == (204, False)
    tag = (await client.get(f"{AT}/data/Customer/ada")).headers["ETag"]
    same = await client.get(f"{AT}/data/Customer/ada", headers={"If-None-Match": tag})
    assert (same.status_code, "content-type" in same.headers) == (304, False)


async def test_a_next_link_is_never_longer_than_the_host_accepts(client: httpx.AsyncClient) -> None:
    query = {"$filter": f"City ne '{'한' * 880}'"}
    assert (await client.get(f"{AT}/data/Customer", params=query)).status_code == 200
    answer = await client.get(f"{AT}/data/Customer", params=query, headers={"Prefer": "maxpagesize=1"})
    assert (answer.status_code, answer.json()["errorCode"]) == (400, "InvalidQuery")
    assert "8000 characters" in answer.json()["message"]


@pytest.mark.parametrize("address", [*PUBLIC, f"{AT}/data/Customer/ada", f"{AT}/nowhere", "/nowhere"])
async def test_no_answer_may_be_read_as_another_type_than_it_names(client: httpx.AsyncClient, address: str) -> None:
    assert (await client.get(address)).headers["X-Content-Type-Options"] == "nosniff"
