"""Usage in SQLite."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from function_app.domain.usage import UsageCount
from function_app.store.documents import USAGE
from function_app.store.embedded.database import Database
from function_app.store.embedded.rows import INSERT, decode, row_of
from function_app.store.usage_documents import counted_of, usage_document, usage_expiry, usage_pks

_READ = "SELECT body FROM usage WHERE pk IN (SELECT value FROM json_each(?)) AND kind = 'usage' ORDER BY pk, id"


class EmbeddedUsage:
    def __init__(self, database: Database) -> None:
        self._db = database

    async def write(self, instance_id: str, hour: datetime, worker: str, counts: Sequence[UsageCount]) -> None:
        row = row_of(usage_document(instance_id, hour, worker, counts), usage_expiry(hour))
        await self._db.write(lambda connection: connection.execute(INSERT.format(USAGE), row))

    async def read(self, instance_id: str, start: datetime, end: datetime) -> Sequence[UsageCount]:
        rows = await self._db.scan(_READ, [json.dumps(usage_pks(instance_id, start, end))])
        found = (counted for (body,) in rows for counted in counted_of(decode(body)))
        return [counted for counted in found if start <= counted.hour < end]
