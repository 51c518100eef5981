"""The embedded store: SQLite in a folder, for one process; writes survive a power loss."""

from __future__ import annotations

from pathlib import Path

from function_app.store.documents import CONTROL, health_document
from function_app.store.embedded.access import EmbeddedAccess
from function_app.store.embedded.activities import EmbeddedActivities
from function_app.store.embedded.control import EmbeddedControl
from function_app.store.embedded.customers import EmbeddedCustomers
from function_app.store.embedded.database import Database
from function_app.store.embedded.deletions import EmbeddedDeletions
from function_app.store.embedded.feed import EmbeddedFeed
from function_app.store.embedded.keys import EmbeddedKeys
from function_app.store.embedded.persons import EmbeddedPersons
from function_app.store.embedded.readings import EmbeddedReadings
from function_app.store.embedded.rows import INSERT, row_of
from function_app.store.embedded.subscriptions import EmbeddedSubscriptions
from function_app.store.embedded.usage import EmbeddedUsage


class EmbeddedStore:
    """A `Store` in one SQLite file in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._db = Database(folder / "profiles.sqlite")
        self.customers = EmbeddedCustomers(self._db)
        self.activities = EmbeddedActivities(self._db)
        self.feed = EmbeddedFeed(self._db)
        self.keys = EmbeddedKeys(self._db)
        self.control = EmbeddedControl(self._db)
        self.access = EmbeddedAccess(self._db)
        self.usage = EmbeddedUsage(self._db)
        self.readings = EmbeddedReadings(self._db)
        self.persons = EmbeddedPersons(self._db)
        self.deletions = EmbeddedDeletions(self._db)
        self.subscriptions = EmbeddedSubscriptions(self._db)

    async def check(self) -> None:
        row = row_of(health_document())
        await self._db.write(lambda connection: connection.execute(INSERT.format(CONTROL), row))

    async def close(self) -> None:
        await self._db.close()
