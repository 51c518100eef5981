"""How often open pages ask, and how usage counts their calls."""

from __future__ import annotations

import re
from contextlib import closing
from pathlib import Path

import pytest
from browser.conftest import Open, pauses
from browser.stage import Stage
from browser.test_states import CONTENT
from playwright.sync_api import Browser, Page, Request, expect
from support.process import LONG_S

USAGE = {"active": 12, "a minute later": 12, "ten minutes later": 2}
STEP = 500  # ms
PAGE = {"active": 30, "a minute later": 12, "ten minutes later": 2}
ROUND_TRIP_MS = 1_500
OPENED = [("card/ada", "en-GB", "/content"), ("card/ada", "ko-KR", "/content"), ("usage/page", "en-GB", "/usage?")]


class Traffic:
    """The requests of a page's code: all, and those that have no answer yet; `watch` comes before it is opened."""

    def __init__(self) -> None:
        self.asked = list[str]()
        self._unanswered = set[Request]()

    def watch(self, page: Page) -> None:
        self._page = page
        page.on("request", self._begin)
        for event in ("requestfinished", "requestfailed"):
            page.on(event, self._end)

    def settle(self) -> None:
        """Wait until the page has the answers to all its requests, and has worked through them."""
        is_quiet = False
        while not is_quiet:
            is_quiet = not self._unanswered
            self._page.evaluate("async () => { for (let turn = 0; turn < 9; turn++) await fetch(location.href); }")
            is_quiet = is_quiet and not self._unanswered

    def _begin(self, request: Request) -> None:
        if request.headers.get("x-ms-client"):
            self.asked.append(request.url)
            self._unanswered.add(request)

    def _end(self, request: Request) -> None:
        self._unanswered.discard(request)


def test_one_request_without_a_body_serves_a_poll(stage: Stage, open_page: Open) -> None:
    page = open_page(stage.card("long"))
    seen = set[tuple[str, int]]()
    page.on("response", lambda response: seen.add((response.url.split("?")[0].rsplit("/", 1)[1], response.status)))
    assert min(pauses(page, "/content", 4)) >= 1
    assert seen == {("content", 304)}


def test_it_asks_less_often_the_longer_no_one_is_active(tmp_path: Path, open_page: Open) -> None:
    traffic = Traffic()
    with Stage(tmp_path) as stage:
        page = open_page(stage.card(), has_clock=True, before=traffic.watch)
        assert reads_within(page, traffic, skip=70_000, pause=5_000) == 1
        assert reads_within(page, traffic, skip=700_000, pause=30_000) == 1
        with page.expect_request(CONTENT):
            page.mouse.move(9, 9)  # the viewer is back


def reads_within(page: Page, traffic: Traffic, skip: int, pause: int) -> int:
    """Let `skip` ms pass without a movement; return the number of reads in the next pause, which must end in one."""
    with page.expect_response(CONTENT):
        page.clock.fast_forward(skip)
    page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 60)
    traffic.settle()
    before = len(traffic.asked)
    for _ in range(pause // STEP + 1):  # in steps: a pause begins with an answer, which may come while the clock runs
        if len(traffic.asked) == before:
            page.clock.run_for(STEP)
            traffic.settle()
    assert len(traffic.asked) == before + 1
    before += 1
    page.clock.run_for(pause - STEP - 100)
    traffic.settle()
    assert len(traffic.asked) == before
    with page.expect_response(CONTENT):
        page.clock.run_for(STEP + 200)
    traffic.settle()
    return len(traffic.asked) - before


@pytest.mark.parametrize(
    ("path", "each_minute"),
    [("card/ada", {"active": 60, "a minute later": 12, "ten minutes later": 2}), ("usage/page", USAGE), ("page", PAGE)],
)
def test_an_open_page_asks_as_often_as_the_readme_says(
    stage: Stage, open_page: Open, path: str, each_minute: dict[str, int]
) -> None:
    traffic = Traffic()
    page, asked = open_page(f"{stage.instance}/{path}", has_clock=True, before=traffic.watch), traffic.asked
    page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 60)
    counted = dict[str, int]()
    for state, skip in (("active", 0), ("a minute later", 60), ("ten minutes later", 600)):
        page.clock.fast_forward(skip * 1000)
        traffic.settle()
        if state == "active":
            page.mouse.move(len(asked) % 9, 7)
        traffic.settle()
        before = len(asked)
        for _ in range(60):
            page.clock.run_for(1_000)
            traffic.settle()
            if state == "active":
                page.mouse.move(len(asked) % 9, 9)
        counted[state] = len(asked) - before
    assert all(abs(counted[state] - most) <= 1 for state, most in each_minute.items()), counted  # a minute cuts a pause


