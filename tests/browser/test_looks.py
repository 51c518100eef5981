"""Every state of every page: accessible, within the width of any screen, by keyboard, printed, in two languages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from browser.conftest import Open
from browser.stage import Stage
from playwright.sync_api import Page, expect
from support import ROOT

AXE = (ROOT / "tests/emulators/node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")
SCREENS = ROOT / ".bench/screens"
SIZES = {"320": (320, 640), "phone": (390, 844), "wide": (1440, 1000)}
CARDS = {"card": "card/ada", "long": "card/long", "rtl": "card/noor"}
PAGES = {**CARDS, "usage": "usage/page", "instance": "page", "start": "../../"}
Prepare = Callable[[Page], object]


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A host with customers that have live values, and activities with long texts and type names."""
    with Stage(tmp_path_factory.mktemp("busy")) as stage:
        for customer in ("ada", "noor", "long"):
            stage.update(customer, 5000, City="Oslo", Tier="Gold", Points=None)
            stage.post(customer, "Ordered a kettle", "SalesOrder", days=2, ExternalUrl="https://example.com/orders/1")
            stage.post(customer, "Where is my order? " * 12, "SupportTicket", days=1, Description="No answer.\n" * 3)
            stage.post(customer, "Bought", ActivityTypeDisplay="SalesOrder, Store Purchase, Online Purchase, Returned")
            stage.post(customer, "شكرا جزيلا", "Feedback")
            stage.post(customer, "w" * 150, "Loyalty", days=4)
        for number in range(40):
            stage.ask("GET", f"data/Customer/{'ada' if number % 3 else 'nobody'}")
            stage.ask("GET", f"data/Customer?$top={1 + number % 4}")
        yield stage


def opened(page: Page) -> None:
    """Open what can be opened on a card."""
    page.locator("#history summary").click()
    page.locator("#history li").first.wait_for()
    page.locator("#empty summary").click()
    page.locator("#over-time summary").click()
    page.locator("#over-time .chart svg").first.wait_for()
    page.locator("#activities summary").first.click()
    page.locator("#activities dl.all dd").first.wait_for()
    page.get_by_role("combobox", name="Find a customer").fill("lo")
    page.locator("[role=option]").first.wait_for()


