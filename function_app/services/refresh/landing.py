"""Find the live updates whose values the source holds now."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import datetime
from typing import Any

from function_app.services.instances import CompiledInstance
from function_app.store.port import Store

BATCH_SIZE = 1_024


async def find_landed(store: Store, model: CompiledInstance, now: datetime) -> AsyncGenerator[dict[str, Any]]:
    """Yield the live updates whose values the source holds now: CustomerId, update id, attributes."""
    after = ""
    while page := await store.customers.find_updated(model.instance.instance_id, after, BATCH_SIZE, now):
        for customer in page:
            source = model.fitting.attributes(customer.source)
            for update in map(model.fitting.update, customer.updates):
                if update.attributes and all(source.get(name) == value for name, value in update.attributes.items()):
                    names = sorted(update.attributes)
                    yield {"customerId": customer.customer_id, "updateId": update.update_id, "attributes": names}
        after = page[-1].customer_id
