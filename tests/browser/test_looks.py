from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from browser.conftest import Open
from browser.stage import Stage
from playwright.sync_api import Page
from support import ROOT

AXE = (ROOT / "tests/emulators/node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")
SCREENS = ROOT / ".bench/screens"
SIZES = {"phone": (390, 844), "wide": (1440, 1000)}
PAGES = {"card": "card/ada", "long": "card/long", "rtl": "card/noor", "usage": "usage/page"}


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A host with customers that have live values and activities."""
    with Stage(tmp_path_factory.mktemp("busy")) as stage:
        for customer in ("ada", "noor", "long"):
            stage.update(customer, 5000, City="Oslo", Tier="Gold")
            stage.post(customer, "Ordered a kettle", "SalesOrder", days=2, ExternalUrl="https://example.com/orders/1")
            stage.post(customer, "Where is my order? " * 12, "SupportTicket", days=1, Description="No answer.\n" * 3)
            stage.post(customer, "شكرا جزيلا", "Feedback")
            stage.post(customer, "Joined", "Loyalty", days=4)
        for number in range(40):
            stage.ask("GET", f"data/Customer/{'ada' if number % 3 else 'nobody'}")
            stage.ask("GET", f"data/Customer?$top={1 + number % 4}")
        yield stage


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", PAGES)
def test_it_is_accessible_and_fits(busy: Stage, open_page: Open, name: str, size: str, scheme: str) -> None:
    width, height = SIZES[size]
    viewport = {"width": width, "height": height}
    page = open_page(f"{busy.instance}/{PAGES[name]}", viewport=viewport, color_scheme=scheme, bypass_csp=True)
    if name != "usage":
        page.locator("summary:visible").first.click()
        page.get_by_role("searchbox").fill("o")
        page.locator("#found a").first.wait_for()
    SCREENS.mkdir(parents=True, exist_ok=True)
    page.evaluate("() => Promise.all(document.getAnimations().map(each => each.finished))")
    page.screenshot(path=SCREENS / f"{name}-{size}-{scheme}.png", full_page=size == "phone")
    assert violations(page) == []
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width


def violations(page: Page) -> list[Any]:
    """Return the violations that axe-core finds: the rule and the elements."""
    page.evaluate(AXE)
    found = page.evaluate("async () => (await axe.run()).violations")
    return [(each["id"], [node["html"][:200] for node in each["nodes"]]) for each in found]


def test_everything_can_be_reached_by_keyboard(busy: Stage, open_page: Open) -> None:
    page = open_page(f"{busy.instance}/card/ada")
    reached = []
    for _ in range(14):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("() => document.activeElement.id || document.activeElement.tagName"))
    assert {"wanted", "usage", "SUMMARY", "type", "from", "to", "A"} <= set(reached)
