"""What a page says while it loads, and when the server refuses, is busy, is away or fails."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from browser.conftest import FAULTS, Open
from browser.stage import Stage
from playwright.sync_api import Page, Route, expect

CONTENT = re.compile("/content")


def count_reads(page: Page) -> list[str]:
    """Return the list of the page's reads of the content, which grows."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if CONTENT.search(request.url) else None)
    return asked


def test_it_says_that_it_loads(stage: Stage, open_page: Open) -> None:
    def hold(page: Page) -> None:
        page.route(CONTENT, lambda _: None)

    page = open_page(stage.card(), shows=".loading", before=hold)
    expect(page.locator(".loading")).to_have_text("Loading…")
    expect(page.locator("main")).to_have_attribute("aria-busy", "true")
    page.unroute(CONTENT)  # and what was held continues
    expect(page.locator("h1")).to_have_text("Ada Lovelace")
    expect(page.locator("main")).to_have_attribute("aria-busy", "false")
    expect(page.locator(".loading")).to_be_hidden()


def test_it_says_that_the_server_is_away_while_that_does_not_say_how_to_sign_in(stage: Stage, open_page: Open) -> None:
    def hold(page: Page) -> None:
        page.route("**/pages/settings", lambda _: None)
        page.route("**/sign_in.js*", wait_a_second)

    def wait_a_second(route: Route) -> None:
        code = route.fetch()
        route.fulfill(response=code, body=code.text().replace("LONGEST_WAIT = 10_000", "LONGEST_WAIT = 1_000"))

    page = open_page(stage.card(), shows=".trouble:not(:empty)", before=hold)
    expect(page.locator(".trouble")).to_contain_text("The server has not responded since")


def test_an_unknown_customer_leads_to_the_search_and_ends_polling(stage: Stage, open_page: Open) -> None:
    page = open_page(stage.card("nobody"), shows=".trouble", has_clock=True)
    expect(page.locator(".trouble")).to_contain_text("A new customer appears with the next refresh")
    expect(page.get_by_role("combobox")).to_be_focused()
    expect(page.locator("#content")).to_be_hidden()
    asked = count_reads(page)
    page.clock.run_for(120_000)
    page.mouse.move(5, 5)
    page.get_by_role("combobox").fill("ada")  # its answer comes after those of earlier reads
    expect(page.locator("#found-count")).to_have_text("Customers found: 1")
    assert asked == []
    with page.expect_request(CONTENT):
        page.get_by_role("button", name="Try again").click()


def test_an_unknown_instance_is_said_in_the_pages_words(stage: Stage, open_page: Open) -> None:
    address = f"{stage.base}/instances/33333333-3333-4333-8333-333333333333"
    for path in ("card/ada", "usage/page", "page"):
        page = open_page(f"{address}/{path}", shows=".trouble")
        expect(page.locator(".trouble")).to_have_text("There is no instance with this id. The start page lists yours.")
        expect(page.get_by_role("link", name="Start page")).to_have_attribute("href", re.compile(r"^(\.\./)+$"))


def test_pages_have_a_separate_budget_and_say_when_it_is_used_up(tmp_path: Path, open_page: Open) -> None:
    with Stage(tmp_path, REQUESTS_PER_MINUTE="6") as stage:
        page = open_page(stage.card(), shows=".trouble:not(:empty)")
        expect(page.locator(".trouble")).to_have_text(
            re.compile(r"^The server is busy. It takes requests again in \d+ s\. The page .+ asks again by itself\.$")
        )
        expect(page.locator("h1")).to_have_text("Ada Lovelace")
        assert stage.update("ada", Points=3)  # machines are not throttled by it


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ({"status": 429, "headers": {"Retry-After": "7"}, "json": {}}, r"^The server is busy\. .* in 7 s\. .*again"),
        ({"status": 503, "headers": {"Retry-After": "5"}, "json": {}}, r"^The server is busy\. .* in 5 s\. .*again"),
        ({"status": 500, "headers": {"x-ms-request-id": "abc-1"}, "json": {}}, r"^The server failed\. .* id abc-1 "),
        ({"status": 502, "body": "<html>"}, r"^The server failed\."),
        ({"status": 403, "json": {"errorCode": "Forbidden", "message": "no"}}, r"^You have no role here\."),
        ({"status": 410, "json": {"errorCode": "CustomerErased", "message": "no"}}, r"^This person was erased\.$"),
        ({"status": 400, "json": {"errorCode": "InvalidInstant", "message": "Odd."}}, r"^The server responded: Odd\.$"),
        ({"status": 200, "json": {"customer": None}}, r"^The page failed\."),
    ],
    ids=lambda value: str(value.get("status")) if isinstance(value, dict) else "",
)
def test_each_fault_has_its_own_words(stage: Stage, open_page: Open, answer: dict[str, object], text: str) -> None:
    def fail(page: Page) -> None:
        page.route(CONTENT, lambda route: route.fulfill(**answer))

    page = open_page(stage.card(), shows=".trouble:not(:empty)", before=fail)
    expect(page.locator(".trouble")).to_have_text(re.compile(text))


