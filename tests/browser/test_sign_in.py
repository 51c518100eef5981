from __future__ import annotations

import json
import re
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from browser.stage import Stage
from playwright.sync_api import Browser, Page, Route, expect
from support.entra import API, TENANT, USER, issuer, token

LOGIN = f"https://login.microsoftonline.com/{TENANT}"


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Stage]:
    """A host that requires tokens."""
    with issuer() as entra:
        settings = {"AUTH_MODE": "entra", "ENTRA_TENANT_ID": TENANT, "ENTRA_AUDIENCE": f"api://{API}"}
        with Stage(tmp_path, **settings, ENTRA_JWKS_URL=entra.url) as stage:
            yield stage


class Entra:
    """Microsoft Entra's two endpoints for a browser that signs in, for a user with these roles."""

    def __init__(self, roles: list[str]) -> None:
        self._roles = roles
        self.asked: dict[str, list[str]] = {}

    def answer(self, route: Route) -> None:
        url = urlsplit(route.request.url)
        if url.path.endswith("/authorize"):
            self.asked = parse_qs(url.query)
            back = f"{self.asked['redirect_uri'][0]}#code=c0de&state={self.asked['state'][0]}"
            route.fulfill(content_type="text/html", body=f"<script>location.replace({json.dumps(back)})</script>")
        elif url.path.endswith("/token"):
            route.fulfill(json=self._tokens(), headers={"Access-Control-Allow-Origin": "*"})
        else:
            route.abort()

    def _tokens(self) -> dict[str, str | int]:
        now = int(time.time())
        times: dict[str, Any] = {"iat": now, "nbf": now, "exp": now + 3600}
        person = json.dumps({"uid": USER, "utid": TENANT}).encode()
        identity: dict[str, Any] = {
            "nonce": self.asked["nonce"][0],
            "preferred_username": "ada@example.com",
            "scp": None,
        }
        return {
            "token_type": "Bearer",
            "scope": f"{API}/user_impersonation",
            "expires_in": 3600,
            "access_token": token(roles=self._roles, **times),
            "id_token": token(**identity, **times),
            "client_info": urlsafe_b64encode(person).decode().rstrip("="),
        }


def open_guarded(browser: Browser, stage: Stage, entra: Entra) -> Page:
    context = browser.new_context(locale="en-GB")
    context.route(re.compile("^https://"), entra.answer)
    page = context.new_page()
    page.goto(stage.card())
    expect(page.locator("#trouble")).to_have_text("Sign in to see this page.")
    expect(page.locator("#content")).to_be_hidden()
    return page


def test_a_person_signs_in_and_sees_the_card(guarded: Stage, browser: Browser) -> None:
    entra = Entra(["Viewer"])
    page = open_guarded(browser, guarded, entra)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("h1")).to_have_text("Ada Lovelace")
    expect(page.locator("#trouble")).to_have_text("")
    assert entra.asked["client_id"] == [API]
    assert f"{API}/user_impersonation" in entra.asked["scope"][0].split()
    assert entra.asked["redirect_uri"] == [f"{guarded.base}/pages/signed-in.html"]
    page.reload()
    expect(page.locator("h1")).to_have_text("Ada Lovelace")
    page.context.close()


def test_a_user_without_a_role_gets_that_message(guarded: Stage, browser: Browser) -> None:
    page = open_guarded(browser, guarded, Entra([]))
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#trouble")).to_have_text(re.compile("^The server responded: .*Viewer"))
    page.context.close()