def trips(page: Page, address: str, last: str) -> int:
    """Open a page over a slow network; return how many requests, each after the answer to another, lead to its data.

    `last` is in the address of the data that it needs last. A request begins with the first bytes of the answer that
    asks for it, which may be before its last ones: half a round trip tells those that wait from those sent at once.
    """
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    conditions = {"offline": False, "latency": ROUND_TRIP_MS, "downloadThroughput": -1, "uploadThroughput": -1}
    network.send("Network.emulateNetworkConditions", conditions)
    page.goto(address)
    expect(page.locator("#content")).to_be_visible()
    requests = page.wait_for_function(  # the record of a request may come after what its answer shows
        """last => {
          const all = ["navigation", "resource"].flatMap((kind) => performance.getEntriesByType(kind));
          return all.some((each) => each.name.includes(last))
            && all.map(({ name, startTime, responseEnd }) => [name, startTime, responseEnd]);
        }""",
        arg=last,
    ).json_value()
    count, end = 0, 0.0
    for name, starts, ends in sorted(requests, key=lambda request: request[2]):
        is_sent = not name.startswith("data:") and ends - starts > ROUND_TRIP_MS / 2
        if is_sent and starts >= end - ROUND_TRIP_MS / 2:
            count, end = count + 1, ends
    return count


@pytest.mark.parametrize(("path", "locale", "last"), OPENED)
def test_a_page_needs_as_many_round_trips_as_the_readme_says(
    stage: Stage, browser: Browser, path: str, locale: str, last: str
) -> None:
    with closing(browser.new_context(locale=locale)) as context:
        context.set_default_timeout(LONG_S * 1000)
        page = context.new_page()
        first = trips(page, f"{stage.instance}/{path}", last)
        page.goto("about:blank")
        again = trips(page, f"{stage.instance}/{path}", last)  # with the files that the browser has kept
        assert (first, again) == (3, 3)


def test_usage_counts_calls_of_pages_only_if_asked(tmp_path: Path, open_page: Open) -> None:
    with Stage(tmp_path) as stage:
        page = open_page(stage.card())
        pauses(page, "/content", 2)
        stage.ask("GET", "data/Customer/ada").raise_for_status()
        operations = {row["operation"] for row in stage.ask("GET", "usage").json()["rows"]}
        assert "GetCustomer" in operations
        assert "GetCardContent" not in operations
        everything = stage.ask("GET", "usage", params={"includePages": "true"}).json()["rows"]
        assert "GetCardContent" in {row["operation"] for row in everything}
        page.goto(f"{stage.instance}/usage/page")
        expect(page.locator("#groups")).to_contain_text("GetCustomer")
        expect(page.locator("#groups")).not_to_contain_text("GetCardContent")
        page.get_by_label("With the calls of these pages").check()
        expect(page.locator("#groups")).to_contain_text("GetCardContent")
        assert re.search("#.*pages=true", page.url)


def test_a_hidden_page_asks_nothing_and_a_shown_one_at_once(stage: Stage, open_page: Open) -> None:
    traffic = Traffic()
    page = open_page(stage.card(), has_clock=True, before=traffic.watch)
    hide = """is => {
      Object.defineProperty(document, "hidden", { get: () => is, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }"""
    page.evaluate(hide, True)
    traffic.settle()
    asked = len(traffic.asked)
    page.clock.run_for(60_000)
    traffic.settle()
    assert len(traffic.asked) == asked
    with page.expect_request(CONTENT):
        page.evaluate(hide, False)
