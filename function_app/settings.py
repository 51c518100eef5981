"""Settings: environment variables, read once, validated together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError

_IN_AZURE = ("WEBSITE_SITE_NAME", "WEBSITE_INSTANCE_ID")


class InvalidSettingsError(Exception):
    """The settings can't be used; `faults` says why, one line a setting."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("The settings can't be used:\n" + "\n".join(f"- {fault}" for fault in faults))
        self.faults = faults


class Settings(BaseModel):
    """The settings; the README's table is made of these fields."""

    model_config = ConfigDict(frozen=True)

    STORE: Literal["embedded", "cosmos"] = Field("embedded", description="Where data lives.")
    DATA_DIR: Path = Field(Path(".data"), description="Folder of the embedded store.")
    COSMOS_ENDPOINT: str | None = Field(None, description="Address of the Cosmos DB account.")
    COSMOS_DATABASE: str = Field("profiles", description="Name of the database.")
    COSMOS_KEY: str | None = Field(
        None,
        repr=False,
        description="Key of an emulator on this machine; everywhere else the host's identity signs in.",
    )
    AUTH_MODE: Literal["entra", "local"] = Field(
        "entra", description="How callers sign in; `local` takes everyone on this machine for an Administrator."
    )
    PORT: int = Field(7071, ge=1, le=65535, description="Port of the local host.")


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Return the settings of an environment; InvalidSettingsError names every fault."""
    given = {name: environment[name] for name in Settings.model_fields if environment.get(name)}
    faults: dict[str, str] = {}
    try:
        settings = Settings.model_validate(given)
    except ValidationError as error:
        for found in error.errors(include_url=False):
            name = str(found["loc"][0])
            faults[name] = f"{found['msg']}; received '{given.pop(name)}'"
        settings = Settings.model_validate(given)
    faults = dict(_unsafe(settings, environment)) | faults
    if faults:
        raise InvalidSettingsError([f"{name}: {fault}" for name, fault in sorted(faults.items())])
    return settings


def _unsafe(settings: Settings, environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    if settings.STORE == "cosmos" and not settings.COSMOS_ENDPOINT:
        yield "COSMOS_ENDPOINT", "needed with STORE=cosmos"
    if settings.COSMOS_KEY and not _on_loopback(settings.COSMOS_ENDPOINT):
        yield "COSMOS_KEY", "only for an emulator on a loopback address; leave it out and give the host an identity"
    if settings.AUTH_MODE == "entra":
        yield "AUTH_MODE", "sign-in with Entra is not built yet; only AUTH_MODE=local works, on the machine it runs on"
    elif settings.STORE != "embedded":
        yield "AUTH_MODE", "local works with STORE=embedded only"
    if any(mark in environment for mark in _IN_AZURE):
        yield "AUTH_MODE", "local never works in Azure"


def _on_loopback(url: str | None) -> bool:
    host = urlsplit(url or "").hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
