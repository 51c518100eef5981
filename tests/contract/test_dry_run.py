"""A dry run over each store: it answers what the write then answers, and stores nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from support import INSTANCE, NOW, in_json, model, profile, put_profiles

from function_app.domain.access import Sender
from function_app.domain.validity import RequestedValidity
from function_app.errors import Rejected, ServiceError
from function_app.services.create_activities import ActivityRequest
from function_app.services.services import Services, Writes
from function_app.services.update_profile import UpdateRequest
from function_app.services.withdraw_activity import Mistake
from function_app.store.port import Store

LATER = NOW + timedelta(seconds=1)
BY = Sender("u-1", "user", None)


@pytest.fixture
async def services(store: Store) -> Services:
    await put_profiles(store, INSTANCE, in_json(profile("ada", City="Oslo", Points=1), profile("bob", City="Moss")))
    return Services(store)


async def held(services: Services) -> list[Any]:
    """Return all that is stored of the customers, and under the keys without a customer."""
    persons = services.store.persons
    keys = [key for key, _ in await services.store.activities.read_parked(INSTANCE, NOW)]
    found = [await persons.read(INSTANCE, customer_id, keys) for customer_id in ("ada", "bob")]
    return [*found, list(await services.store.access.list_changes(INSTANCE, LATER + timedelta(days=1), 9))]


def sent(repeat_id: str = "", customer_id: str = "ada", **changes: Any) -> UpdateRequest:
    return UpdateRequest(customer_id, changes, RequestedValidity(), repeat_id=repeat_id or None)


async def update(writes: Writes, request: UpdateRequest) -> Any:
    try:
        updated = await writes.update_profile(model(), request, LATER)
    except ServiceError as error:
        return [fault.code for fault in error.faults]
    return updated.outcome, updated.attributes, dict(updated.kept.attributes)


UPDATES = [
    sent("new", City="Bergen"),
    sent("known", City="Lund"),
    sent("known", City="Bodø"),
    sent(City="Bergen", Points=7),
    sent(customer_id="nobody", City="Bergen"),
    sent(Cty="Bergen"),
]


@pytest.mark.parametrize("request_", UPDATES, ids=range(len(UPDATES)))
async def test_a_dry_update_answers_what_the_update_answers(services: Services, request_: UpdateRequest) -> None:
    await services.update_profile(model(), sent("known", City="Lund"), NOW)
    before = await held(services)
    dry = await update(services.dry_run(), request_)
    assert await held(services) == before
    assert dry == await update(services, request_)


@pytest.mark.parametrize("names", [None, ["City"], ["Points"]])
async def test_a_dry_end_answers_what_the_end_answers(services: Services, names: Sequence[str] | None) -> None:
    await services.update_profile(model(), sent("first", City="Lund", Points=7), NOW)
    await services.update_profile(model(), sent("second", City="Bergen"), NOW)
    before = await held(services)
    dry = await services.dry_run().end_updates.attributes(model(), "ada", names, BY, LATER)
    one = await services.dry_run().end_updates.one(model(), "ada", "second", BY, LATER)
    assert (one.kept.attributes["City"], one.names) == ("Lund", {"second": ["City"]})
    assert await held(services) == before
    assert dry == await services.end_updates.attributes(model(), "ada", names, BY, LATER)


def record(activity_id: str, customer_id: str = "ada", title: Any = "x") -> dict[str, Any]:
    times = {"ActivityTime": "2026-11-20T10:00:00Z", "ActivityType": "Other"}
    return {"CustomerId": customer_id, "ActivityId": activity_id, "Title": title, **times}


def purchase(number: int, **more: Any) -> dict[str, Any]:
    bought = {"PurchasedOn": "2026-11-20T10:00:00Z", "ContactId": "K-9"}
    return {"PurchaseId": f"P-{number}", **bought, **more}


async def create(writes: Writes, entity_name: str, records: Sequence[Any]) -> list[Any]:
    request = ActivityRequest(entity_name, records, RequestedValidity())
    results = await writes.create_activities(model(), request, LATER)
    return [
        each.details[0].code if isinstance(each, Rejected) else (each.outcome, each.activity.activity_id)
        for each in results
    ]


async def test_dry_activities_answer_what_the_activities_answer(services: Services) -> None:
    of = {
        "UnifiedActivity": [
            *(record("known"), record("known", title="y"), record("new"), record("new")),
            *(record("x", "nobody"), record("x", title=7)),
        ],
        "Shop_Purchases": [
            purchase(1),
            purchase(1),
            purchase(2),
            purchase(2),
            purchase(3, PurchaseId=1),
        ],
    }
    await create(services, "UnifiedActivity", [record("known")])
    await create(services, "Shop_Purchases", [purchase(1)])
    for entity_name, records in of.items():
        before = await held(services)
        dry = await create(services.dry_run(), entity_name, records)
        assert await held(services) == before
        # Cosmos DB creates at once, so that either of two equal records is the first.
        assert sorted(map(str, dry)) == sorted(map(str, await create(services, entity_name, records)))
        assert {"duplicate", "created", "parked"} & {each[0] for each in dry}


async def test_a_dry_withdrawal_and_a_dry_erasure_leave_all_in_place(services: Services) -> None:
    await create(services, "UnifiedActivity", [record("known")])
    before = await held(services)
    await services.dry_run().withdraw_activity(model(), Mistake("UnifiedActivity", "known"), "u-1", LATER)
    with pytest.raises(ServiceError):
        await services.dry_run().withdraw_activity(model(), Mistake("UnifiedActivity", "none"), "u-1", LATER)
    counted = await services.persons.erase(model(), "ada", "u-1", LATER, dry_run=True)
    assert (counted["profiles"], counted["activities"]) == (1, 1)
    assert await held(services) == before
    assert await services.persons.erase(model(), "ada", "u-1", LATER) == counted
