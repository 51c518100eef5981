"""Values in the forms in which flows, apps and generated clients send them."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from support import INSTANCE

DATA = f"/instances/{INSTANCE}/data"
ADA = f"{DATA}/Customer/ada"
NOON = "2026-11-23T12:00:00"


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ({"Points": "1200"}, {"Points": 1200}),
        ({"Points": "1200.0"}, {"Points": 1200}),
        ({"OptIn": "True"}, {"OptIn": True}),
        ({"BirthDate": "1990-12-31T00:00:00.0000000Z"}, {"BirthDate": "1990-12-31"}),
        ({"BirthDate": "", "Points": "", "OptIn": ""}, {"BirthDate": None, "Points": None, "OptIn": None}),
        ({"City": ""}, {"City": ""}),
    ],
)
async def test_a_text_becomes_the_value_that_it_holds(
    client: httpx.AsyncClient, sent: dict[str, Any], shown: dict[str, Any]
) -> None:
    answer = await client.patch(ADA, json=sent)
    assert answer.status_code == 204, answer.text
    found = (await client.get(ADA)).json()
    assert {name: found[name] for name in shown} == shown


@pytest.mark.parametrize("offset", ["+0000", "-0000", "+0100", "+01:00", "Z"])
async def test_an_offset_without_a_colon_is_accepted_wherever_instants_are(
    client: httpx.AsyncClient, offset: str
) -> None:
    timing = {"validUntil": f"2026-11-24T12:00:00.123456{offset}", "occurredAt": f"2026-11-23T10:30:00{offset}"}
    assert (await client.patch(ADA, json={"City": "Moss"}, params=timing)).status_code == 204
    record = {"CustomerId": "ada", "ActivityId": "a1", "ActivityType": "Visit"}
    record["ActivityTime"] = f"2026-11-23T11:00:00{offset}"
    assert (await client.post(f"{DATA}/UnifiedActivity", json=record)).status_code == 201
    span = {"customerId": "ada", "from": f"2026-11-23T11:00:00{offset}", "to": f"2026-11-23T11:00:01{offset}"}
    timeline = await client.get(f"/instances/{INSTANCE}/profile/timeline", params=span)
    assert [row["ActivityId"] for row in timeline.json()["value"]] == ["a1"]
    where = {"$filter": f"CustomerId eq 'ada' and ActivityTime ge 2026-11-23T11:00:00{offset}"}
    listed = await client.get(f"{DATA}/UnifiedActivity", params=where)
    assert listed.status_code == 200, listed.text
    assert [row["ActivityId"] for row in listed.json()["value"]] == ["a1"]
