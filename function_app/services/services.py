"""All services over one store."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from function_app.services.access import Access
from function_app.services.create_activities import CreateActivities
from function_app.services.delete_instance import DeleteInstance
from function_app.services.dry_run import dry_run
from function_app.services.end_updates import EndUpdates
from function_app.services.erased import Erased
from function_app.services.health import Health
from function_app.services.instances import Instances
from function_app.services.key_ring import KeyRing
from function_app.services.list_customers import ListCustomers
from function_app.services.list_in_order import ListInOrder
from function_app.services.persons import Persons
from function_app.services.read_activities import ReadActivities
from function_app.services.read_customer import ReadCustomer
from function_app.services.read_feed import ReadFeed
from function_app.services.read_records import ReadRecords
from function_app.services.read_updates import ReadUpdates
from function_app.services.refresh.job import Refresh, Workers
from function_app.services.settle import Settle
from function_app.services.update_profile import UpdateProfile
from function_app.services.usage import Usage
from function_app.services.webhooks.outlet import Outlet
from function_app.services.webhooks.webhooks import Webhooks
from function_app.services.withdraw_activity import WithdrawActivity
from function_app.source.files import Snapshots
from function_app.store.port import Store


def utc_now() -> datetime:
    return datetime.now(UTC)


class Writes:
    """The services that write data of customers."""

    def __init__(self, store: Store, key_ring: KeyRing, erased: Erased, read_activities: ReadActivities) -> None:
        self.update_profile = UpdateProfile(store, erased)
        self.end_updates = EndUpdates(store, erased)
        self.create_activities = CreateActivities(store, key_ring, erased)
        self.withdraw_activity = WithdrawActivity(store, read_activities)


class Services(Writes):
    """All services.

    Without `snapshots` a refresh finds no files, without `workers` this process runs its steps, without an `outlet`
    there are no webhooks.
    """

    def __init__(
        self,
        store: Store,
        snapshots: Snapshots | None = None,
        workers: Workers | None = None,
        clock: Callable[[], datetime] = utc_now,
        outlet: Outlet | None = None,
    ) -> None:
        self.store = store
        self.erased = Erased(store)
        self.key_ring = KeyRing(store)
        self.read_activities = ReadActivities(store)
        super().__init__(store, self.key_ring, self.erased, self.read_activities)
        self.health = Health(store)
        self.access = Access(store)
        self.usage = Usage(store)
        self.instances = Instances(store)
        self.read_updates = ReadUpdates(store)
        self.read_customer = ReadCustomer(store)
        self.read_records = ReadRecords(store)
        self.read_feed = ReadFeed(store)
        self.persons = Persons(store, self.erased, self.key_ring, self.usage, clock)
        self.delete_instance = DeleteInstance(store, self.instances, self.access, clock)
        self.webhooks = Webhooks(store, self.instances, self.access, self.usage, outlet, clock)
        chores = [self.persons.resume, self.delete_instance.resume]
        self.settle = Settle(store, self.instances, clock, chores)
        self.list_customers = ListCustomers(store, self.settle)
        self.list_in_order = ListInOrder(self.list_customers)
        self.refresh = Refresh(
            store,
            self.instances,
            self.create_activities,
            self.erased,
            snapshots or Snapshots(None),
            workers,
            clock,
            self.webhooks.wake,
        )

    def dry_run(self) -> Writes:
        """Return the writing services for one request that decides everything and stores nothing."""
        return Writes(dry_run(self.store), self.key_ring, self.erased, self.read_activities)

    async def close(self) -> None:
        """Finish background work, then close the store."""
        await self.webhooks.close()
        await self.refresh.close()
        await self.settle.close()
        await self.usage.close()
        await self.store.close()
