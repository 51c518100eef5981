"""Page tokens and trigger states with a true digest and false content: refused, whatever the content is."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from support import INSTANCE, Clock
from support.person import KEY, put_person

from function_app.services.services import Services

AT = f"/instances/{INSTANCE}"
LISTS = (
    f"{AT}/data/Customer?$top=2",
    f"{AT}/data/Customer?$top=2&$orderby=City",
    f"{AT}/data/Customer?$top=2&$orderby=City,FullName",
    f"{AT}/data/UnifiedActivity?$top=2",
    f"{AT}/data/Shop_Purchases?$top=2",
    f"{AT}/profile/timeline?customerId=ada&$top=2",
    f"{AT}/updates?$top=1",
)
HALVES = ("\ud800", "a\udfff")
TRIGGERS = ("updatedprofiles", "createdactivities", "expiredupdates")


def decoded(text: str) -> Any:
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def encoded(content: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


@pytest.fixture
async def pages(hosted: tuple[httpx.AsyncClient, Services], clock: Clock) -> dict[str, str]:
    """The address of the second page of each list that has one."""
    client, services = hosted
    await put_person(services, clock())
    for number in range(3):
        record = {"ActivityId": f"x{number}", "ActivityTime": f"2026-11-2{number}T11:00:00Z", "ActivityType": "Other"}
        posted = await client.post(f"{AT}/data/UnifiedActivity", json={"CustomerId": "ada", **record})
        assert posted.status_code == 201, posted.text
        purchase = {"PurchaseId": f"p{number}", "PurchasedOn": record["ActivityTime"], "ContactId": KEY.key}
        assert (await client.post(f"{AT}/data/Shop_Purchases", json=purchase)).status_code == 201
        assert (await client.patch(f"{AT}/data/Customer/ada", json={"Points": number})).status_code == 204
    found = {}
    for path in LISTS:
        answer = await client.get(path, headers={"Prefer": "odata.maxpagesize=1"})
        assert answer.status_code == 200, answer.text
        if "@odata.nextLink" in answer.json():
            found[path] = answer.json()["@odata.nextLink"]
    return found


async def test_a_page_token_with_half_of_a_surrogate_pair_is_refused(
    client: httpx.AsyncClient, pages: dict[str, str]
) -> None:
    assert [*pages] == [*LISTS]
    for path, following in pages.items():
        query = parse_qs(urlsplit(following).query)
        token = decoded(query["$skiptoken"][0])
        for half in HALVES:
            forged = [[half for _ in token[0]], *token[1:]]
            asked = {name: values[0] for name, values in query.items()} | {"$skiptoken": encoded(forged)}
            answer = await client.get(path.partition("?")[0], params=asked)
            assert (answer.status_code, answer.json()["errorCode"]) == (400, "InvalidSkiptoken"), path


@pytest.mark.parametrize("size", [-1, 0, "x", 1.5, [], True])
async def test_a_page_token_with_no_true_page_size_is_refused_or_read_as_one(
    client: httpx.AsyncClient, pages: dict[str, str], size: Any
) -> None:
    query = parse_qs(urlsplit(pages[LISTS[0]]).query)
    following, digest, _ = decoded(query["$skiptoken"][0])
    asked = {"$top": query["$top"][0], "$skiptoken": encoded([following, digest, size])}
    answer = await client.get(LISTS[0].partition("?")[0], params=asked)
    assert answer.status_code == (200 if size is True else 400)


@pytest.mark.parametrize("trigger", TRIGGERS)
async def test_a_state_with_half_of_a_surrogate_pair_is_refused(client: httpx.AsyncClient, trigger: str) -> None:
    path = f"{AT}/triggers/{trigger}"
    operation, _ = decoded((await client.get(path)).json()["state"])
    for half in HALVES:
        answer = await client.get(path, params={"state": encoded([operation, half])})
        assert (answer.status_code, answer.json()["errorCode"]) == (400, "InvalidState")


async def test_secrets_in_the_query_are_in_no_link(client: httpx.AsyncClient, pages: dict[str, str]) -> None:
    for path in pages:
        for name in ("code", "clientId", "CODE"):
            answer = await client.get(f"{path}&{name}=s3cret", headers={"Prefer": "odata.maxpagesize=1"})
            assert "@odata.nextLink" in answer.json()
            assert "s3cret" not in answer.text
