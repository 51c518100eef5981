"""The timeline: days, all fields of a row, filters in the address, further pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from browser.conftest import Open
from browser.stage import Stage
from browser.test_card import titles
from playwright.sync_api import Page, Response, Route, expect

EVENTS = [
    {
        "CustomerId": "ada",
        "ActivityTime": f"2026-11-{1 + n // 6:02}T0{n % 6}:00:00Z",
        "ActivityType": "Survey" if n % 2 else "Order",
        "Title": f"Event {n}",
        "Description": "Ochre, as always" if n == 7 else None,
    }
    for n in range(120)
]


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A host with a customer that has 120 activities."""
    with Stage(tmp_path_factory.mktemp("long")) as stage:
        stage.ask("POST", "data/UnifiedActivity/batch", json={"items": EVENTS}).raise_for_status()
        yield stage


def test_further_pages_are_added_below_and_each_is_read_once(long: Stage, open_page: Open) -> None:
    page = open_page(long.card())
    more = page.get_by_role("button", name="Show 50 more")
    expect(titles(page)).to_have_count(50)
    expect(page.locator("#timeline-count")).to_have_text("Activities shown: 50 of 120")
    further: list[str] = []
    page.on("request", lambda request: further.append(request.url) if "skiptoken" in request.url else None)
    polls: list[int] = []
    page.on("response", lambda answer: polls.append(answer.status) if is_poll(answer) else None)
    more.evaluate("button => [1, 2].forEach(() => button.click())")  # the second press while the first one is served
    expect(titles(page)).to_have_count(100)
    expect(titles(page).nth(50)).to_have_text("Event 69")
    assert page.evaluate("() => document.activeElement.textContent") == "Event 69"  # the first new row has the focus
    more.click()
    expect(titles(page)).to_have_count(120)
    expect(more).to_be_hidden()
    assert len(further) == 2
    with page.expect_response(is_poll):
        pass
    assert set(polls) == {304}  # a further page does not make it forget the first one
    long.post("ada", "A new one", ActivityId="new")
    expect(titles(page).first).to_have_text("A new one")
    expect(titles(page)).to_have_count(121)
    long.ask("POST", "data/UnifiedActivity/new/withdraw").raise_for_status()
    expect(titles(page)).to_have_count(120)
    expect(titles(page).first).to_have_text("Event 119")


def is_poll(answer: Response) -> bool:
    return "/content" in answer.url and "skiptoken" not in answer.url


def test_a_further_page_that_can_not_be_read_is_said_and_read_by_another_press(long: Stage, open_page: Open) -> None:
    page = open_page(long.card())
    page.route("**/content?*skiptoken*", lambda route: route.fulfill(status=500, headers={"x-ms-request-id": "abc-1"}))
    more = page.get_by_role("button", name="Show 50 more")
    more.click()
    expect(page.locator("#timeline .trouble")).to_contain_text("abc-1")
    page.unroute("**/content?*skiptoken*")
    more.click()
    expect(titles(page)).to_have_count(100)
    expect(page.locator("#timeline .trouble")).to_have_count(0)


def test_the_types_are_read_again_only_when_other_activities_are_shown(tmp_path: Path, open_page: Open) -> None:
    with Stage(tmp_path) as stage:
        page = open_page(stage.card())
        read: list[str] = []
        page.on("request", lambda one: read.append(one.url) if "activityresponsemetadata" in one.url else None)
        stage.update("ada", FullName="Ada Byron")
        expect(page.locator("h1")).to_have_text("Ada Byron")
        assert read == []
        stage.post("ada", "The first one")
        expect(page.locator("#timeline-count")).to_have_text("Activities shown: 1 of 1")
        assert len(read) == 1


