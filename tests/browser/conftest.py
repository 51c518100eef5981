from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from browser.stage import Stage
from playwright.sync_api import Browser, Page, expect, sync_playwright

FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --disable-features=LocalNetworkAccessChecks"
)
SECONDS = 2  # a change must be visible within this time

Open = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium; for one module only, as Playwright holds the event loop that other tests need."""
    expect.set_options(timeout=SECONDS * 1000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS.split())
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    stage = Stage(tmp_path_factory.mktemp("stage"))
    yield stage
    stage.stop()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Open]:
    """Open a URL; at the end assert that no other host was requested and no error was logged."""
    contexts, faults = [], []

    def open_page(address: str, **options: Any) -> Page:
        context = browser.new_context(**{"locale": "en-GB", "timezone_id": "Europe/Oslo"} | options)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: None if "//localhost:" in request.url else faults.append(request.url))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(address)
        expect(page.locator("#content")).to_be_visible(timeout=10_000)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [fault for fault in faults if not fault.startswith("data:")] == []
