from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser.stage import Stage
from playwright.sync_api import Browser, FrameLocator, expect
from support.process import LONG_S

ALLOWED, OTHER = "https://contoso.crm.dynamics.com", "https://other.example.com"


@pytest.fixture
def embeddable(tmp_path: Path) -> Iterator[Stage]:
    with Stage(tmp_path, CARD_FRAME_ANCESTORS=ALLOWED) as stage:
        yield stage


def embedded(browser: Browser, stage: Stage, site: str) -> FrameLocator:
    """The card in an iframe of a site."""
    page = browser.new_page(locale="en-GB")
    page.set_default_timeout(LONG_S * 1000)
    html = f'<!doctype html><title>form</title><iframe src="{stage.card()}" width="900" height="700"></iframe>'
    page.route(f"{site}/", lambda route: route.fulfill(content_type="text/html", body=html))
    page.goto(f"{site}/")
    return page.frame_locator("iframe")


def test_a_site_of_the_setting_may_show_the_card_and_no_other(embeddable: Stage, browser: Browser) -> None:
    expect(embedded(browser, embeddable, ALLOWED).locator("h1")).to_have_text("Ada Lovelace")
    expect(embedded(browser, embeddable, OTHER).locator("#wanted")).to_have_count(0)  # not even the page without data
