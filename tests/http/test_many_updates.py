from __future__ import annotations

import httpx
from support import INSTANCE, Clock

from function_app.services.services import Services

ADA = f"/instances/{INSTANCE}/data/Customer/ada"
TIMES = 1000


def named(number: int) -> dict[str, str]:
    return {"Prefer": "return=representation", "Repeatability-Request-ID": f"update-{number}"}


async def live(services: Services, clock: Clock) -> int:
    read = await services.store.customers.read(INSTANCE, "ada", clock())
    assert read.customer is not None
    return len(read.customer.updates)


async def test_a_customer_written_to_a_thousand_times_stays_cheap_to_read(
    client: httpx.AsyncClient, services: Services, clock: Clock
) -> None:
    most = 0
    for number in range(TIMES):
        clock.advance(milliseconds=1)
        answer = await client.patch(ADA, json={"Points": number}, headers=named(number))
        assert answer.json()["receipt"]["outcome"] == "applied"
        most = max(most, await live(services, clock))
    await services.update_profile.close()
    assert most <= 64
    assert await live(services, clock) <= 32
    assert (await client.get(ADA)).json()["Points"] == TIMES - 1

    for number in (0, 1, TIMES // 2, TIMES - 1):
        again = await client.patch(ADA, json={"Points": number}, headers=named(number))
        assert again.json()["receipt"]["outcome"] == "duplicate", number
        assert again.json()["receipt"]["updateId"] == f"update-{number}"
        assert again.json()["customer"]["Points"] == TIMES - 1
    other = await client.patch(ADA, json={"Points": -1}, headers=named(0))
    assert other.status_code == 409
    assert (await client.get(ADA)).json()["Points"] == TIMES - 1


async def test_a_longer_older_update_outlives_a_hundred_short_ones(
    client: httpx.AsyncClient, services: Services, clock: Clock
) -> None:
    await client.patch(ADA, json={"Points": 500, "City": "Bergen"}, params={"validFor": "P1D"})
    for number in range(100):
        clock.advance(milliseconds=1)
        await client.patch(ADA, json={"Points": number}, params={"validFor": "PT1M"})
    await services.update_profile.close()
    assert await live(services, clock) <= 33
    profile = (await client.get(ADA)).json()
    assert (profile["Points"], profile["City"]) == (99, "Bergen")
    clock.advance(minutes=1)
    profile = (await client.get(ADA)).json()
    assert (profile["Points"], profile["City"]) == (500, "Bergen")
    clock.advance(days=1)
    profile = (await client.get(ADA)).json()
    assert (profile["Points"], profile["City"]) == (1, "Oslo")
