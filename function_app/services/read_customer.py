"""Read one customer: the merged profile, and why it shows what it shows."""

from __future__ import annotations

from datetime import datetime

from function_app.domain.projection import Kept
from function_app.services.instances import CompiledInstance, unknown_customer
from function_app.store.port import Store


class ReadCustomer:
    def __init__(self, store: Store) -> None:
        self._customers = store.customers

    async def json(self, model: CompiledInstance, customer_id: str, now: datetime) -> bytes:
        """Return the merged profile at `now` as JSON; ServiceError if there is no such customer."""
        found = await self._customers.read_json(model.instance.instance_id, customer_id, model.fitting, now)
        if found is None:
            raise unknown_customer(customer_id)
        return found

    async def __call__(self, model: CompiledInstance, customer_id: str, now: datetime) -> Kept:
        """Return what shows of the customer at `now`; ServiceError if there is no such customer."""
        kept = await self._customers.read(model.instance.instance_id, customer_id, model.fitting, now)
        if kept is None:
            raise unknown_customer(customer_id)
        return kept
