"""The Cosmos DB store: the port over `azure.cosmos.aio`."""

from __future__ import annotations

from function_app.domain.feed import WRITE_WITHIN_S
from function_app.store.cosmos.access import CosmosAccess
from function_app.store.cosmos.account import Account, in_time
from function_app.store.cosmos.activities import CosmosActivities
from function_app.store.cosmos.control import CosmosControl
from function_app.store.cosmos.customers import CosmosCustomers
from function_app.store.cosmos.deletions import CosmosDeletions
from function_app.store.cosmos.feed import CosmosFeed
from function_app.store.cosmos.keys import CosmosKeys
from function_app.store.cosmos.persons import CosmosPersons
from function_app.store.cosmos.readings import CosmosReadings
from function_app.store.cosmos.subscriptions import CosmosSubscriptions
from function_app.store.cosmos.usage import CosmosUsage
from function_app.store.documents import CONTROL, health_document


class CosmosStore:
    """A `Store` in one database; `key` is for emulators, without it the identity of the host is used."""

    def __init__(self, endpoint: str, database: str, key: str | None = None) -> None:
        self._account = Account(endpoint, database, key)
        self.customers = CosmosCustomers(self._account)
        self.activities = CosmosActivities(self._account)
        self.feed = CosmosFeed(self._account)
        self.keys = CosmosKeys(self._account)
        self.control = CosmosControl(self._account)
        self.access = CosmosAccess(self._account)
        self.usage = CosmosUsage(self._account)
        self.readings = CosmosReadings(self._account)
        self.persons = CosmosPersons(self._account)
        self.deletions = CosmosDeletions(self._account)
        self.subscriptions = CosmosSubscriptions(self._account)

    async def check(self) -> None:
        async with in_time(WRITE_WITHIN_S):
            await self._account.container(CONTROL).upsert_item(health_document(), no_response=True)

    async def close(self) -> None:
        await self._account.close()
