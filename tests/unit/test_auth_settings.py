from __future__ import annotations

import pytest
from support.entra import API, TENANT

from function_app.settings import InvalidSettingsError, read_settings

ENTRA = {"ENTRA_TENANT_ID": TENANT, "ENTRA_AUDIENCE": f"api://{API}"}
CLOUD = {"STORE": "cosmos", "COSMOS_ENDPOINT": "https://contoso.documents.azure.com"}
EMULATOR = {"STORE": "cosmos", "COSMOS_ENDPOINT": "https://127.0.0.1:8081", "COSMOS_KEY": "a"}
LOCAL = {"AUTH_MODE": "local"}
CORE_TOOLS = {"FUNCTIONS_WORKER_RUNTIME": "python", "AZURE_FUNCTIONS_ENVIRONMENT": "Development"}


@pytest.mark.parametrize(
    "environment",
    [
        ENTRA,
        ENTRA | CLOUD,
        ENTRA | EMULATOR,
        ENTRA | CLOUD | {"WEBSITE_SITE_NAME": "contoso"},
        ENTRA | {"ENTRA_JWKS_URL": "http://127.0.0.1:1/keys"},
        LOCAL,
        LOCAL | EMULATOR,
    ],
)
def test_a_safe_combination_is_accepted(environment: dict[str, str]) -> None:
    assert read_settings(environment)


@pytest.mark.parametrize(
    ("environment", "reasons"),
    [
        ({}, ["ENTRA_AUDIENCE: required", "ENTRA_TENANT_ID: required"]),
        (ENTRA | {"ENTRA_TENANT_ID": "common"}, ["ENTRA_TENANT_ID: "]),
        (ENTRA | {"ENTRA_JWKS_URL": "http://contoso.com/keys"}, ["ENTRA_JWKS_URL: must be https"]),
        (ENTRA | {"ENTRA_JWKS_URL": "file:///keys"}, ["ENTRA_JWKS_URL: must be https"]),
        (LOCAL | CLOUD, ["AUTH_MODE: local is allowed with STORE=embedded"]),
        (LOCAL | {"WEBSITE_SITE_NAME": "contoso"}, ["AUTH_MODE: local is not allowed in Azure"]),
        (LOCAL | EMULATOR | {"WEBSITE_INSTANCE_ID": "1"}, ["AUTH_MODE: local is not allowed in Azure"]),
        (LOCAL | CORE_TOOLS, ["AUTH_MODE: local is not allowed in a Functions host"]),
        (ENTRA | CLOUD | {"COSMOS_KEY": "secret"}, ["COSMOS_KEY: only for an emulator"]),
        (ENTRA | {"STORE": "cosmos"}, ["COSMOS_ENDPOINT: required"]),
    ],
)
def test_an_unsafe_combination_refuses_to_start_with_every_reason(
    environment: dict[str, str], reasons: list[str]
) -> None:
    with pytest.raises(InvalidSettingsError) as caught:
        read_settings(environment)
    assert len(caught.value.faults) == len(reasons)
    for fault, reason in zip(sorted(caught.value.faults), reasons, strict=True):
        assert fault.startswith(reason)
    assert "secret" not in str(caught.value)