@pytest.mark.parametrize("settings", [{"status": 503}, {"status": 200, "body": "<html>"}], ids=["503", "no JSON"])
def test_a_server_that_does_not_say_how_to_sign_in_counts_as_away_and_comes_back(
    stage: Stage, open_page: Open, settings: dict[str, object]
) -> None:
    def fail(page: Page) -> None:
        page.route("**/pages/settings", lambda route: route.fulfill(**settings))

    page = open_page(stage.card(), shows=".trouble:not(:empty)", before=fail)
    expect(page.locator(".trouble")).to_have_text(re.compile("^The server has not responded since "))
    page.unroute("**/pages/settings")
    expect(page.locator("h1")).to_have_text("Ada Lovelace")


def test_after_busy_no_event_of_the_browser_makes_the_page_ask_before_the_time_that_the_server_said(
    stage: Stage, open_page: Open
) -> None:
    def fail(page: Page) -> None:
        answer = {"status": 429, "headers": {"Retry-After": "600"}, "json": {}}
        page.route(CONTENT, lambda route: route.fulfill(**answer))

    page = open_page(stage.card(), shows=".trouble:not(:empty)", has_clock=True, before=fail)
    page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 60)
    asked = count_reads(page)
    for event in ("visibilitychange", "online"):
        page.evaluate("name => (name === 'online' ? window : document).dispatchEvent(new Event(name))", event)
    page.mouse.move(7, 7)
    page.clock.run_for(500_000)
    page.get_by_role("combobox").fill("ada")  # its answer comes after those of earlier reads
    page.clock.run_for(1_000)
    expect(page.locator("#found-count")).to_have_text("Customers found: 1")
    assert asked == []
    page.unroute(CONTENT)
    with page.expect_request(CONTENT):
        page.clock.run_for(60_000)
    expect(page.locator("h1")).to_have_text("Ada Lovelace")


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ({"status": 403, "json": {"errorCode": "Forbidden", "message": "Only read."}}, r"^Only read\.$"),
        *FAULTS,
    ],
    ids=["403", "429", "500", "away"],
)
def test_a_failed_action_is_said_in_its_place_until_it_succeeds(
    stage: Stage, open_page: Open, answer: dict[str, Any] | None, text: str
) -> None:
    stage.update("ada", Points=3)
    page = open_page(stage.card())
    page.route("**/revert?*", lambda route: route.fulfill(**answer) if answer else route.abort())
    page.get_by_role("button", name="Revert Points").click()
    fault = page.locator("#live").get_by_role("alert")
    expect(fault).to_have_text(re.compile(text))
    page.unroute("**/revert?*")
    page.get_by_role("button", name="Revert Points").click()
    expect(page.locator("#receipt")).to_have_text("Points: the source's value shows again")
    expect(fault).to_have_count(0)


def test_a_server_that_is_away_is_said_with_the_time_and_comes_back(tmp_path: Path, open_page: Open) -> None:
    with Stage(tmp_path) as stage:
        page = open_page(stage.card())
        stage.stop()
        expect(page.locator(".trouble")).to_have_text(re.compile(r"^The server has not responded since \d+ \w+ \d{4},"))
        expect(page.locator("h1")).to_have_text("Ada Lovelace")
        stage.start()
        expect(page.locator(".trouble")).to_have_text("")
