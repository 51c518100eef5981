from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from support import INSTANCE, ROOT, Clock, host_over

from function_app.api.runtime import Runtime
from function_app.api.sign_in.auth import authenticate_local
from function_app.bootstrap import make_page_settings
from function_app.error_codes import ERROR_CODES
from function_app.services.services import Services
from function_app.settings import InvalidSettingsError, Settings, read_settings
from function_app.store.embedded import EmbeddedStore

FOLDER = ROOT / "function_app/pages"
FILES = {path.name: path.read_text(encoding="utf-8") for path in sorted(FOLDER.iterdir())}
OURS = {name: text for name, text in FILES.items() if not name.startswith("msal")}
PAGES = ["", f"instances/{INSTANCE}/page", f"instances/{INSTANCE}/card/ada", f"instances/{INSTANCE}/usage/page"]
MAX_CARD_BYTES = 20_000
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
    root = httpx.URL("http://localhost/api/")
    for name in named_in((await client.get(root.join(page))).text):
        assert (await client.get(root.join(page).join(name))).status_code == 200, name


def named_in(page: str) -> list[str]:
    """Return the addresses of files that a page loads at once."""
    return re.findall(r'(?:src|href)="([./]*pages/[^"]+)"', page)


def imported(name: str) -> set[str]:
    """Return the modules that a module loads at once, with itself."""
    found, waiting = set[str](), [name]
    while waiting:
        module = waiting.pop()
        if module not in found:
            found.add(module)
            waiting += re.findall(r'^(?:import .*|\} from )"\./(.+)";$', OURS[module], re.MULTILINE)
    return found


@pytest.mark.parametrize(("page", "script"), list(zip(PAGES, ("start", "instance", "card", "usage"), strict=True)))
async def test_a_page_asks_for_all_modules_at_once(client: httpx.AsyncClient, page: str, script: str) -> None:
    html = (await client.get(httpx.URL("http://localhost/api/").join(page))).text
    assert {name.rsplit("/", 1)[1] for name in named_in(html) if name.endswith(".js")} == imported(f"{script}.js")
    assert 'rel="preload" as="fetch" crossorigin href="' in html  # how to sign in, which each script reads first


async def test_files_of_the_version_are_kept_for_ever_and_those_of_another_are_asked_again(
    client: httpx.AsyncClient,
) -> None:
    address = next(name for name in named_in((await client.get(PAGES[2])).text) if name.endswith("/card.js"))
    url = httpx.URL(f"http://localhost/api/{PAGES[2]}").join(address)
    kept = await client.get(url)
    assert kept.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    other = await client.get("pages/of-yesterday/card.js")
    assert (other.headers["Cache-Control"], other.content) == ("no-cache", kept.content)


async def test_the_card_weighs_less_than_20_kb_without_sign_in(client: httpx.AsyncClient) -> None:
    html = await client.get(PAGES[2])
    url = httpx.URL(f"http://localhost/api/{PAGES[2]}")
    answers = [html, *[await client.get(url.join(name)) for name in named_in(html.text)]]
    assert all(answer.headers["Content-Encoding"] == "gzip" for answer in answers if "settings" not in str(answer.url))
    assert sum(int(answer.headers["Content-Length"]) for answer in answers) < MAX_CARD_BYTES


def bare(content: str) -> str:
    return re.sub(r"\s+", "", content)


async def test_a_caller_that_does_not_unpack_gets_files_as_they_are(client: httpx.AsyncClient) -> None:
    answer = await client.get("pages/page.css", headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in answer.headers
    assert (bare(answer.text), answer.headers["Vary"]) == (bare(OURS["page.css"]), "Accept-Encoding")


async def test_the_address_of_the_api_leads_to_the_start_page(client: httpx.AsyncClient) -> None:
    bare = await client.get(httpx.URL("http://localhost/api"), follow_redirects=False)
    assert (bare.status_code, bare.headers["Location"]) == (308, "api/")
    assert (await client.get(httpx.URL("http://localhost/api/"))).text.startswith("<!doctype html>")
    assert (await client.post(httpx.URL("http://localhost/api/"))).status_code == 405


async def test_the_cures_of_all_errors_are_a_file_of_the_pages(client: httpx.AsyncClient) -> None:
    assert (await client.get("pages/cures.json")).json() == {each.code: each.cure for each in ERROR_CODES.values()}


def test_the_cure_of_each_error_is_translated() -> None:
    codes = re.findall(r'^  (\w+): ".+",$', FILES["cures_ko.js"], re.MULTILINE)
    assert sorted(codes) == sorted(ERROR_CODES)


@pytest.mark.parametrize("name", FILES)
async def test_files_are_served_without_comments_and_once(client: httpx.AsyncClient, name: str) -> None:
    answer = await client.get(f"pages/{name}")
    code = FILES[name].splitlines()
    if name in OURS and name.endswith(".js"):
        code = [re.sub(r" // .*", "", line) for line in code if not re.match(r" *(//|/\*\*| \* | \*/)", line)]
        assert not re.search(r"^ *(//|/\*|\*)| // ", answer.text, re.MULTILINE)
    if not name.endswith(".html"):
        assert bare(answer.text) == bare("".join(code))
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


def texts(name: str) -> dict[str, list[str]]:
    """Return the keys of a file of texts, each with the placeholders of its text."""
    found = re.findall(r'^  (\w+): "(.+)",$', FILES[name], flags=re.MULTILINE)
    assert len({key for key, _ in found}) == len(found)
    return {key: sorted(re.findall(r"\{(\w+)\}", words)) for key, words in found}


@pytest.mark.parametrize("name", [name for name in OURS if not name.startswith(("texts", "cures"))])
def test_no_line_is_longer_than_160_letters(name: str) -> None:
    assert [line for line in OURS[name].splitlines() if len(line) > 160] == []


def test_every_text_exists_in_every_language_and_is_used() -> None:
    tables = [texts(name) for name in FILES if name.startswith("texts") and name != "texts_ko.js"]
    english = {key: places for table in tables for key, places in table.items()}
    assert english == texts("texts_ko.js")
    used = "".join(text for name, text in OURS.items() if not name.startswith("texts") and not name.endswith(".css"))
    statuses = {"queued", "running", "successful", "failed", "aborted", "skipped"}  # of jobs, as the API names them
    states = {"shows", "landed", "expired", "ended"}  # of updates
    assert [key for key in english.keys() - statuses - states if not re.search(rf'"{key}"|\b{key}: ', used)] == []
    words = re.findall(r'\btext\("(\w+)"|data-text="(\w+)"', used)
    assert {one or other for one, other in words} <= english.keys()


def test_every_export_is_used_by_another_module() -> None:
    for name, script in OURS.items():
        others = "".join(text for other, text in OURS.items() if other not in {name, "texts_ko.js"})
        exported = re.findall(r"^export (?:async )?(?:function|class|const) (\w+)", script, re.MULTILINE)
        assert [each for each in exported if not re.search(rf"\b{each}\b", others)] == [], name
