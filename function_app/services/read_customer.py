"""Read one customer: the source profile and the merged profile."""

from __future__ import annotations

from datetime import datetime

from function_app.domain.merge import Merged, merge
from function_app.domain.profile import Customer
from function_app.services.instances import CompiledInstance, unknown_customer
from function_app.store.port import Store


class ReadCustomer:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def __call__(self, model: CompiledInstance, customer_id: str, now: datetime) -> tuple[Customer, Merged]:
        """Return what may show of the customer, and the merged profile at `now`; ServiceError if there is none."""
        read = await self._store.customers.read(model.instance.instance_id, customer_id, now)
        if read.customer is None:
            raise unknown_customer(customer_id)
        customer = model.fitting.customer(read.customer)
        return customer, merge(customer.source, customer.updates, now)
