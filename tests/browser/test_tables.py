"""Every table of every page: no column is lost at any width of the window."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from browser.conftest import Open
from browser.stage import Stage
from playwright.sync_api import Locator, Page, expect

WIDTHS = (320, 390, 768, 1024, 1280, 1440, 1920, 2560)
PRINCIPAL = "44444444-4444-4444-8444-444444444444"


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A host with rows in every table of the pages: rejected rows, roles, keys, webhooks, changes, and failed calls."""
    with Stage(tmp_path_factory.mktemp("full")) as stage:
        people = stage.snapshots / "Customer/people.csv"
        people.write_text('CustomerId,Points\nada,many\nnoor,41\nb,"4\nc,5\nd,6\n', encoding="utf-8")
        stage.ask("POST", "workflows/main/jobs").raise_for_status()
        stage.ask("POST", "webhooks/updatedprofiles", json={"callbackUrl": "http://127.0.0.1:9/"}).raise_for_status()
        assignment = {"principalType": "user", "roles": ["Viewer"]}
        stage.ask("PUT", f"rbac/principals/{PRINCIPAL}/assignment", json=assignment).raise_for_status()
        stage.ask("POST", "apikeys/Viewer/primary").raise_for_status()
        for path in ("Customer/unknown", "Customer/ada", "Customer?$filter=x", "Nothing"):
            stage.ask("GET", f"data/{path}")
        yield stage


def open_refresh(page: Page) -> None:
    """Show the rejected rows of the newest refresh."""
    newest = page.get_by_role("group", name="Refreshes").locator("tbody tr").first
    expect(newest.locator("td").first).to_have_text("successful")
    newest.get_by_role("button").click()
    expect(page.get_by_role("group", name="Rejected", exact=True).locator("tbody tr")).to_have_count(2)


def group_by_error(page: Page) -> None:
    page.get_by_label("Group by").select_option("errorCode")
    expect(page.locator("#groups-title")).to_have_text("Calls by: Error code")
    open_refresh(page)


def nothing(_: Page) -> None:
    pass


PAGES: dict[str, tuple[str, Callable[[Page], None], int]] = {
    "start": ("../../", nothing, 2),
    "instance": ("page", open_refresh, 6),
    "usage": ("usage/page", open_refresh, 4),
    "errors": ("usage/page", group_by_error, 4),
}


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("locale", ["en-GB", "ko-KR"])
def test_no_table_loses_a_column_at_any_width(full: Stage, open_page: Open, name: str, locale: str) -> None:
    path, prepare, count = PAGES[name]
    page = open_page(f"{full.instance}/{path}", locale=locale)
    expect(page.locator("main")).to_have_attribute("aria-busy", "false")
    if locale == "en-GB":
        prepare(page)
    tables = page.locator("table")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        shown = [tables.nth(place) for place in range(tables.count())]
        assert len(shown) == count or locale != "en-GB"
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width
        for table in shown:
            can_be_seen_whole(table, f"{name} at {width} px")


def can_be_seen_whole(table: Locator, where: str) -> None:
    """Assert that a table fits, or that its box scrolls, also by keyboard, and shows that there is more."""
    box = table.locator("xpath=..")
    style, wider, edges = box.evaluate(
        """box => [getComputedStyle(box), box.scrollWidth - box.clientWidth]
          .map((each, place) => place ? each : [each.overflowX, each.backgroundImage])
          .toSpliced(2, 0, box.tabIndex)"""
    )
    if wider <= 0:
        return
    assert (style[0], edges) == ("auto", 0), where
    assert "linear-gradient" in style[1], where
    box.focus()
    box.press("End")
    box.press("ArrowRight")
    expect(box).not_to_have_js_property("scrollLeft", 0)


@pytest.mark.parametrize("width", [1280, 1440, 1920, 2560])
@pytest.mark.parametrize("path", ["page", "usage/page"])
def test_the_refreshes_fit_a_screen_of_a_desk(full: Stage, open_page: Open, path: str, width: int) -> None:
    page = open_page(f"{full.instance}/{path}", viewport={"width": width, "height": 900})
    box = page.get_by_role("group", name="Refreshes")
    expect(box.locator("tbody tr").first).to_be_visible()
    assert box.evaluate("box => box.scrollWidth - box.clientWidth") <= 0
