from __future__ import annotations

from pathlib import Path

import pytest

from function_app import bootstrap
from function_app.settings import InvalidSettingsError, Settings, read_settings

LOCAL = {"AUTH_MODE": "local"}
EMULATOR = {"STORE": "cosmos", "COSMOS_ENDPOINT": "https://127.0.0.1:8081", "COSMOS_KEY": "k3y"}


def faults(**environment: str) -> list[str]:
    with pytest.raises(InvalidSettingsError) as refused:
        read_settings(environment)
    assert str(refused.value).count("\n- ") == len(refused.value.faults) > 0
    return refused.value.faults


def names(**environment: str) -> list[str]:
    return sorted(fault.split(":")[0] for fault in faults(**environment))


def test_only_the_auth_mode_is_needed_on_a_laptop() -> None:
    settings = read_settings(LOCAL)
    assert settings.STORE == "embedded"
    assert str(settings.DATA_DIR) == ".data"
    assert settings.PORT == 7071


def test_settings_are_read_from_the_environment_given() -> None:
    settings = read_settings({**LOCAL, "DATA_DIR": "elsewhere/data", "PORT": "8080", "OTHER": "y"})
    assert str(settings.DATA_DIR) == "elsewhere/data"
    assert settings.PORT == 8080


@pytest.mark.parametrize("name", Settings.model_fields)
def test_an_empty_setting_is_one_left_out(name: str) -> None:
    if name == "AUTH_MODE":
        assert names(AUTH_MODE="") == names()
    else:
        assert read_settings({**LOCAL, name: ""}) == read_settings(LOCAL)


@pytest.mark.parametrize("port", ["0", "65536", "-1", "http", "80.5"])
def test_a_port_that_is_none_is_refused_and_repeated_to_who_set_it_but_not_to_logs(port: str) -> None:
    with pytest.raises(InvalidSettingsError) as refused:
        read_settings({**LOCAL, "PORT": port})
    (fault,) = refused.value.faults
    assert fault.startswith("PORT:")
    assert "received" not in fault
    assert f"received '{port}'" in str(refused.value)


def test_values_that_are_no_choice_are_all_refused_at_once() -> None:
    assert names(STORE="disk", AUTH_MODE="none", PORT="x") == ["AUTH_MODE", "PORT", "STORE"]


def test_faults_of_form_and_of_meaning_are_reported_together() -> None:
    found = names(STORE="cosmos", PORT="x", COSMOS_KEY="k3y", AUTH_MODE="local")
    assert {"PORT", "COSMOS_ENDPOINT", "COSMOS_KEY"} <= set(found)


def test_cosmos_needs_an_address() -> None:
    assert "COSMOS_ENDPOINT" in names(**LOCAL, STORE="cosmos")


@pytest.mark.parametrize("endpoint", ["https://contoso.documents.azure.com", "https://10.0.0.1", "localhost", ""])
def test_a_key_is_for_loopback_only_and_never_repeated(endpoint: str) -> None:
    found = faults(**LOCAL, **{**EMULATOR, "COSMOS_ENDPOINT": endpoint})
    assert [fault for fault in found if fault.startswith("COSMOS_KEY:")]
    assert "k3y" not in str(found)


@pytest.mark.parametrize("endpoint", ["https://127.0.0.1:8081", "https://localhost:8081", "https://[::1]:8081"])
def test_a_key_for_an_emulator_on_loopback_is_no_fault(endpoint: str) -> None:
    found = faults(AUTH_MODE="entra", **{**EMULATOR, "COSMOS_ENDPOINT": endpoint})
    assert not [fault for fault in found if fault.startswith("COSMOS")]


@pytest.mark.parametrize("mark", ["WEBSITE_SITE_NAME", "WEBSITE_INSTANCE_ID"])
def test_local_access_never_works_in_azure(mark: str) -> None:
    assert "AUTH_MODE: local is not allowed in Azure" in faults(**LOCAL, **{mark: "contoso"})


def test_without_sign_in_nothing_but_local_starts() -> None:
    assert names() == ["ENTRA_AUDIENCE", "ENTRA_TENANT_ID"]
    assert names(AUTH_MODE="entra") == ["ENTRA_AUDIENCE", "ENTRA_TENANT_ID"]
    assert names(**LOCAL, STORE="cosmos", COSMOS_ENDPOINT="https://contoso.documents.azure.com") == ["AUTH_MODE"]


def test_every_setting_says_what_it_is_and_secrets_stay_out_of_sight() -> None:
    assert all(field.description for field in Settings.model_fields.values())
    assert "k3y" not in repr(Settings.model_validate({"COSMOS_KEY": "k3y"}))


async def test_the_embedded_store_warns_when_it_opens_inside_azure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("WEBSITE_SITE_NAME", "app")
    store = bootstrap.open_store(read_settings(LOCAL | {"DATA_DIR": str(tmp_path)}))
    await store.close()
    assert "STORE=cosmos" in caplog.text


def test_a_fault_says_what_would_be_right() -> None:
    found = faults(STORE="disk", PORT="http", REQUESTS_PER_MINUTE="0", ENTRA_TENANT_ID="x", CARD_FRAME_ANCESTORS="y")
    assert found == [
        "CARD_FRAME_ANCESTORS: must be sites like https://contoso.crm.dynamics.com, without paths, separated by spaces",
        "ENTRA_AUDIENCE: required with AUTH_MODE=entra",
        "ENTRA_TENANT_ID: must be a GUID in lower case, like 6f9619ff-8b86-4d11-b42d-00c04fc964ff",
        "PORT: must be a whole number",
        "REQUESTS_PER_MINUTE: must be at least 1",
        "STORE: must be one of 'embedded', 'cosmos'",
    ]
