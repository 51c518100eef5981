"""The front door: my instances with their state, and their customers."""

from __future__ import annotations

import json
import re
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from browser.conftest import FAULTS, Open
from browser.stage import INSTANCE, Stage
from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as TooLateError
from support.process import LONG_S

SAMPLE = "Contoso Coffee"


def names(page: Page) -> list[str]:
    return page.locator("#customers-table tbody th").all_text_contents()


def test_the_address_without_a_path_leads_to_my_instances_and_their_state(tmp_path: Path, open_page: Open) -> None:
    with Stage(tmp_path) as stage:
        stage.update("ada", FullName="Ada Byron")
        stage.ask("GET", "data/Customer/nobody")
        page = open_page(stage.base.removesuffix("/api"))
        assert page.url == f"{stage.base}/"
        expect(page).to_have_title("Real-time Customer Profiles")
        rows = page.locator("#instances tbody tr")
        expect(rows).to_have_count(2)
        mine = rows.filter(has_text=re.compile("^Contoso(?! Coffee)"))
        expect(mine.locator("td").nth(0)).to_have_text("Administrator")
        expect(mine.locator("td").nth(1)).to_have_text(re.compile(r"\d{4}, \d\d:\d\d, successful$"))
        expect(mine.locator("td").nth(3)).to_have_text("1")  # live updates
        expect(mine.locator("td").nth(4)).to_have_text(str(stage.ask("GET", "usage").json()["total"]["failures"]))
        mine.get_by_role("link", name="Instance").click()
        expect(page.locator("h1")).to_have_text("Contoso")
        page.get_by_role("link", name="Start page").click()
        page.get_by_role("button", name=re.compile("^Contoso$")).click()
        page.get_by_role("link", name="Ada Byron").click()
        expect(page.locator("h1")).to_have_text("Ada Byron")
        page.get_by_role("link", name="Start page").click()
        expect(page.locator("#instances tbody tr")).to_have_count(2)


def test_the_customers_have_their_heading_before_they_are_there(stage: Stage, open_page: Open) -> None:
    def hold(page: Page) -> None:
        page.route("**/manage/entities/Customer", lambda _: None)

    page = open_page(f"{stage.base}/#instance={INSTANCE}", shows="#customers", before=hold)
    expect(page.locator("#customers-title")).to_have_text("Customers of Contoso")
    page.unroute("**/manage/entities/Customer")
    expect(page.locator("#customers-count")).to_have_text("Customers shown: 4 of 4")


def test_customers_are_searched_filtered_and_sorted_and_the_address_keeps_it(stage: Stage, open_page: Open) -> None:
    page = open_page(f"{stage.base}/#instance={INSTANCE}")
    expect(page.locator("#customers-count")).to_have_text("Customers shown: 4 of 4")
    page.get_by_label("Sort by").select_option("Points")
    page.get_by_label("Descending").check()
    expect(page.locator("#customers-table tbody tr").first).to_contain_text("1,200")
    page.get_by_label("Field").select_option("Tier")
    page.get_by_role("textbox", name="Value").fill("Silver")
    expect(page.locator("#customers-count")).to_have_text("Customers shown: 1 of 1")
    page.reload()
    expect(page.locator("#customers-count")).to_have_text("Customers shown: 1 of 1")
    expect(page.get_by_role("textbox", name="Value")).to_have_value("Silver")
    page.get_by_label("Field").select_option("")
    page.get_by_role("searchbox").fill("love")
    expect(page.locator("#customers-table tbody th")).to_have_text(["Ada Lovelace"])
    page.get_by_label("Field").select_option("Points")
    page.get_by_role("textbox", name="Value").fill("many")
    expect(page.locator("#customers .trouble")).to_have_text("Points expects a number, like 1200.")
    expect(page.locator("#customers-count")).to_have_text("")


@dataclass(frozen=True)
class Value:
    """What a filter of a field refuses and says, and what it accepts and finds."""

    field: str
    wrong: str
    said: str
    right: str
    found: list[str]


