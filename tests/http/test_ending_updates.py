"""Put right what was sent by mistake: end updates, revert fields, and see what is live."""

from __future__ import annotations

import csv
import io
from typing import Any

import httpx
import pytest
from support import INSTANCE, Clock

AT = f"/instances/{INSTANCE}"
ADA, BOB = f"{AT}/data/Customer/ada", f"{AT}/data/Customer/bob"


async def send(client: httpx.AsyncClient, address: str = ADA, repeat: str = "u1", **attributes: Any) -> None:
    headers = {"Repeatability-Request-ID": repeat}
    answer = await client.patch(address, json=attributes, params={"caller": repeat}, headers=headers)
    assert answer.status_code == 204, answer.text


async def ok(client: httpx.AsyncClient, verb: str, address: str, **query: str) -> Any:
    answer = await client.request(verb, address, params=query or None)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_an_update_sent_by_mistake_is_ended_and_a_retry_of_it_changes_nothing(
    client: httpx.AsyncClient, clock: Clock
) -> None:
    await send(client, repeat="right", City="Moss", Points=7)
    clock.advance(seconds=1)
    await send(client, repeat="wrong", City="Bergen")
    body = await ok(client, "DELETE", f"{ADA}/updates/wrong")
    assert (body["customer"]["City"], body["customer"]["Points"]) == ("Moss", 7)
    assert body["ended"] == [{"updateId": "wrong", "names": ["City"]}]
    assert (await client.get(ADA)).json() == body["customer"]
    assert (await ok(client, "DELETE", f"{ADA}/updates/wrong"))["ended"] == []
    await send(client, repeat="wrong", City="Bergen")
    assert (await client.get(ADA)).json()["City"] == "Moss"


async def test_reverted_fields_show_the_source_whatever_older_updates_say(
    client: httpx.AsyncClient, clock: Clock
) -> None:
    for number, city in enumerate(("Moss", "Bergen")):
        clock.advance(seconds=1)
        await send(client, repeat=f"u{number}", City=city, Points=9)
    body = await ok(client, "POST", f"{ADA}/revert", attributes="City")
    assert (body["customer"]["City"], body["customer"]["Points"]) == ("Oslo", 9)
    assert body["ended"] == [{"updateId": "u0", "names": ["City"]}, {"updateId": "u1", "names": ["City"]}]
    clock.advance(seconds=1)
    body = await ok(client, "POST", f"{ADA}/revert")
    assert body["customer"]["Points"] == 1
    assert body["ended"] == [{"updateId": "u0", "names": ["Points"]}, {"updateId": "u1", "names": ["Points"]}]
    assert (await ok(client, "GET", ADA, explain="true"))["@explain"] == {}


NOBODY = f"{AT}/data/Customer/nobody"


@pytest.mark.parametrize(
    ("request_line", "status", "code"),
    [
        (f"DELETE {ADA}/updates/none", 404, "UpdateNotFound"),
        (f"DELETE {NOBODY}/updates/none", 404, "CustomerNotFound"),
        (f"POST {NOBODY}/revert", 404, "CustomerNotFound"),
        (f"GET {NOBODY}/updates", 404, "CustomerNotFound"),
        (f"POST {ADA}/revert?attributes=Town", 400, "UnknownAttribute"),
        (f"POST {ADA}/revert?attributes=City,", 400, "InvalidParameter"),
    ],
)
async def test_what_is_not_there_can_not_be_ended(
    client: httpx.AsyncClient, request_line: str, status: int, code: str
) -> None:
    await send(client, City="Bergen")
    answer = await client.request(*request_line.split())
    assert (answer.status_code, answer.json()["errorCode"]) == (status, code)
    assert (await client.get(ADA)).json()["City"] == "Bergen"


