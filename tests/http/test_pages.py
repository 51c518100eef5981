from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from support import INSTANCE, ROOT, Clock, host_over

from function_app.api.runtime import Runtime
from function_app.api.sign_in.auth import authenticate_local
from function_app.bootstrap import make_page_settings
from function_app.services.services import Services
from function_app.settings import InvalidSettingsError, Settings, read_settings
from function_app.store.embedded import EmbeddedStore

FOLDER = ROOT / "function_app/pages"
FILES = {path.name: path.read_bytes() for path in sorted(FOLDER.iterdir())}
PAGES = [f"instances/{INSTANCE}/card/ada", f"instances/{INSTANCE}/usage/page"]
TENANT, API = "aaaaaaaa-0000-4000-8000-000000000001", "aaaaaaaa-0000-4000-8000-000000000002"


def policy(answer: httpx.Response) -> dict[str, str]:
    rules = (rule.partition(" ") for rule in answer.headers["Content-Security-Policy"].split("; "))
    return {name: sources for name, _, sources in rules}


@pytest.mark.parametrize("page", PAGES)
async def test_a_page_is_html_without_data_that_runs_only_our_files(client: httpx.AsyncClient, page: str) -> None:
    answer = await client.get(page)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "ada" not in answer.text
    assert not re.search(r"<script>|<style|\sstyle=|\son\w+=|https?://", answer.text)
    rules = policy(answer)
    assert (rules["default-src"], rules["script-src"], rules["style-src"]) == ("'none'", "'self'", "'self'")
    assert (rules["connect-src"], rules["frame-ancestors"]) == ("'self'", "'self'")
    assert "unsafe" not in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("page", PAGES)
async def test_every_file_a_page_names_is_served_from_where_it_points(client: httpx.AsyncClient, page: str) -> None:
    named = re.findall(r'(?:src|href)="(\.\./[^"]+\.\w+)"', (await client.get(page)).text)
    assert len(named) == 2
    for name in named:
        url = httpx.URL(f"http://localhost/api/{page}").join(name)
        assert (await client.get(url)).status_code == 200, name


@pytest.mark.parametrize(("name", "content"), FILES.items(), ids=FILES)
async def test_files_are_served_as_they_are_and_once(client: httpx.AsyncClient, name: str, content: bytes) -> None:
    answer = await client.get(f"pages/{name}")
    assert answer.content == content
    again = await client.get(f"pages/{name}", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("name", ["nope.js", "..%2Fsettings.py", "%2Fetc%2Fpasswd", "settings.py"])
async def test_no_other_file_is_served(client: httpx.AsyncClient, name: str) -> None:
    assert (await client.get(f"pages/{name}")).status_code == 404


async def test_locally_there_is_no_sign_in(client: httpx.AsyncClient) -> None:
    assert (await client.get("pages/settings")).json() == {"signIn": None}


def entra(**more: str) -> Settings:
    return read_settings({"ENTRA_TENANT_ID": TENANT, "ENTRA_AUDIENCE": f"api://{API}"} | more)


@pytest.fixture
async def embedded(tmp_path: Path, clock: Clock) -> AsyncIterator[httpx.AsyncClient]:
    """A host in Azure with pages that may be embedded."""
    settings = make_page_settings(entra(CARD_FRAME_ANCESTORS="https://contoso.crm.dynamics.com https://*.example.com"))

    def runtime(services: Services, clock: Clock) -> Runtime:
        return Runtime(services, authenticate_local, clock, pages=settings)

    async with host_over(EmbeddedStore(tmp_path / "data"), clock, runtime) as (client, _):
        yield client


async def test_in_azure_people_sign_in_and_the_sites_of_the_setting_may_embed(embedded: httpx.AsyncClient) -> None:
    assert (await embedded.get("pages/settings")).json()["signIn"] == {
        "clientId": API,
        "authority": f"https://login.microsoftonline.com/{TENANT}",
        "scope": f"{API}/user_impersonation",
    }
    rules = policy(await embedded.get(PAGES[0]))
    assert rules["frame-ancestors"] == "'self' https://contoso.crm.dynamics.com https://*.example.com"
    assert rules["connect-src"] == "'self' https://login.microsoftonline.com"


@pytest.mark.parametrize("sites", ["http://contoso.com", "https://a.com; script-src *", "*", "https://a.com,https://b"])
def test_a_setting_that_is_no_list_of_sites_is_refused(sites: str) -> None:
    with pytest.raises(InvalidSettingsError, match="CARD_FRAME_ANCESTORS"):
        entra(CARD_FRAME_ANCESTORS=sites)


def texts() -> dict[str, dict[str, Any]]:
    """Return the texts by language, with the placeholders of each."""
    source = (FOLDER / "texts.js").read_text(encoding="utf-8")
    tables = re.findall(r"^  (\w+): \{\n(.*?)^  \},", source, flags=re.MULTILINE | re.DOTALL)
    return {
        language: {
            key: sorted(re.findall(r"\{(\w+)\}", words))
            for key, words in re.findall(r'^    (\w+): "(.+)",$', table, flags=re.MULTILINE)
        }
        for language, table in tables
    }


def test_every_text_exists_in_every_language_and_is_used() -> None:
    english, korean = texts()["en"], texts()["ko"]
    assert english == korean
    ours = [path for path in FOLDER.iterdir() if path.name != "texts.js" and not path.name.startswith("msal")]
    used = "".join(path.read_text(encoding="utf-8") for path in ours)
    assert [key for key in english if not re.search(rf"\b{key}\b", used)] == []
