from __future__ import annotations

from datetime import timedelta
from typing import Any, NamedTuple

import httpx
import pytest
from support import INSTANCE, Clock, definition

from function_app.error_codes import ERROR_CODES
from function_app.operations.shapes import ErrorBody
from function_app.services.services import Services

ROOM = f"/instances/{INSTANCE}"
CUSTOMERS = f"{ROOM}/data/Customer"
ADA = f"{CUSTOMERS}/ada"
NEXT_YEAR = "2027-11-23T12:00:00Z"


class Bad(NamedTuple):
    """A request and its expected response: the message must name the limit and the received value."""

    code: str
    status: int
    target: str | None
    says: tuple[str, ...]
    verb: str = "PATCH"
    path: str = ADA
    body: Any = None
    params: dict[str, str] | None = None
    headers: dict[str, str] | None = None

    async def send(self, client: httpx.AsyncClient) -> httpx.Response:
        body = {"City": "Bergen"} if self.body is None and self.verb == "PATCH" else self.body
        return await client.request(self.verb, self.path, json=body, params=self.params, headers=self.headers)


def value(code: str, name: str, sent: Any, *says: str) -> Bad:
    return Bad(code, 400, f"/{name}", says, body={name: sent})


def timing(code: str, name: str, sent: str, *says: str) -> Bad:
    return Bad(code, 400, name, says, params={name: sent})


def listing(code: str, name: str, sent: str, *says: str) -> Bad:
    return Bad(code, 400, name, says, "GET", CUSTOMERS, params={name: sent})


def in_definition(pointer: str, *says: str, **changes: Any) -> Bad:
    return Bad("InvalidDefinition", 400, pointer, says, "PUT", ROOM, body=definition() | changes)


