from __future__ import annotations

import tomllib

import httpx
import pytest
from support import ROOT

from function_app.version import VERSION


async def test_a_healthy_service_says_so(client: httpx.AsyncClient) -> None:
    answer = await client.get("/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "healthy", "version": VERSION})


def test_the_version_is_the_one_of_the_project_and_has_its_entry_in_the_changelog() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == VERSION
    assert f"## [{VERSION}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


async def test_health_accepts_no_parameters(client: httpx.AsyncClient) -> None:
    answer = await client.get("/health", params={"verbose": "1"})
    assert (answer.status_code, answer.json()["errorCode"]) == (400, "UnknownParameter")


@pytest.mark.parametrize("path", ["/healthy", "/instance", "/instances/a/b", "/../health", "/instances//"])
async def test_addresses_that_are_none_are_404(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 404


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:7071", "localhost.evil.example", "127.0.0.1.nip.io", ""]
)
async def test_a_foreign_host_header_is_refused(client: httpx.AsyncClient, host: str) -> None:
    assert (await client.get("/health", headers={"Host": host})).status_code == 421


@pytest.mark.parametrize("host", ["localhost", "localhost:7071", "127.0.0.1:7071", "[::1]:7071"])
async def test_the_names_of_this_machine_are_served(client: httpx.AsyncClient, host: str) -> None:
    assert (await client.get("/health", headers={"Host": host})).status_code == 200
