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
from browser.test_looks import look
from playwright.sync_api import Browser, Page, Route, expect
from support.entra import API, TENANT, USER, issuer, token
from support.process import LONG_S

FORM = "https://contoso.crm.dynamics.com"
LOGIN = f"https://login.microsoftonline.com/{TENANT}"


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Stage]:
    """A host that requires tokens."""
    with issuer() as entra:
        settings = {"AUTH_MODE": "entra", "ENTRA_TENANT_ID": TENANT, "ENTRA_AUDIENCE": f"api://{API}"}
        with Stage(tmp_path, **settings, ENTRA_JWKS_URL=entra.url, CARD_FRAME_ANCESTORS=FORM) as stage:
            yield stage


class Entra:
    """Microsoft Entra's endpoints for a browser, for a user with these roles; `questions` counts sign-ins by hand."""

    def __init__(self, roles: list[str]) -> None:
        self._roles = roles
        self._is_signed_in = False
        self.questions = 0
        self.asked: dict[str, list[str]] = {}

    def answer(self, route: Route) -> None:
        url = urlsplit(route.request.url)
        if url.path.endswith("/authorize"):
            self.asked = parse_qs(url.query)
            is_silent = self.asked.get("prompt") == ["none"]
            self.questions += not is_silent
            self._is_signed_in = self._is_signed_in or not is_silent
            outcome = "code=c0de" if self._is_signed_in else "error=login_required"
            self._lead(route, f"{self.asked['redirect_uri'][0]}#{outcome}&state={self.asked['state'][0]}")
        elif url.path.endswith("/logout"):
            self._is_signed_in = False
            self._lead(route, parse_qs(url.query)["post_logout_redirect_uri"][0])
        elif url.path.endswith("/token"):
            route.fulfill(json=self._tokens(), headers={"Access-Control-Allow-Origin": "*"})
        else:
            route.abort()

    def _lead(self, route: Route, back: str) -> None:
        route.fulfill(content_type="text/html", body=f"<script>location.replace({json.dumps(back)})</script>")

    def _tokens(self) -> dict[str, str | int]:
        now = int(time.time())
        times: dict[str, Any] = {"iat": now, "nbf": now, "exp": now + 3600}
        person = json.dumps({"uid": USER, "utid": TENANT}).encode()
        identity: dict[str, Any] = {
            "nonce": self.asked["nonce"][0],
            "preferred_username": "ada@example.com",
            "name": "Ada Agent",
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


def wait_long(route: Route) -> None:
    """Give a silent sign-in the time that a slow machine needs."""
    code = route.fetch()
    route.fulfill(response=code, body=code.text().replace("SILENT_MS = 5_000", f"SILENT_MS = {LONG_S * 1000:.0f}"))


def open_guarded(browser: Browser, stage: Stage, entra: Entra, **options: Any) -> Page:
    context = browser.new_context(locale="en-GB", **options)
    context.set_default_timeout(LONG_S * 1000)
    context.route(re.compile("^https://"), entra.answer)
    context.route("**/entra.js*", wait_long)
    page = context.new_page()
    page.goto(stage.card())
    expect(page.locator(".trouble")).to_have_text("Sign in to see this page.")
    expect(page.locator("#content")).to_be_hidden()
    return page


def test_a_person_signs_in_and_sees_the_card(guarded: Stage, browser: Browser) -> None:
    entra = Entra(["Viewer"])
    page = open_guarded(browser, guarded, entra)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("h1")).to_have_text("Ada Lovelace")
    expect(page.locator(".trouble")).to_have_text("")
    assert entra.asked["client_id"] == [API]
    assert f"{API}/user_impersonation" in entra.asked["scope"][0].split()
    assert entra.asked["redirect_uri"] == [f"{guarded.base}/pages/signed-in.html"]
    page.reload()
    expect(page.locator("h1")).to_have_text("Ada Lovelace")
    page.context.close()


def test_a_user_without_a_role_gets_that_message(guarded: Stage, browser: Browser) -> None:
    page = open_guarded(browser, guarded, Entra([]))
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator(".trouble")).to_have_text("You have no role here. Ask an administrator for the role Viewer.")
    page.context.close()


def test_a_second_tab_asks_nothing_and_says_who_is_signed_in(guarded: Stage, browser: Browser) -> None:
    entra = Entra(["Viewer"])
    page = open_guarded(browser, guarded, entra)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#user bdi")).to_have_text("Ada Agent")
    tab = page.context.new_page()
    tab.goto(guarded.card("noor"))
    expect(tab.locator("h1")).to_contain_text("نور")
    expect(tab.get_by_role("button", name="Edit Points")).to_have_count(0)  # a Viewer
    tab.evaluate("() => localStorage.clear()")  # as a browser that knows the user only from Entra
    later = page.context.new_page()
    later.goto(guarded.card())
    expect(later.locator("h1")).to_have_text("Ada Lovelace")
    assert entra.questions == 1
    page.context.close()


def test_the_page_of_someone_who_is_signed_in_is_accessible_and_fits(guarded: Stage, browser: Browser) -> None:
    page = open_guarded(browser, guarded, Entra(["Viewer"]), viewport={"width": 320, "height": 640}, bypass_csp=True)
    look(page, "signed-out-320", 320)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#user bdi")).to_have_text("Ada Agent")
    look(page, "signed-in-320", 320)
    page.context.close()


def test_a_user_signs_out(guarded: Stage, browser: Browser) -> None:
    page = open_guarded(browser, guarded, Entra(["Viewer"]))
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.locator(".trouble")).to_have_text("Sign in to see this page.")
    expect(page.locator("#user")).to_be_empty()
    page.context.close()


def test_a_user_whose_sign_in_has_ended_is_not_shown_any_more(guarded: Stage, browser: Browser) -> None:
    page = open_guarded(browser, guarded, Entra(["Viewer"]))
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#user bdi")).to_have_text("Ada Agent")
    page.route("**/content*", lambda route: route.fulfill(status=401, json={}))
    expect(page.locator(".trouble")).to_have_text("Sign in to see this page.")
    expect(page.locator("#user")).to_be_empty()
    page.context.close()


def test_in_the_iframe_of_a_form_nothing_is_asked_of_someone_who_is_signed_in(guarded: Stage, browser: Browser) -> None:
    entra = Entra(["Viewer"])
    page = open_guarded(browser, guarded, entra)
    form = page.context.new_page()
    html = f'<!doctype html><title>form</title><iframe src="{guarded.card()}" width="900" height="700"></iframe>'
    form.route(f"{FORM}/", lambda route: route.fulfill(content_type="text/html", body=html))
    form.goto(f"{FORM}/")
    card = form.frame_locator("iframe").first
    with form.expect_popup():
        card.get_by_role("button", name="Sign in").click()
    expect(card.locator("h1")).to_have_text("Ada Lovelace")
    form.reload()
    expect(card.locator("h1")).to_have_text("Ada Lovelace")
    assert entra.questions == 1
    page.context.close()
