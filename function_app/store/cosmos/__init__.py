"""The Cosmos DB store: the port over `azure.cosmos.aio`."""

from __future__ import annotations

from function_app.store.cosmos.access import CosmosAccess
from function_app.store.cosmos.account import Account
from function_app.store.cosmos.activities import CosmosActivities
from function_app.store.cosmos.control import CosmosControl
from function_app.store.cosmos.customers import CosmosCustomers
from function_app.store.cosmos.deletions import CosmosDeletions
from function_app.store.cosmos.feed import CosmosFeed
from function_app.store.cosmos.keys import CosmosKeys
from function_app.store.cosmos.persons import CosmosPersons
from function_app.store.cosmos.usage import CosmosUsage


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
        self.persons = CosmosPersons(self._account)
        self.deletions = CosmosDeletions(self._account)

    async def check(self) -> None:
        await self.control.read_instance("health")

    async def close(self) -> None:
        await self._account.close()
