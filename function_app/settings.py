"""Settings: environment variables, read once and validated together."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from function_app.domain.wording import expectation

_IN_AZURE = ("WEBSITE_SITE_NAME", "WEBSITE_INSTANCE_ID")
_SITES = re.compile(r"https://(\*\.)?[a-z0-9.-]+(:[0-9]+)?( https://(\*\.)?[a-z0-9.-]+(:[0-9]+)?)*")
_GUID = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def _of_form(form: re.Pattern[str], words: str) -> AfterValidator:
    def check(text: str) -> str:
        if not form.fullmatch(text):
            msg = f"must be {words}"
            raise ValueError(msg)
        return text

    return AfterValidator(check)


_Guid = Annotated[str, _of_form(_GUID, "a GUID in lower case, like 6f9619ff-8b86-4d11-b42d-00c04fc964ff")]
_Sites = Annotated[
    str, _of_form(_SITES, "sites like https://contoso.crm.dynamics.com, without paths, separated by spaces")
]


class InvalidSettingsError(Exception):
    """The settings are not valid. `faults` has one line for each setting, without values, so that logs can have it.

    The text of the exception also has the values, for the operator.
    """

    def __init__(self, faults: list[str], received: Mapping[str, str] | None = None) -> None:
        given = received or {}
        lines = [
            f"- {fault}; received '{given[name]}'" if (name := fault.partition(":")[0]) in given else f"- {fault}"
            for fault in faults
        ]
        super().__init__("\n".join(["The settings are not valid:", *lines]))
        self.faults = faults


class Settings(BaseModel):
    """The settings. The table in `function_app/README.md` is generated from these fields."""

    model_config = ConfigDict(frozen=True)

    STORE: Literal["embedded", "cosmos"] = Field(
        "embedded", description="The store of all data: `embedded` or `cosmos`."
    )
    DATA_DIR: Path = Field(Path(".data"), description="Folder of the embedded store.")
    COSMOS_ENDPOINT: str | None = Field(None, description="Address of the Cosmos DB account.")
    COSMOS_DATABASE: str = Field("profiles", description="Name of the database.")
    COSMOS_KEY: str | None = Field(
        None,
        repr=False,
        description="Key of an emulator on this machine. Elsewhere the managed identity of the host is used.",
    )
    SNAPSHOTS: str | None = Field(
        None, description="Folder or Blob container URL of the snapshots. The default is `{DATA_DIR}/snapshots`."
    )
    REFRESH_QUEUE: str | None = Field(
        None,
        description="URL of the Storage queue of refresh steps. Without it this process runs all steps itself.",
    )
    REFRESH_SCHEDULE: str = Field(
        "0 0 2 * * *", description="When refreshes start automatically in Azure, as NCRONTAB."
    )
    WEBHOOK_QUEUE: str | None = Field(
        None,
        description="URL of the Storage queue that wakes who delivers webhooks. Without it this process delivers them.",
    )
    AUTH_MODE: Literal["entra", "local"] = Field(
        "entra", description="How callers sign in. `local` makes every local caller an Administrator."
    )
    ENTRA_TENANT_ID: _Guid | None = Field(
        None, description="Id of the Microsoft Entra tenant. Only its tokens are accepted."
    )
    ENTRA_AUDIENCE: str | None = Field(None, description="Id of this API's app registration, with or without `api://`.")
    ENTRA_ISSUER: str | None = Field(
        None, description="The only accepted issuer, instead of the tenant's v1 and v2 issuers."
    )
    ENTRA_JWKS_URL: str | None = Field(
        None, description="Address of the signing keys, instead of the tenant's address."
    )
    APPLICATIONINSIGHTS_CONNECTION_STRING: str | None = Field(
        None, repr=False, description="Where traces and logs are sent. Without it they are not sent."
    )
    REQUESTS_PER_MINUTE: int = Field(
        6000, ge=1, description="Requests per minute that each worker accepts from one caller, and for one instance."
    )
    CARD_FRAME_ANCESTORS: _Sites | None = Field(
        None,
        description="Sites that may embed the pages, like `https://contoso.crm.dynamics.com`, separated by spaces.",
    )
    PORT: int = Field(7071, ge=1, le=65535, description="Port of the local host.")


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Return the settings of an environment. Raises InvalidSettingsError with all errors."""
    given = {name: environment[name] for name in Settings.model_fields if environment.get(name)}
    faults: dict[str, str] = {}
    received: dict[str, str] = {}
    try:
        settings = Settings.model_validate(given)
    except ValidationError as error:
        for found in error.errors(include_url=False):
            name = str(found["loc"][0])
            faults[name], received[name] = expectation(found), given.pop(name)
        settings = Settings.model_validate(given)
    if "AUTH_MODE" not in faults:
        faults = dict(_unsafe_mode(settings, environment)) | faults
    faults = dict(_unsafe_store(settings)) | faults
    if faults:
        raise InvalidSettingsError([f"{name}: {fault}" for name, fault in sorted(faults.items())], received)
    return settings


def _unsafe_store(settings: Settings) -> Iterator[tuple[str, str]]:
    if settings.STORE == "cosmos" and not settings.COSMOS_ENDPOINT:
        yield "COSMOS_ENDPOINT", "required with STORE=cosmos"
    if settings.COSMOS_KEY and not _on_loopback(settings.COSMOS_ENDPOINT):
        yield "COSMOS_KEY", "only for an emulator on a loopback address; remove it and use a managed identity"


def _unsafe_mode(settings: Settings, environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    yield from _unsafe_entra(settings) if settings.AUTH_MODE == "entra" else _unsafe_local(settings, environment)


def _unsafe_entra(settings: Settings) -> Iterator[tuple[str, str]]:
    for name in ("ENTRA_TENANT_ID", "ENTRA_AUDIENCE"):
        if getattr(settings, name) is None:
            yield name, "required with AUTH_MODE=entra"
    url = settings.ENTRA_JWKS_URL
    if url and urlsplit(url).scheme != "https" and not (urlsplit(url).scheme == "http" and _on_loopback(url)):
        yield "ENTRA_JWKS_URL", "must be https; plain http only on a loopback address"


def in_azure(environment: Mapping[str, str]) -> bool:
    """Return whether this process runs in Azure Functions."""
    return any(mark in environment for mark in _IN_AZURE)


def _unsafe_local(settings: Settings, environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    if in_azure(environment):
        yield "AUTH_MODE", "local is not allowed in Azure"
    if "FUNCTIONS_WORKER_RUNTIME" in environment:
        yield "AUTH_MODE", "local is not allowed in a Functions host, which listens beyond this machine; use make run"
    if settings.STORE == "cosmos" and not _on_loopback(settings.COSMOS_ENDPOINT):
        yield "AUTH_MODE", "local is allowed with STORE=embedded, or a Cosmos DB emulator on a loopback address"


def _on_loopback(url: str | None) -> bool:
    host = urlsplit(url or "").hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
