"""The composition root: the only place that knows every concrete class and reads the settings."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

from function_app import telemetry
from function_app.api import (
    activities,
    adaptive_card,
    api_keys,
    changes,
    customers,
    entities,
    health,
    instances,
    key_ring,
    pages,
    roles,
    usage,
)
from function_app.api.auth import Authenticator, TokenOrKey, authenticate_local
from function_app.api.dispatch import Runtime
from function_app.api.limits import Limits
from function_app.api.operation import Operation
from function_app.api.page_settings import PageSettings, SignIn
from function_app.api.signing_keys import SigningKeys
from function_app.api.tokens import SCOPE, EntraTokens, trust_of
from function_app.services.access import Access
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
    *roles.OPERATIONS,
    *api_keys.OPERATIONS,
    *changes.OPERATIONS,
    *usage.OPERATIONS,
    *adaptive_card.OPERATIONS,
    *pages.OPERATIONS,
    *health.OPERATIONS,
)


def open_store(settings: Settings) -> Store:
    """Open the store the settings name; only its adapter is imported."""
    if settings.STORE == "cosmos":
        from function_app.store.cosmos import CosmosStore  # noqa: PLC0415

        return CosmosStore(settings.COSMOS_ENDPOINT or "", settings.COSMOS_DATABASE, settings.COSMOS_KEY)
    from function_app.store.embedded import EmbeddedStore  # noqa: PLC0415

    return EmbeddedStore(settings.DATA_DIR)


def make_authenticator(settings: Settings, access: Access) -> Authenticator:
    """Make what tells who is calling: anyone on this machine, or whom Entra or an API key vouches for."""
    if settings.AUTH_MODE == "local":
        return authenticate_local
    tenant, audience = settings.ENTRA_TENANT_ID or "", settings.ENTRA_AUDIENCE or ""
    keys_of_tenant = f"https://login.microsoftonline.com/{tenant}/discovery/v2.0/keys"
    signing_keys = SigningKeys(settings.ENTRA_JWKS_URL or keys_of_tenant)
    return TokenOrKey(EntraTokens(trust_of(tenant, audience, settings.ENTRA_ISSUER), signing_keys), access)


def make_traced_services(store: Store) -> Suite:
    """Make the services, each call of theirs and of the store in a span."""
    telemetry.trace_members("store", store)
    services = Suite(store)
    telemetry.trace_members("services", services)
    return services


def make_page_settings(settings: Settings) -> PageSettings:
    """Say who may embed the pages, and how they sign people in: as the API's own registration, by its bare id."""
    embedders = tuple((settings.CARD_FRAME_ANCESTORS or "").split())
    if settings.AUTH_MODE == "local":
        return PageSettings(embedders)
    client_id = (settings.ENTRA_AUDIENCE or "").removeprefix("api://")
    return PageSettings(embedders, SignIn(client_id, settings.ENTRA_TENANT_ID or "", f"{client_id}/{SCOPE}"))


@cache
def get_runtime() -> Runtime:
    """Return the runtime of this process, made of the environment's settings on the first call."""
    settings = read_settings(os.environ)
    telemetry.correlate_logs()
    if settings.APPLICATIONINSIGHTS_CONNECTION_STRING:
        telemetry.export_to_azure_monitor(settings.APPLICATIONINSIGHTS_CONNECTION_STRING)
        services = make_traced_services(open_store(settings))
    else:
        services = Suite(open_store(settings))
    return Runtime(
        services,
        make_authenticator(settings, services.access),
        lambda: datetime.now(UTC),
        Limits(settings.REQUESTS_PER_MINUTE),
        make_page_settings(settings),
    )
