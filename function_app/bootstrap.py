"""The composition root: the only module that knows every concrete class and reads the settings."""

from __future__ import annotations

import gc
import logging
import os
import sys
from collections.abc import Callable
from datetime import datetime
from functools import cache, partial
from typing import TYPE_CHECKING

from function_app import telemetry
from function_app.api.capacity import Capacity
from function_app.api.limits import Limits
from function_app.api.operation import Operation
from function_app.api.page_settings import PageSettings, SignIn
from function_app.api.runtime import Runtime
from function_app.api.sign_in.auth import Authenticator, TokenOrKey, authenticate_local
from function_app.api.sign_in.signing_keys import SigningKeys
from function_app.api.sign_in.tokens import SCOPE, EntraTokens, trust_of
from function_app.domain.feed import REQUEST_WITHIN_S
from function_app.operations import (
    activities,
    activity_lists,
    adaptive_card,
    agents,
    api_keys,
    card_content,
    changes,
    connector,
    customers,
    definition_schema,
    entities,
    health,
    instances,
    key_ring,
    odata_service,
    pages,
    persons,
    profile_updates,
    records,
    refreshes,
    roles,
    sizes,
    subscriptions,
    triggers,
    updates,
    usage,
    webhooks,
)
from function_app.outbound.post import HttpPost
from function_app.services.access import Access
from function_app.services.services import Services, utc_now
from function_app.services.webhooks.outlet import Outlet, Waker
from function_app.settings import InvalidSettingsError, Settings, in_azure, read_settings
from function_app.source.files import Snapshots

if TYPE_CHECKING:
    from function_app.services.refresh.job import Workers
    from function_app.store.port import Store

Clock = Callable[[], datetime]
_log = logging.getLogger(__name__)

OPERATIONS: tuple[Operation, ...] = (
    *profile_updates.OPERATIONS,
    *customers.OPERATIONS,
    *persons.OPERATIONS,
    *updates.OPERATIONS,
    *activities.OPERATIONS,
    *activity_lists.OPERATIONS,
    *records.OPERATIONS,
    *odata_service.OPERATIONS,
    *key_ring.OPERATIONS,
    *triggers.OPERATIONS,
    *webhooks.OPERATIONS,
    *subscriptions.OPERATIONS,
    *entities.OPERATIONS,
    *sizes.OPERATIONS,
    *instances.OPERATIONS,
    *refreshes.OPERATIONS,
    *roles.OPERATIONS,
    *api_keys.OPERATIONS,
    *changes.OPERATIONS,
    *usage.OPERATIONS,
    *adaptive_card.OPERATIONS,
    *agents.OPERATIONS,
    *pages.OPERATIONS,
    *card_content.OPERATIONS,
    *health.OPERATIONS,
    *connector.OPERATIONS,
    *definition_schema.OPERATIONS,
)


def open_store(settings: Settings) -> Store:
    """Open the store that the settings name; only its adapter is imported."""
    if settings.STORE == "cosmos":
        from function_app.store.cosmos import CosmosStore  # noqa: PLC0415

        return CosmosStore(settings.COSMOS_ENDPOINT or "", settings.COSMOS_DATABASE, settings.COSMOS_KEY)
    from function_app.store.embedded import EmbeddedStore  # noqa: PLC0415

    if in_azure(os.environ):
        _log.warning("STORE=embedded in Azure: the data is lost when the worker stops; set STORE=cosmos.")
    return EmbeddedStore(settings.DATA_DIR)


def make_authenticator(settings: Settings, access: Access) -> Authenticator:
    """Create the authenticator that AUTH_MODE names: local callers, or Entra tokens and API keys."""
    if settings.AUTH_MODE == "local":
        return authenticate_local
    tenant, audience = settings.ENTRA_TENANT_ID or "", settings.ENTRA_AUDIENCE or ""
    keys_of_tenant = f"https://login.microsoftonline.com/{tenant}/discovery/v2.0/keys"
    signing_keys = SigningKeys(settings.ENTRA_JWKS_URL or keys_of_tenant)
    tokens = EntraTokens(trust_of(tenant, audience, settings.ENTRA_ISSUER), signing_keys)
    return TokenOrKey(tokens, access, f"https://login.microsoftonline.com/{tenant}/oauth2/authorize")


