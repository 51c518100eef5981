"""A person with something of every kind that the store holds, and the traces that are left of it."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from function_app.domain.activity import Activity, SourceKey
from function_app.domain.job import Job, Task
from function_app.domain.usage import Series, Traffic
from function_app.domain.validity import RequestedValidity
from function_app.services.services import Services
from function_app.services.update_profile import UpdateRequest
from function_app.store.cosmos import CosmosStore
from function_app.store.documents import CONTAINERS
from function_app.store.embedded import EmbeddedStore
from function_app.store.port import Store
from support import INSTANCE, definition, in_json, model, profile, put_profiles

PERSON, KEY = "Zxq7Person", SourceKey("Crm_Contacts", "Zxq7Key")
FORMER = SourceKey("Old_Contacts", "Zxq7Old")
"""A key of an attribute that the definition no longer has."""
MARK = "Zxq7"
OTHER = "another"


def activity(number: int, now: datetime, customer_id: str | None = None, mark: str = MARK) -> Activity:
    attributes = {
        **dict.fromkeys(("ActivityTypeDisplay", "ActivityName", "Title", "Description", "ExternalUrl", "SemanticData")),
        "CustomerId": customer_id,
        "ActivityId": f"{mark}-{number}",
        "ActivityTime": now.isoformat(),
        "ActivityType": "SalesOrder",
        "EntityName": "Shop_Purchases",
        "ActualActivityId": f"{number}",
        "ActivityForeignKey": f"{mark}Key",
        "RangeIndex": "1",
    }
    return Activity(f"{mark}-{number}", now, attributes, f"{number}", now + timedelta(days=1), received_at=now)


async def put_person(services: Services, now: datetime) -> None:
    """Write a person of which the store has something of every kind, and another customer."""
    store = services.store
    await services.instances.define(INSTANCE, definition(), now)
    await put_profiles(
        store,
        INSTANCE,
        in_json(profile(PERSON, City="Oslo", Crm_Contacts_ContactId=KEY.key), profile(OTHER, City="Oslo")),
    )
    await store.keys.write(INSTANCE, {KEY: PERSON, FORMER: PERSON, SourceKey(KEY.entity, "k2"): OTHER})
    for customer_id in (PERSON, OTHER):
        timing = RequestedValidity()
        await services.update_profile(model(), UpdateRequest(customer_id, {"City": "Rome"}, timing, "shop"), now)
    await store.activities.create(INSTANCE, [activity(1, now, PERSON)], now)
    await store.activities.create(INSTANCE, [activity(2, now, OTHER, OTHER)], now)
    await store.activities.park(INSTANCE, KEY, activity(3, now), now)
    job = Job("00000001", "successful", "onDemand", now, ended_at=now)
    await store.control.create_job(INSTANCE, job, now)
    notes = ({"customerId": PERSON, "updateId": "u", "attributes": ["City"]}, {"customerId": OTHER})
    warnings = (f"Source keys that two customers hold: 1, like 'k' of Crm by '{PERSON}' and 'b'.",)
    task = Task(job.job_id, 0, 3, "finish", "Customer", done=True, notes=notes, warnings=warnings)
    await store.control.write_tasks(INSTANCE, [task], now)
    services.usage.record(INSTANCE, Series("GetCustomer", "Customer", PERSON, 200, None), Traffic(1, 1, 0.1), now)
    services.usage.record(INSTANCE, Series("GetCustomer", "Customer", "shop", 200, None), Traffic(1, 1, 0.1), now)
    own = Series("ListCustomers", "Customer", "portal", 200, None, PERSON)
    services.usage.record(INSTANCE, own, Traffic(1, 1, 0.1), now)
    await services.usage.flush()


async def everything(store: Store) -> list[dict[str, Any]]:
    """Return every stored document, or row of it."""
    if isinstance(store, CosmosStore):
        account = store._account  # noqa: SLF001  # no operation returns all
        found = [await account.query(container, "SELECT * FROM c", {}) for container in CONTAINERS]
        return [document for documents in found for document in documents]
    assert isinstance(store, EmbeddedStore)
    read = store.customers._db.read  # noqa: SLF001  # as above
    tables = [name for (name,) in read("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return [{"table": name, "row": row} for name in tables for row in read(f"SELECT * FROM {name}")]


async def traces(store: Store, mark: str = MARK) -> list[str]:
    """Return every stored document that names a person."""
    texts = [json.dumps(document, default=str) for document in await everything(store)]
    return [text for text in texts if mark in text]
