"""The composition root: the only place that knows every concrete class and reads the settings."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

from function_app.api import activities, customers, entities, health, instances, key_ring
from function_app.api.auth import authenticate_local
from function_app.api.dispatch import Runtime
from function_app.api.operation import Operation
from function_app.services.suite import Suite
from function_app.settings import Settings, read_settings

if TYPE_CHECKING:
    from function_app.store.port import Store

OPERATIONS: tuple[Operation, ...] = (
    *customers.OPERATIONS,
    *activities.OPERATIONS,
    *key_ring.OPERATIONS,
    *entities.OPERATIONS,
    *instances.OPERATIONS,
    *health.OPERATIONS,
)


def open_store(settings: Settings) -> Store:
    """Open the store the settings name; only its adapter is imported."""
    if settings.STORE == "cosmos":
        from function_app.store.cosmos import CosmosStore  # noqa: PLC0415

        return CosmosStore(settings.COSMOS_ENDPOINT or "", settings.COSMOS_DATABASE, settings.COSMOS_KEY)
    from function_app.store.embedded import EmbeddedStore  # noqa: PLC0415

    return EmbeddedStore(settings.DATA_DIR)


@cache
def get_runtime() -> Runtime:
    """Return the runtime of this process, made of the environment's settings on the first call."""
    return Runtime(Suite(open_store(read_settings(os.environ))), authenticate_local, lambda: datetime.now(UTC))