def test_filters_are_in_the_address_and_are_cleared_with_a_click(long: Stage, open_page: Open) -> None:
    page = open_page(long.card())
    page.get_by_label("Type").select_option("Survey")
    expect(titles(page).first).to_have_text("Event 119")
    page.get_by_label("From", exact=True).fill("2026-11-03")
    page.get_by_label("To", exact=True).fill("2026-11-03")
    expect(titles(page)).to_have_text(["Event 17", "Event 15", "Event 13"])
    assert page.url.endswith("#type=Survey&from=2026-11-03&to=2026-11-03")
    page.reload()
    expect(titles(page)).to_have_text(["Event 17", "Event 15", "Event 13"])
    expect(page.get_by_label("Type")).to_have_value("Survey")
    page.get_by_label("From", exact=True).fill("2026-11-05")
    expect(page.locator("#timeline-count")).to_have_text("No activity fits the filters")
    page.get_by_role("button", name="Clear filters").click()
    expect(titles(page)).to_have_count(50)
    assert "#" not in page.url


def test_words_are_searched_in_the_whole_timeline_and_kept_in_the_address(long: Stage, open_page: Open) -> None:
    page = open_page(long.card())
    page.get_by_label("Search", exact=True).fill("always ochre")
    expect(titles(page)).to_have_text(["Event 7"])  # it is on the last page
    expect(page.locator("#timeline-count")).to_have_text("Activities shown: 1")
    assert page.url.endswith("#words=always+ochre")
    page.reload()
    expect(titles(page)).to_have_text(["Event 7"])
    expect(page.get_by_label("Search", exact=True)).to_have_value("always ochre")
    page.get_by_label("Search", exact=True).fill("nothing like this")
    expect(page.locator("#timeline-count")).to_have_text("No activity fits the filters")
    page.get_by_role("button", name="Clear filters").click()
    expect(titles(page)).to_have_count(50)


def test_the_chart_counts_the_chosen_activities_by_day(long: Stage, open_page: Open) -> None:
    page = open_page(long.card())
    page.get_by_label("To", exact=True).fill("2026-11-20")
    page.locator("#over-time summary").click()
    chart = page.locator("#over-time [role=group]")
    expect(chart).to_have_attribute("aria-label", re.compile(r": 120 in total, at most 6 in one interval\."))
    assert page.locator("#over-time rect.s0").count() >= 20  # days, and the legend
    chart.focus()
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#over-time output")).to_have_text("20 Nov · Timeline: 6")
    page.get_by_label("Type").select_option("Survey")
    expect(chart).to_have_attribute("aria-label", re.compile(": 60 in total, at most 3 in"))
    page.get_by_label("Search", exact=True).fill("nothing like this")
    expect(chart).to_be_hidden()


def test_new_activities_have_relative_times_with_the_exact_one_on_hover(tmp_path: Path, open_page: Open) -> None:
    with Stage(tmp_path) as stage:
        stage.post("ada", "Days ago", days=3)
        stage.post("ada", "Just now", ActivityTime=(datetime.now(UTC) - timedelta(seconds=110)).isoformat())
        page = open_page(stage.card())
        times = page.locator("#activities time")
        expect(times.first).to_have_text("2 minutes ago")  # it was one minute at first
        expect(times.first).to_have_attribute("title", re.compile(r"(CES?T|GMT\+[12]) \(\d{4}-.+Z\)$"))
        expect(times.last).to_have_text(re.compile(r"^\d\d:\d\d$"))


def test_each_real_time_activity_says_who_sent_it_and_by_which_program(tmp_path: Path, open_page: Open) -> None:
    with Stage(tmp_path) as stage:
        stage.post("ada", "From a person", days=1)
        stage.ask("POST", "data/UnifiedActivity?caller=Shop", json=EVENTS[0]).raise_for_status()
        page = open_page(stage.card())
        metas = page.locator("#activities .meta")
        expect(metas).to_have_text([re.compile("Real time, until .+ · by local$"), re.compile("· by local, via Shop$")])

        def without_principal(page: Page) -> None:
            page.route("**/content*", answer_without_principal)

        unknown = open_page(stage.card(), before=without_principal)
        expect(unknown.locator("#activities .meta").last).to_have_text(re.compile("· by unknown, via Shop$"))


def answer_without_principal(route: Route) -> None:
    answer = route.fetch()
    content = answer.json()
    for activity in content["activities"]:
        activity["origin"]["principal"] = None  # it was sent before principals were kept
    route.fulfill(response=answer, json=content)