BAD = [
    Bad("InstanceNotFound", 404, "instanceId", ("'nowhere'",), path="/instances/nowhere/data/Customer/ada"),
    Bad("InstanceNotFound", 404, "instanceId", ("'nowhere'",), "GET", "/instances/nowhere"),
    Bad("InvalidParameter", 400, "instanceId", ("64", "'a b'"), "GET", "/instances/a b"),
    Bad("CustomerNotFound", 404, "customerId", ("'nobody'",), path=f"{CUSTOMERS}/nobody"),
    Bad("CustomerNotFound", 404, "customerId", ("'nobody'",), "GET", f"{CUSTOMERS}/nobody"),
    Bad("InvalidParameter", 400, "customerId", ("100",), path=f"{CUSTOMERS}/{'x' * 101}"),
    Bad("EntityNotFound", 404, "entityName", ("'Custmer'", "'Customer'"), "GET", f"{ROOM}/manage/entities/Custmer"),
    Bad("MethodNotAllowed", 405, None, ("not deleted",), "DELETE"),
    Bad("UnknownParameter", 400, "validuntil", ("'validuntil'", "'validUntil'"), params={"validuntil": NEXT_YEAR}),
    Bad("UnknownParameter", 400, "$fitler", ("'$fitler'", "'$filter'"), "GET", CUSTOMERS, params={"$fitler": "x"}),
    Bad("InvalidParameter", 400, "caller", ("1 to 200 characters",), params={"caller": "x" * 201}),
    Bad(
        "InvalidParameter",
        400,
        "Repeatability-Request-ID",
        ("1 to 128 printable ASCII characters",),
        headers={"Repeatability-Request-ID": "x" * 129},
    ),
    Bad("InvalidParameter", 400, "explain", ("true or false", "'yes'"), "GET", params={"explain": "yes"}),
    listing("InvalidParameter", "$top", "1000000000", "0 to 999999999", "'1000000000'"),
    listing("InvalidParameter", "$top", "-1", "0 to 999999999", "'-1'"),
    listing("InvalidParameter", "$skip", "-1", "0 to 10000", "'-1'"),
    listing("InvalidParameter", "forceSearch", "perhaps", "true or false"),
    listing("InvalidQuery", "$filter", "Cty eq 'Oslo'", "'Cty'", "'City'"),
    listing("InvalidQuery", "$filter", "City eq", "$filter"),
    listing("InvalidQuery", "$select", "CustomerId,Cty", "'Cty'", "'City'"),
    listing("InvalidQuery", "$orderby", "City sideways", "'asc' or 'desc'", "'sideways'"),
    listing("InvalidQuery", "$search", 'half"', "double quotes"),
    listing("InvalidSkiptoken", "$skiptoken", "abc", "@odata.nextLink"),
    timing("InvalidInstant", "validUntil", "tomorrow", "RFC 3339", "'tomorrow'"),
    timing("InvalidInstant", "occurredAt", "2026-02-30T00:00:00Z", "RFC 3339", "'2026-02-30T00:00:00Z'"),
    timing("MissingOffset", "validUntil", "2026-11-23T13:00:00", "offset", "'2026-11-23T13:00:00'"),
    timing("MissingOffset", "occurredAt", "2026-11-23T11:00:00", "offset", "'2026-11-23T11:00:00'"),
    timing("ValidUntilPassed", "validUntil", "2026-11-23T12:00:00Z", "after now (2026-11-23T12:00:00.000000Z)"),
    timing("ValidUntilTooFar", "validUntil", NEXT_YEAR, "P30D", "2026-12-23T12:00:00", "2027-11-23T12:00:00"),
    timing("ValidUntilTooFar", "validFor", "P31D", "P30D", "P31D"),
    timing("InvalidDuration", "validFor", "90 seconds", "ISO 8601", "'90 seconds'"),
    timing("InvalidDuration", "validFor", "PT0S", "above zero", "'PT0S'"),
    timing("OccurredInFuture", "occurredAt", "2026-11-23T12:05:01Z", "PT5M", "2026-11-23T12:05:01"),
    Bad(
        "TwoValidities",
        400,
        "validFor",
        ("validUntil", "validFor"),
        params={"validFor": "PT1H", "validUntil": "2026-11-23T13:00:00Z"},
    ),
    Bad("EmptyBody", 400, "", ("at least one",), body={}),
    Bad("TooManyAttributes", 400, "", ("501", "500"), body={f"A{n}": n for n in range(501)}),
    value("UnknownAttribute", "Citty", "Oslo", "'Citty'", "'City'", "Customer"),
    value("UnknownAttribute", "a~b", 1, "'a~b'")._replace(target="/a~0b"),
    value("UnknownAttribute", "a/b", 1, "'a/b'")._replace(target="/a~1b"),
    value("KeyAttribute", "CustomerId", "eve", "'CustomerId'"),
    value("ReadOnlyAttribute", "Score", 1.5, "'Score'"),
    value("ReadOnlyAttribute", "Crm_Contacts_ContactId", "c1", "'Crm_Contacts_ContactId'"),
    value("WrongType", "City", 5, "a text", "received 5"),
    value("WrongType", "Points", True, "a whole number", "received true"),
    value("WrongType", "Points", {"a": 1}, "a whole number", "an object"),
    value("WrongFormat", "BirthDate", "2023-02-29", "1990-12-31", "'2023-02-29'"),
    value("WrongFormat", "BirthDate", "1990-12-30T23:00:00.000Z", "1990-12-31", "'1990-12-30T23:00:00.000Z'"),
    value("WrongType", "Points", "1_200", "a whole number", "'1_200'"),
    value("OutOfRange", "Points", "2147483648", "2147483647", "'2147483648'"),
    Bad("ClearedWithValue", 400, "clear", ("'City'",), body={"City": "Moss"}, params={"clear": "City"}),
    value("OutOfRange", "Points", 2**31, "2147483647", "2147483648"),
    value("OutOfRange", "Points", -(2**31) - 1, "-2147483648", "-2147483649"),
    value("TooLong", "FullName", "x" * 41, "40", "41"),
    value("ValueNotAllowed", "Tier", "Bronze", "'Gold'", "'Silver'", "'Bronze'"),
    in_definition("/entities", "at least 1", entities=[]),
    in_definition("/name", "200", name="x" * 201),
    in_definition("/validity/maximum", "P30D", validity={"maximum": "P31D"}),
    in_definition("/nickname", nickname="Co"),
]


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: f"{bad.code}-{bad.verb}-{bad.target}")
async def test_a_bad_request_is_refused_by_code_and_place_and_writes_nothing(
    client: httpx.AsyncClient, services: Services, clock: Clock, bad: Bad
) -> None:
    await client.patch(ADA, json={"Points": 77})
    before = (await client.get(ADA, params={"explain": "true"})).content
    entities = (await client.get(f"{ROOM}/manage/entities")).content
    answer = await bad.send(client)
    problem = answer.json()
    assert (answer.status_code, problem["errorCode"], problem["target"]) == (bad.status, bad.code, bad.target)
    assert ERROR_CODES[bad.code].status == bad.status
    assert problem.keys() == ErrorBody.__annotations__.keys()
    assert problem["httpStatusCode"] == str(bad.status)
    assert problem["details"][0] == {name: problem[name] for name in ("errorCode", "message", "target")}
    assert len(problem["details"]) == 1
    assert answer.headers["Content-Type"].startswith("application/json")
    assert [said for said in bad.says if said not in problem["message"]] == []
    assert (await client.get(ADA, params={"explain": "true"})).content == before
    assert (await client.get(f"{ROOM}/manage/entities")).content == entities
    fed = await services.store.feed.read_received(INSTANCE, "", clock() + timedelta(days=1), 9)
    assert len(fed) == 1


