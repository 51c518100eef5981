from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser.conftest import Open, pauses
from browser.stage import SCRIPT, Stage
from playwright.sync_api import Page, expect


@pytest.fixture(scope="module")
def called(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A host with usage: 12 reads, 3 of them of an unknown customer, 2 updates by a caller with script as its name."""
    with Stage(tmp_path_factory.mktemp("called")) as stage:
        for customer in ["ada"] * 9 + ["nobody"] * 3:
            stage.ask("GET", f"data/Customer/{customer}")
        for city in ("Oslo", "Bergen"):
            stage.ask("PATCH", "data/Customer/ada", json={"City": city}, params={"caller": SCRIPT}).raise_for_status()
        yield stage


def rows(page: Page, table: str) -> dict[str, list[str]]:
    """Return the cells of a table by its row headers."""
    found = page.locator(f"#{table} tbody tr").evaluate_all(
        "all => all.map(row => [...row.children].map(cell => cell.textContent))"
    )
    return {name: cells for name, *cells in found}


def test_it_counts_calls_and_data_by_operation(called: Stage, open_page: Open) -> None:
    page = open_page(f"{called.instance}/usage/page")
    operations = rows(page, "operations")
    assert operations["GetCustomer"][:2] == ["12", "3"]
    assert operations["UpdateCustomer"][:3] == ["2", "0", "32 bytes"]
    assert page.locator("#totals dt").all_text_contents()[:4] == ["Calls", "Failed", "Received", "Sent"]
    expect(page.locator("#calls svg[role=img]")).to_have_attribute("aria-label", re.compile("^Calls over time: "))
    expect(page.locator("#calls rect title").first).to_have_text(re.compile(r"^\d+:\d\d · 200: \d+$"))


@pytest.mark.parametrize(
    ("group", "names"),
    [
        ("Method", {"GetCustomer", "UpdateCustomer"}),
        ("Entity", {"Customer"}),
        ("Caller", {SCRIPT, "None"}),
        ("Principal", {"local"}),
        ("Result", {"200", "204", "404"}),
        ("Error code", {"CustomerNotFound", "None"}),
    ],
)
def test_it_groups_calls_as_chosen_in_chart_and_table(
    called: Stage, open_page: Open, group: str, names: set[str]
) -> None:
    page = open_page(f"{called.instance}/usage/page")
    page.get_by_label("Group by").select_option(group)
    expect(page.locator("#groups-title")).to_have_text(f"Calls by: {group}")
    assert names <= set(rows(page, "groups"))
    assert names <= set(page.locator("#calls .legend li").all_text_contents())
    expect(page.locator("main img, main script")).to_have_count(0)


@pytest.mark.parametrize(("period", "label"), [("Last 24 hours", r"\d+:\d\d"), ("Last 30 days", r"\d+ \w+")])
def test_it_reaches_back_as_far_as_chosen(called: Stage, open_page: Open, period: str, label: str) -> None:
    page = open_page(f"{called.instance}/usage/page")
    page.get_by_label("Period").select_option(period)
    expect(page.locator("#times tbody th").first).to_have_text(re.compile(f"^{label}$"))
    expect(page.locator("#trouble")).to_have_text("")


def test_it_follows_what_happens_and_says_when_the_server_is_lost(tmp_path: Path, open_page: Open) -> None:
    with Stage(tmp_path) as stage:
        page = open_page(f"{stage.instance}/usage/page")
        stage.ask("GET", "data/Customer?$top=1").raise_for_status()
        expect(page.locator("#operations")).to_contain_text("ListCustomers")
        assert 5 <= min(pauses(page, r"/usage\?from=[^&]*$")) < 7
        stage.stop()
        expect(page.locator("#trouble")).to_contain_text("has not responded since")
        stage.start()
        expect(page.locator("#trouble")).to_have_text("")