async def test_a_customers_updates_are_listed_with_their_states_for_a_day(
    client: httpx.AsyncClient, clock: Clock
) -> None:
    await send(client, repeat="u1", City="Moss", Points=7)
    clock.advance(seconds=1)
    await send(client, repeat="u2", City="Bergen")
    clock.advance(seconds=1)
    await ok(client, "POST", f"{ADA}/revert", attributes="Points")

    async def states() -> list[Any]:
        found = (await ok(client, "GET", f"{ADA}/updates"))["value"]
        return [(one["updateId"], {each["name"]: each["state"] for each in one["attributes"]}) for one in found]

    assert await states() == [("u2", {"City": "shows"}), ("u1", {"City": "superseded", "Points": "ended"})]
    newest, oldest = (await ok(client, "GET", f"{ADA}/updates"))["value"]
    assert newest["attributes"][0] == {
        "name": "City", "value": "Bergen", "source": "Oslo", "state": "shows", "endedAt": None, "endedBy": None,
    }  # fmt: skip
    assert (newest["caller"], newest["principal"]["id"]) == ("u2", "local")
    points = oldest["attributes"][1]
    assert (points["endedAt"], points["endedBy"]) == ("2026-11-23T12:00:02.000000Z", "local")
    clock.advance(hours=4)
    assert await states() == [("u2", {"City": "expired"}), ("u1", {"City": "expired", "Points": "ended"})]
    clock.advance(days=1)
    assert await states() == []


async def test_the_live_updates_of_an_instance_are_listed_filtered_and_paged(
    client: httpx.AsyncClient, clock: Clock
) -> None:
    for number, address in enumerate((ADA, BOB, ADA)):
        await send(client, address, f"u{number}", City=f"c{number}", Points=number)
        clock.advance(seconds=1)
    await ok(client, "DELETE", f"{BOB}/updates/u1")

    async def listed(**query: str) -> list[str]:
        found, address = list[str](), f"{AT}/updates"
        while address:
            body = await ok(client, "GET", address, **query)
            found += [one["updateId"] for one in body["value"]]
            address, query = body.get("@odata.nextLink", ""), {}
        return found

    assert await listed() == ["u0", "u2"]  # without what was ended
    assert await listed(**{"$top": "1"}) == ["u0", "u2"]
    assert await listed(landed="false") == ["u0", "u2"]
    assert await listed(landed="true") == []
    assert await listed(caller="u2") == ["u2"]
    assert await listed(attribute="Tier") == []
    (first, *_) = (await ok(client, "GET", f"{AT}/updates", attribute="City", landed="false"))["value"]
    assert [(one["name"], one["state"]) for one in first["attributes"]] == [("City", "superseded")]
    await ok(client, "POST", f"{ADA}/revert", attributes="City")
    left = (await ok(client, "GET", f"{AT}/updates"))["value"]
    assert [[one["name"] for one in update["attributes"]] for update in left] == [["Points"]] * 2
    clock.advance(hours=4)
    assert await listed() == []


@pytest.mark.parametrize("text", ["=1+1", "+47 22", "-1", "@sum", "\t=1", "\r=1"])
async def test_a_text_in_the_table_is_no_formula_for_a_spreadsheet(client: httpx.AsyncClient, text: str) -> None:
    await client.patch(ADA, json={"FullName": text, "Points": -5}, params={"caller": "=cmd"})
    answer = await client.get(f"{AT}/updates", headers={"Accept": "text/csv"})
    rows = {row["attribute"]: row for row in csv.DictReader(io.StringIO(answer.text, newline=""))}
    assert (rows["FullName"]["value"], rows["FullName"]["caller"]) == (f"'{text}", "'=cmd")
    assert rows["Points"]["value"] == "-5"


async def test_the_live_updates_are_a_table_for_the_owner_of_the_source(
    client: httpx.AsyncClient, clock: Clock
) -> None:
    await send(client, repeat="u1", FullName='Ada "A", Ødegård\nNy', OptIn=True, City=None)
    clock.advance(seconds=1)
    await send(client, BOB, "u2", City="Bergen")
    answer = await client.get(f"{AT}/updates", params={"$top": "1"}, headers={"Accept": "text/csv"})
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    rows = {row["attribute"]: row for row in csv.DictReader(io.StringIO(answer.text, newline=""))}
    assert {name: (row["value"], row["source"], row["state"]) for name, row in rows.items()} == {
        "FullName": ('Ada "A", Ødegård\nNy', "", "shows"),
        "OptIn": ("true", "", "shows"),
        "City": ("", "Oslo", "shows"),
    }
    assert (rows["City"]["customerId"], rows["City"]["caller"], rows["City"]["principal"]) == ("ada", "u1", "local")
    link = answer.headers["Link"].split(";")[0].strip("<>")
    rest = await client.get(link, headers={"Accept": "text/csv"})
    assert [row["value"] for row in csv.DictReader(io.StringIO(rest.text, newline=""))] == ["Bergen"]
    assert "Link" not in rest.headers