async def test_all_faults_of_a_body_and_of_its_timing_are_reported_together(client: httpx.AsyncClient) -> None:
    before = (await client.get(ADA)).content
    body = {"Citty": 1, "CustomerId": 5, "Points": "x", "Score": 1, "City": "Bergen", "Tier": "Bronze", "OptIn": None}
    wishes = {"validUntil": "soon", "validFor": "long", "occurredAt": "2026-11-23T11:00:00"}
    answer = await client.patch(ADA, json=body, params=wishes)
    problem = answer.json()
    found = {(detail["errorCode"], detail["target"]) for detail in problem["details"]}
    assert answer.status_code == 400
    assert found == {
        ("TwoValidities", "validFor"),
        ("InvalidInstant", "validUntil"),
        ("InvalidDuration", "validFor"),
        ("MissingOffset", "occurredAt"),
        ("UnknownAttribute", "/Citty"),
        ("KeyAttribute", "/CustomerId"),
        ("WrongType", "/CustomerId"),
        ("WrongType", "/Points"),
        ("ReadOnlyAttribute", "/Score"),
        ("ValueNotAllowed", "/Tier"),
    }
    assert all(set(detail) == {"errorCode", "message", "target"} for detail in problem["details"])
    assert len(problem["details"]) == len(found)
    assert f"{len(found) - 1} more" in problem["message"]
    assert (await client.get(ADA)).content == before


async def test_all_faults_of_the_parameters_are_reported_together(client: httpx.AsyncClient) -> None:
    wishes = {"$top": "all", "$skip": "1.5", "$filtr": "x", "proxy": "perhaps"}
    problem = (await client.get(CUSTOMERS, params=wishes)).json()
    assert {(detail["errorCode"], detail["target"]) for detail in problem["details"]} == {
        ("InvalidParameter", "$top"),
        ("InvalidParameter", "$skip"),
        ("UnknownParameter", "$filtr"),
        ("InvalidParameter", "proxy"),
    }


async def test_all_faults_of_a_definition_are_reported_together(client: httpx.AsyncClient) -> None:
    wanted = definition()
    wanted["validity"] = {"update": "P31D", "maximum": "P31D"}
    wanted["entities"][0]["attributes"].append({"name": "city", "dataType": "Edm.String"})
    wanted["entities"][1]["timestampAttribute"] = "Product"
    answer = await client.put("/instances/another", json=wanted)
    assert answer.status_code == 400
    assert {detail["target"] for detail in answer.json()["details"]} == {
        "/validity/update",
        "/validity/maximum",
        "/entities/0/attributes/13/name",
        "/entities/1/timestampAttribute",
    }
    assert (await client.get("/instances/another")).status_code == 404


async def test_long_input_is_not_repeated_whole(client: httpx.AsyncClient) -> None:
    body = {"City": "x" * 100_000, "y" * 50_000: 1, "BirthDate": "z" * 50_000}
    answer = await client.patch(ADA, json=body, params={"validUntil": "w" * 2_000})
    assert answer.status_code == 400
    assert len(answer.json()["details"]) == 4
    assert len(answer.content) < 3_000


async def test_a_thousand_faults_are_not_all_reported(client: httpx.AsyncClient) -> None:
    answer = await client.patch(ADA, json={f"Unknown{n}": n for n in range(500)})
    assert answer.status_code == 400
    assert len(answer.json()["details"]) == 100
