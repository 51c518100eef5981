"""Every service, over one store."""

from __future__ import annotations

from function_app.services.access import Access
from function_app.services.create_activity import CreateActivity
from function_app.services.instances import Instances
from function_app.services.key_ring import KeyRing
from function_app.services.list_customers import ListCustomers
from function_app.services.load_profiles import LoadProfiles
from function_app.services.read_activities import ReadActivities
from function_app.services.read_customer import ReadCustomer
from function_app.services.read_feed import ReadFeed
from function_app.services.update_profile import UpdateProfile
from function_app.services.usage import Usage
from function_app.store.port import Store


class Suite:
    def __init__(self, store: Store) -> None:
        self.store = store
        self.access = Access(store)
        self.usage = Usage(store)
        self.instances = Instances(store)
        self.update_profile = UpdateProfile(store)
        self.read_customer = ReadCustomer(store)
        self.key_ring = KeyRing(store)
        self.create_activity = CreateActivity(store, self.key_ring)
        self.read_activities = ReadActivities(store)
        self.read_feed = ReadFeed(store)
        self.load_profiles = LoadProfiles(store, self.create_activity)
        self.list_customers = ListCustomers(store)

    async def close(self) -> None:
        """Finish what the services began, then close the store."""
        await self.update_profile.close()
        await self.usage.close()
        await self.store.close()
