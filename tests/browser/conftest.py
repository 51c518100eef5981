from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import pairwise
from typing import Any

import pytest
from browser.stage import Stage
from playwright.sync_api import Browser, Page, expect, sync_playwright
from support.process import LONG_S

FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --disable-features=LocalNetworkAccessChecks"
)

Open = Callable[..., Page]
FAULTS: list[tuple[dict[str, Any] | None, str]] = [
    ({"status": 429, "headers": {"Retry-After": "7"}, "json": {}}, r"^The server is busy\. .* in 7 s\.$"),
    ({"status": 500, "headers": {"x-ms-request-id": "abc-1"}, "json": {}}, r"^The server failed\. .* id abc-1 "),
    (None, r"^The server has not responded since \d+ \w+ \d{4}, "),
]
"""Responses of a server that is busy, fails or is away (None), and the words of every page for them."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium; for one module only, as Playwright holds the event loop that other tests need."""
    expect.set_options(timeout=LONG_S * 1000)
    with (
        sync_playwright() as playwright,
        closing(
            playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS.split(), timeout=LONG_S * 1000)
        ) as browser,
    ):
        yield browser


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with Stage(tmp_path_factory.mktemp("stage")) as stage:
        yield stage


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Open]:
    """Open a URL; at the end assert that no other host was requested and no error was logged.

    With `has_clock`, the test can move the page's clock; until then it runs in real time. `shows` is what to wait for,
    and `before` is called with the page before it is opened.
    """
    contexts, faults = [], []

    def open_page(
        address: str,
        *,
        has_clock: bool = False,
        shows: str = "#content",
        before: Callable[[Page], object] | None = None,
        **options: Any,
    ) -> Page:
        context = browser.new_context(**{"locale": "en-GB", "timezone_id": "Europe/Oslo"} | options)
        contexts.append(context)
        context.set_default_timeout(LONG_S * 1000)
        page = context.new_page()
        if has_clock:
            page.clock.install()
        page.on("request", lambda request: None if "//localhost:" in request.url else faults.append(request.url))
        page.on("pageerror", lambda error: faults.append(str(error)))
        if before:
            before(page)
        page.goto(address)
        expect(page.locator(shows)).to_be_visible()
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [fault for fault in faults if not fault.startswith("data:")] == []


def pauses(page: Page, address: str, count: int = 1) -> list[float]:
    """Wait for `count` pauses between the page's reads of a URL (a regular expression); return their seconds."""
    reads = f"""() => performance.getEntriesByType("resource")
      .filter(each => new RegExp({json.dumps(address)}).test(each.name))
      .map(each => [each.startTime, each.responseEnd])"""
    page.wait_for_function(f"() => ({reads})().length > {count}")
    return [(start - before) / 1000 for (_, before), (start, _) in pairwise(page.evaluate(reads))]
