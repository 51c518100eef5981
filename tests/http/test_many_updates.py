from __future__ import annotations

import httpx
from support import INSTANCE, Clock

from function_app.services.services import Services

ADA = f"/instances/{INSTANCE}/data/Customer/ada"
TIMES = 1000


def named(number: int) -> dict[str, str]:
    return {"Prefer": "return=representation", "Repeatability-Request-ID": f"update-{number}"}


async def test_a_customer_written_to_a_thousand_times_is_kept_as_one_written_to_once(
    client: httpx.AsyncClient, services: Services, clock: Clock
) -> None:
    for number in range(TIMES):
        clock.advance(milliseconds=1)
        answer = await client.patch(ADA, json={"Points": number}, headers=named(number))
        assert answer.json()["receipt"]["outcome"] == "applied"
    model = await services.instances.get(INSTANCE, clock())
    kept = await services.read_customer(model, "ada", clock())
    assert kept.live.keys() == kept.covered.keys() == {"Points"}
    assert (await client.get(ADA)).json()["Points"] == TIMES - 1

    for number in (0, 1, TIMES // 2, TIMES - 1):
        again = await client.patch(ADA, json={"Points": number}, headers=named(number))
        assert again.json()["receipt"]["outcome"] == "duplicate", number
        assert again.json()["receipt"]["updateId"] == f"update-{number}"
        assert again.json()["customer"]["Points"] == TIMES - 1
    other = await client.patch(ADA, json={"Points": -1}, headers=named(0))
    assert other.status_code == 409
    assert (await client.get(ADA)).json()["Points"] == TIMES - 1


async def test_a_longer_older_update_outlives_a_hundred_short_ones(client: httpx.AsyncClient, clock: Clock) -> None:
    await client.patch(ADA, json={"Points": 500, "City": "Bergen"}, params={"validFor": "P1D"})
    for number in range(100):
        clock.advance(milliseconds=1)
        await client.patch(ADA, json={"Points": number}, params={"validFor": "PT1M"})
    profile = (await client.get(ADA)).json()
    assert (profile["Points"], profile["City"]) == (99, "Bergen")
    clock.advance(minutes=1)
    profile = (await client.get(ADA)).json()
    assert (profile["Points"], profile["City"]) == (500, "Bergen")
    clock.advance(days=1)
    profile = (await client.get(ADA)).json()
    assert (profile["Points"], profile["City"]) == (1, "Oslo")
