"""The composition root: the only place that knows every concrete class and reads the settings."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

from function_app.api import activities, customers, entities, health, instances, key_ring, refreshes
from function_app.api.auth import authenticate_local
from function_app.api.dispatch import Runtime
from function_app.api.operation import Operation
from function_app.services.suite import Suite
from function_app.settings import Settings, read_settings
from function_app.source.files import Snapshots

if TYPE_CHECKING:
    from function_app.services.refresh import Workers
    from function_app.store.port import Store

OPERATIONS: tuple[Operation, ...] = (
    *customers.OPERATIONS,
    *activities.OPERATIONS,
    *key_ring.OPERATIONS,
    *entities.OPERATIONS,
    *instances.OPERATIONS,
    *refreshes.OPERATIONS,
    *health.OPERATIONS,
)


def open_store(settings: Settings) -> Store:
    """Open the store the settings name; only its adapter is imported."""
    if settings.STORE == "cosmos":
        from function_app.store.cosmos import CosmosStore  # noqa: PLC0415

        return CosmosStore(settings.COSMOS_ENDPOINT or "", settings.COSMOS_DATABASE, settings.COSMOS_KEY)
    from function_app.store.embedded import EmbeddedStore  # noqa: PLC0415

    return EmbeddedStore(settings.DATA_DIR)


def snapshots_of(settings: Settings) -> Snapshots:
    """Return the snapshots the settings name; AZURE_CLIENT_ID says which of several identities signs in."""
    return Snapshots(settings.SNAPSHOTS or str(settings.DATA_DIR / "snapshots"), os.environ.get("AZURE_CLIENT_ID"))


def open_workers(settings: Settings) -> Workers | None:
    """Return the queue the settings name, None where this process does the steps of refreshes itself."""
    if settings.REFRESH_QUEUE is None:
        return None
    from function_app.source.queue import StepQueue  # noqa: PLC0415

    return StepQueue(settings.REFRESH_QUEUE)


def _now() -> datetime:
    return datetime.now(UTC)


@cache
def get_runtime() -> Runtime:
    """Return the runtime of this process, made of the environment's settings on the first call."""
    settings = read_settings(os.environ)
    services = Suite(open_store(settings), snapshots_of(settings), open_workers(settings), _now)
    return Runtime(services, authenticate_local, _now)