def test_no_activities_at_all_and_none_that_fit_have_different_texts(long: Stage, open_page: Open) -> None:
    page = open_page(long.card("evil"))
    expect(page.locator("#timeline-count")).to_have_text("This customer has no activities")
    page.get_by_role("button", name="7 days").click()
    expect(page.locator("#timeline-count")).to_have_text("No activity fits the filters")
    assert re.search(r"#from=\d{4}-\d\d-\d\d$", page.url)


def test_days_are_headings_and_a_row_opens_to_all_its_fields(stage: Stage, open_page: Open) -> None:
    record = {"PurchaseId": "P-9", "PurchasedOn": "2026-11-01T10:00:00Z", "ContactId": "K-2", "Product": "Kettle"}
    assert stage.ask("POST", "data/Shop_Purchases", json=record).status_code == 201
    page = open_page(stage.card("noor"))
    expect(page.locator("#activities h3").last).to_have_text("Sunday, 1 November 2026")
    row = page.locator("#activities li").filter(has=page.get_by_role("heading", level=4)).last
    expect(row.locator(".badge")).to_have_text(re.compile(r"^Real time, until .+ \(\d+ days\)$"))
    assert "CET" in (row.locator("time").get_attribute("title") or "")
    expect(row.locator("dl")).to_be_hidden()
    row.locator("summary").click()
    expect(row.locator("dd").filter(has_text="Kettle").first).to_be_visible()  # the names of the fields are read first
    shown = dict(zip(row.locator("dt").all_text_contents(), row.locator("dd").all_text_contents(), strict=True))
    assert {name: shown[name] for name in ("PurchaseId", "Product", "Activity Time")} == {
        "PurchaseId": "P-9",
        "Product": "Kettle",
        "Activity Time": "1 Nov 2026, 11:00",
    }


def test_an_agent_posts_a_note_and_sees_it_on_the_timeline(tmp_path: Path, open_page: Open) -> None:
    with Stage(tmp_path) as stage:
        page = open_page(stage.card())
        page.get_by_role("button", name="Post a note").click()
        dialog = page.get_by_role("dialog", name="Post a note")
        expect(dialog.get_by_label("Title")).to_be_focused()
        dialog.get_by_role("button", name="Save").click()  # a title is required
        expect(dialog.locator("option:checked")).to_have_text("30 days")  # the default of the instance
        dialog.get_by_label("Title").fill("Called back")
        dialog.get_by_label("Text").fill("Wants an invoice.")
        dialog.get_by_label("Valid for").select_option("3 days")
        dialog.get_by_role("button", name="Save").click()
        expect(page.locator("#posted")).to_have_text(re.compile("^The note “Called back” is on the timeline until .+"))
        expect(titles(page)).to_have_text(["Called back"])
        expect(page.locator("#activities .description")).to_have_text("Wants an invoice.")
        stored = stage.ask("GET", "profile/timeline", params={"customerId": "ada"}).json()["value"]
        assert [(one["ActivityType"], one["Title"]) for one in stored] == [("Note", "Called back")]
        page.route("**/data/UnifiedActivity?*", lambda route: route.fulfill(status=403, json={"message": "No role."}))
        page.get_by_role("button", name="Post a note").click()
        dialog.get_by_label("Title").fill("Again")
        dialog.get_by_role("button", name="Save").click()
        expect(dialog.get_by_role("alert")).to_have_text("No role.")


def test_on_a_phone_buttons_jump_to_the_parts_and_stay_in_reach(long: Stage, open_page: Open) -> None:
    page = open_page(long.card(), viewport={"width": 320, "height": 640})
    jump = page.locator("#jump")
    for name in ("Timeline", "Profile", "Live"):
        jump.get_by_role("button", name=name).click()
        title = page.locator(f"#{name.lower()}-title")
        expect(title).to_be_focused()
        expect(title).to_be_in_viewport()
        expect(jump).to_be_in_viewport()
    assert "#" not in page.url
    page.set_viewport_size({"width": 1440, "height": 900})
    expect(jump).to_be_hidden()