VALUES = [
    Value("Points", "1 or 2", "expects a number, like 1200.", " 1200 ", ["Ada Lovelace"]),
    Value("BirthDate", "1990-02-30", "expects a day, like 1990-12-31.", "1815-12-10", ["Ada Lovelace"]),
    Value("OptIn", "true or not", "expects Yes or No.", "yes", ["Ada Lovelace"]),
    Value("LastVisit", "yesterday", "expects a day and a time, like 2026-11-24 09:30.", "2026-11-24 09:30", []),
    Value("Opens", "noon", "expects a time, like 09:30.", "09:30", []),
    Value("Token", "A1", f"expects a whole id, like {INSTANCE}.", INSTANCE, []),
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: value.field)
def test_a_value_that_does_not_fit_its_field_is_said_in_words_of_the_page(
    stage: Stage, open_page: Open, value: Value
) -> None:
    page = open_page(f"{stage.base}/#instance={INSTANCE}")
    count, box = page.locator("#customers-count"), page.get_by_role("textbox", name="Value")
    expect(count).to_have_text("Customers shown: 4 of 4")
    page.get_by_label("Field").select_option(value.field)
    box.fill(value.wrong)
    expect(page.locator("#customers .trouble")).to_have_text(f"{value.field} {value.said}")
    expect(count).to_have_text("")
    box.fill(value.right)
    expect(count).to_have_text(f"Customers shown: {len(value.found)} of {len(value.found)}")
    expect(page.locator("#customers .trouble")).to_have_count(0)
    if value.found:
        assert names(page) == value.found


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ({"status": 403, "json": {"errorCode": "Forbidden", "message": "no"}}, r"^You have no role here\."),
        *FAULTS,
    ],
    ids=["403", "429", "500", "away"],
)
def test_faults_of_the_list_of_customers_are_said_in_the_words_of_the_card(
    stage: Stage, open_page: Open, answer: dict[str, Any] | None, text: str
) -> None:
    address = "**/data/Customer?*"
    page = open_page(f"{stage.base}/#instance={INSTANCE}")
    expect(page.locator("#customers-count")).to_have_text("Customers shown: 4 of 4")
    page.route(address, lambda route: route.fulfill(**answer) if answer else route.abort())
    page.get_by_role("searchbox").fill("love")
    expect(page.locator("#customers .trouble")).to_have_text(re.compile(text))
    page.unroute(address)
    page.get_by_role("searchbox").fill("lovel")
    expect(page.locator("#customers-table tbody th")).to_have_text(["Ada Lovelace"])
    expect(page.locator("#customers .trouble")).to_have_count(0)


def test_an_entity_that_can_not_be_read_at_first_is_read_by_the_next_choice(stage: Stage, open_page: Open) -> None:
    def fail(page: Page) -> None:
        page.route("**/entities/Customer", lambda route: route.abort())

    page = open_page(f"{stage.base}/#instance={INSTANCE}", before=fail)
    expect(page.locator("#customers .trouble")).to_have_text(re.compile("^The server has not responded since "))
    page.unroute("**/entities/Customer")
    shown = page.get_by_text("Customers shown: 4 of 4")
    for _ in range(3):  # where the machine stops for longer than the page waits, the choice fails again
        if not shown.is_visible():
            page.get_by_role("button", name=re.compile("^Contoso$")).click()
            with suppress(TooLateError):
                shown.wait_for(timeout=LONG_S / 3 * 1000)
    expect(shown).to_be_visible()


def test_live_updates_are_counted_up_to_100(tmp_path: Path, open_page: Open) -> None:
    with Stage(tmp_path) as stage:
        for points in range(101):
            stage.update("ada", Points=points)
        page = open_page(stage.base)
        mine = page.locator("#instances tbody tr").filter(has_text=re.compile("^Contoso(?! Coffee)"))
        expect(mine.locator("td").nth(3)).to_have_text("100 or more")
        page.goto(f"{stage.instance}/usage/page")
        tiles = page.locator("#state dd")
        expect(tiles.nth(0)).to_have_text("100 or more")
        expect(tiles.nth(1)).to_have_text("100 or more")  # of them end within the hour


def test_more_customers_are_added_below(stage: Stage, open_page: Open) -> None:
    page = open_page(f"{stage.base}/#instance=11111111-1111-4111-8111-111111111111")
    expect(page.locator("#customers-count")).to_have_text("Customers shown: 25 of 400")
    first = names(page)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "skiptoken" in request.url else None)
    more = page.get_by_role("button", name="More customers")
    more.evaluate("button => [1, 2].forEach(() => button.click())")  # the second press while the first one is served
    expect(page.locator("#customers-count")).to_have_text("Customers shown: 50 of 400")
    assert names(page)[:25] == first
    assert len(asked) == 1


def test_the_local_host_shows_calls_that_work(stage: Stage, open_page: Open) -> None:
    page = open_page(f"{stage.base}/#instance={INSTANCE}")
    calls = page.locator("#calls pre")
    expect(calls).to_have_count(3)
    for call in calls.all_text_contents():
        done = subprocess.run(["bash", "-euc", call], capture_output=True, text=True, check=True)
        assert "errorCode" not in json.loads(done.stdout), call