def look(page: Page, name: str, width: int) -> None:
    """Keep a screenshot, and assert that the page is accessible and no wider than the screen."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    page.evaluate("() => Promise.allSettled(document.getAnimations().map(each => each.finished))")
    page.screenshot(path=SCREENS / f"{name}.png", full_page=width < 1000)
    assert violations(page) == []
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width


def violations(page: Page) -> list[Any]:
    """Return the violations that axe-core finds: the rule and the elements."""
    page.evaluate(AXE)
    found = page.evaluate("async () => (await axe.run()).violations")
    return [(each["id"], [node["html"][:200] for node in each["nodes"]]) for each in found]


@pytest.mark.parametrize(("size", "scheme"), [("320", "light"), ("phone", "dark"), ("wide", "light"), ("wide", "dark")])
@pytest.mark.parametrize("name", PAGES)
def test_it_is_accessible_and_fits(busy: Stage, open_page: Open, name: str, size: str, scheme: str) -> None:
    width, height = SIZES[size]
    viewport = {"width": width, "height": height}
    page = open_page(f"{busy.instance}/{PAGES[name]}", viewport=viewport, color_scheme=scheme, bypass_csp=True)
    expect(page.locator("main")).to_have_attribute("aria-busy", "false")
    if name in CARDS:
        opened(page)
    look(page, f"{name}-{size}-{scheme}", width)


@pytest.mark.parametrize("name", ["card", "usage", "instance", "start"])
def test_it_fits_at_twice_the_size_and_in_korean(busy: Stage, open_page: Open, name: str) -> None:
    viewport = {"width": 720, "height": 500}  # 1440 px at 200 %
    page = open_page(
        f"{busy.instance}/{PAGES[name]}", viewport=viewport, device_scale_factor=2, locale="ko-KR", bypass_csp=True
    )
    expect(page.locator("html")).to_have_attribute("lang", "ko")
    expect(page.locator("main")).to_have_attribute("aria-busy", "false")
    assert page.locator("main").inner_text().isascii() is False
    look(page, f"{name}-200-korean", 720)


STATES: dict[str, tuple[str, Prepare | None]] = {
    "unknown": ("card/nobody", None),
    "busy": ("card/ada", lambda page: answer(page, status=429, headers={"Retry-After": "7"}, json={})),
    "fault": ("card/ada", lambda page: answer(page, status=500, headers={"x-ms-request-id": "abc-1"}, json={})),
    "no-access": ("card/ada", lambda page: answer(page, status=403, json={"message": "no"})),
    "away": ("card/ada", lambda page: page.route("**/content*", lambda route: route.abort())),
}


def answer(page: Page, **response: Any) -> None:
    page.route("**/content*", lambda route: route.fulfill(**response))


@pytest.mark.parametrize("name", STATES)
def test_it_is_accessible_in_each_state_of_trouble(busy: Stage, open_page: Open, name: str) -> None:
    path, prepare = STATES[name]
    shown = ".trouble:not(:empty)"
    viewport = {"width": 390, "height": 844}
    page = open_page(f"{busy.instance}/{path}", shows=shown, before=prepare, viewport=viewport, bypass_csp=True)
    look(page, f"state-{name}", 390)


def test_the_dialog_that_edits_is_accessible_on_a_phone(busy: Stage, open_page: Open) -> None:
    page = open_page(f"{busy.instance}/card/ada", viewport={"width": 320, "height": 640}, bypass_csp=True)
    page.get_by_role("button", name="Edit Tier").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    look(page, "edit-320", 320)


def test_the_dialog_of_a_note_is_accessible_on_a_phone(busy: Stage, open_page: Open) -> None:
    page = open_page(f"{busy.instance}/card/ada", viewport={"width": 320, "height": 640}, bypass_csp=True)
    page.get_by_role("button", name="Post a note").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    look(page, "note-320", 320)


@pytest.mark.parametrize("name", ["card", "usage", "instance", "start"])
def test_a_page_that_loads_is_accessible(busy: Stage, open_page: Open, name: str) -> None:
    def hold(page: Page) -> None:
        page.route("**/*", lambda route: None if route.request.headers.get("x-ms-client") else route.continue_())

    viewport = {"width": 320, "height": 640}
    address = f"{busy.instance}/{PAGES[name]}"
    page = open_page(address, shows=".loading", before=hold, viewport=viewport, bypass_csp=True)
    look(page, f"loading-{name}-320", 320)


@pytest.mark.parametrize(("size", "scheme"), [("320", "light"), ("wide", "dark")])
def test_the_opened_parts_of_the_instance_page_are_accessible(
    tmp_path: Path, open_page: Open, size: str, scheme: str
) -> None:
    width, height = SIZES[size]
    with Stage(tmp_path) as stage:
        people = stage.snapshots / "Customer/people.csv"
        people.write_text("CustomerId,Points\nada,many\nnoor,41\n", encoding="utf-8")
        stage.ask("POST", "webhooks/updatedprofiles", json={"callbackUrl": "http://127.0.0.1:9/"}).raise_for_status()
        assignment = {"principalType": "user", "roles": ["Viewer"]}
        principal = "44444444-4444-4444-8444-444444444444"
        stage.ask("PUT", f"rbac/principals/{principal}/assignment", json=assignment).raise_for_status()
        options = {"viewport": {"width": width, "height": height}, "color_scheme": scheme}
        page = open_page(f"{stage.instance}/page", bypass_csp=True, **options)
        page.locator("#definition summary").click()
        page.get_by_role("button", name="Create", exact=True).first.click()
        page.locator("#keys code").wait_for()
        page.get_by_role("button", name="Start a refresh").click()
        rows = page.locator("#refreshes tbody tr")
        expect(rows).to_have_count(2)
        expect(rows.first.locator("td").first).to_have_text("successful")
        rows.first.get_by_role("button").click()
        page.locator("#refreshes [role=status] table tbody tr").wait_for()
        page.get_by_label("Object id").fill("not an id!")
        page.get_by_role("button", name="Assign").click()
        page.locator("#roles .trouble:not(:empty)").wait_for()
        look(page, f"instance-opened-{size}-{scheme}", width)


def test_everything_can_be_reached_by_keyboard_and_the_start_skipped(busy: Stage, open_page: Open) -> None:
    page = open_page(f"{busy.instance}/card/ada")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    reached = []
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("() => document.activeElement.id || document.activeElement.textContent"))
    assert {"Revert", "Edit", "Copy", "type", "from", "to", "Open", "Clear filters"} <= set(reached)
    assert "Start page" not in reached[:30]


def test_paper_has_the_values_and_their_ends_but_no_controls(busy: Stage, open_page: Open) -> None:
    page = open_page(f"{busy.instance}/card/ada")
    page.emulate_media(media="print")
    for hidden in ("#search", "#filters"):
        expect(page.locator(hidden)).to_be_hidden()
    assert page.locator("main button").count() > 0
    expect(page.locator("button, input, select").filter(visible=True)).to_have_count(0)
    expect(page.locator("#live-values .until").first).to_be_visible()
    expect(page.locator("#fields .value").first).to_be_visible()


def test_a_browser_in_another_country_gets_its_own_dates_beside_english_texts(busy: Stage, open_page: Open) -> None:
    german = open_page(f"{busy.instance}/card/ada", locale="de-DE", timezone_id="Europe/Berlin")
    expect(german.locator("#timeline-title")).to_have_text("Timeline")
    expect(german.locator("#activities h3").first).to_have_text(re.compile(r"^[A-Z]\w+, \d{1,2}\. [A-Z]\w+ \d{4}$"))
    american = open_page(f"{busy.instance}/card/ada", locale="en-US", timezone_id="America/New_York")
    expect(american.locator("#activities time").first).to_have_attribute("title", re.compile(r"\bE[SD]T\b"))


def test_the_flash_of_a_change_moves_only_its_opacity(busy: Stage, open_page: Open) -> None:
    page = open_page(f"{busy.instance}/card/evil")
    busy.update("evil", FullName="Mallory B.")
    page.locator(".fresh").wait_for()
    properties = "() => document.getAnimations().flatMap(each => each.effect.getKeyframes().flatMap(Object.keys))"
    moved = set(page.evaluate(properties)) - {"offset", "computedOffset", "easing", "composite"}
    assert moved <= {"opacity"}