def snapshots_of(settings: Settings) -> Snapshots:
    """Return the snapshots that the settings name; AZURE_CLIENT_ID selects one of several managed identities."""
    return Snapshots(settings.SNAPSHOTS or str(settings.DATA_DIR / "snapshots"), os.environ.get("AZURE_CLIENT_ID"))


def open_workers(settings: Settings) -> Workers | None:
    """Return the queue that the settings name, None if this process runs the steps of refreshes itself."""
    if settings.REFRESH_QUEUE is None:
        return None
    from function_app.source.queue import StepQueue  # noqa: PLC0415

    return StepQueue(settings.REFRESH_QUEUE)


def open_outlet(settings: Settings) -> Outlet:
    """Return how webhooks are delivered: by the queue that the settings name, and in local mode to this machine."""
    queue: Waker | None = None
    if settings.WEBHOOK_QUEUE is not None:
        from function_app.outbound.queue import WakeQueue  # noqa: PLC0415

        queue = WakeQueue(settings.WEBHOOK_QUEUE)
    return Outlet(HttpPost(loopback=settings.AUTH_MODE == "local"), webhooks.DATA_OF, queue)


def make_services(settings: Settings, store: Store, clock: Clock = utc_now) -> Services:
    """Create the services for a store, with the snapshots, workers and outlet that the settings name."""
    return Services(store, snapshots_of(settings), open_workers(settings), clock, open_outlet(settings))


def traced(store: Store, make: Callable[[Store], Services]) -> Services:
    """Create the services for a store, with a span for each call of a service and of the store."""
    telemetry.trace_members("store", store)
    services = make(store)
    telemetry.trace_members("services", services)
    return services


def make_page_settings(settings: Settings) -> PageSettings:
    """Return who may embed the pages, and how they sign users in: by the API's app registration, without `api://`."""
    embedders = tuple((settings.CARD_FRAME_ANCESTORS or "").split())
    if settings.AUTH_MODE == "local":
        return PageSettings(embedders)
    client_id = (settings.ENTRA_AUDIENCE or "").removeprefix("api://")
    return PageSettings(embedders, SignIn(client_id, settings.ENTRA_TENANT_ID or "", f"{client_id}/{SCOPE}"))


def make_runtime(settings: Settings, clock: Clock = utc_now) -> Runtime:
    """Create the runtime that the settings describe."""
    telemetry.correlate_logs()
    make = partial(make_services, settings, clock=clock)
    if settings.APPLICATIONINSIGHTS_CONNECTION_STRING:
        telemetry.export_to_azure_monitor(settings.APPLICATIONINSIGHTS_CONNECTION_STRING)
        services = traced(open_store(settings), make)
    else:
        services = make(open_store(settings))
    return Runtime(
        services,
        make_authenticator(settings, services.access),
        clock,
        limits=Limits(settings.REQUESTS_PER_MINUTE),
        pages=make_page_settings(settings),
        within_s=REQUEST_WITHIN_S if settings.STORE == "cosmos" else None,
        capacity=Capacity(at_once=4, items_at_once=100) if settings.STORE == "cosmos" else Capacity(),
    )


@cache
def get_runtime() -> Runtime:
    """Return the runtime of this process, created from the environment on the first call."""
    try:
        settings = read_settings(os.environ)
    except InvalidSettingsError as error:
        _log.error("The settings are not valid: %s", " | ".join(error.faults))  # the traceback has no settings
        raise
    runtime = make_runtime(settings)
    tune_process()
    return runtime


def tune_process() -> None:
    """Set process-wide options. Each is the result of a measurement.

    - Threads that commit and scan hold the GIL briefly: with the default switch interval of 5 ms reads wait for them.
    - Arrow's memory pool keeps 100 MB during a refresh; the system's allocator does not.
    - Requests create almost no cycles: a rare garbage collection, without the objects that exist now, saves 5 % of
      an update.
    """
    sys.setswitchinterval(0.0001)
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")  # read when pyarrow is first imported
    gc.freeze()
    gc.set_threshold(5_000, 20, 20)
