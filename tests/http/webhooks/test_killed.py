"""The local host in its own process, which is killed between events and their delivery."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from random import Random

import httpx
from support.local_host import serving
from support.process import LONG_S
from support.receiver import ACCEPT, Receiver, answer, subscribe

SAMPLE = "11111111-1111-4111-8111-111111111111"
CUSTOMERS = f"/instances/{SAMPLE}/data/Customer"
ROUNDS, UPDATES = 4, 25


async def test_nothing_is_lost_when_the_host_is_killed_between_an_event_and_its_delivery(
    tmp_path: Path, receiver: Receiver
) -> None:
    random, sent = Random(26), list[tuple[str, str]]()  # noqa: S311  # no secret
    receiver.judge = lambda _: ACCEPT if random.random() < 0.9 else answer(503)
    for each in range(ROUNDS):
        with serving(DATA_DIR=str(tmp_path / "data")) as host:
            async with httpx.AsyncClient(base_url=host.base, timeout=LONG_S) as client:
                if each == 0:
                    assert (await subscribe(client, receiver, instance=SAMPLE)).status_code == 201
                customers = (await client.get(f"/instances/{SAMPLE}/data/Customer", params={"$top": "5"})).json()[
                    "value"
                ]
                for number in range(UPDATES):
                    customer = random.choice(customers)["CustomerId"]
                    response = await client.patch(f"{CUSTOMERS}/{customer}", json={"LoyaltyPoints": number})
                    sent.append((customer, response.raise_for_status().headers["x-ms-update-id"]))
            host.kill()
    receiver.judge = lambda _: ACCEPT
    with serving(DATA_DIR=str(tmp_path / "data")) as host:
        async with httpx.AsyncClient(base_url=host.base, timeout=LONG_S) as client:
            await subscribe(client, receiver, instance=SAMPLE)  # what failed is sent again at once
        await receiver.until(lambda: {one[1] for one in sent} <= {e["data"]["updateId"] for e in receiver.accepted})
    assert len(receiver.accepted) >= len(set(receiver.ids)) == len(sent)
    wanted, came = defaultdict[str, list[str]](list), defaultdict[str, list[str]](list)
    for customer, update_id in sent:
        wanted[customer].append(update_id)
    for event in receiver.accepted:
        ids = came[event["data"]["customerId"]]
        ids += [event["data"]["updateId"]] if event["data"]["updateId"] not in ids else []
    assert came == wanted  # in order, apart from what came again
