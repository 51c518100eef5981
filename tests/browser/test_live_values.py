"""What is live comes first: who, what was there, until when; and what an agent does about it."""

from __future__ import annotations

import re
from pathlib import Path

from browser.conftest import Open
from browser.stage import Stage
from browser.test_card import field, value
from playwright.sync_api import Locator, Page, expect


def live(page: Page, name: str) -> Locator:
    return page.locator("#live-values li").filter(has=page.locator(f"b:text-is('{name}')"))


def test_live_values_come_first_with_source_sender_and_end_in_one_place(stage: Stage, open_page: Open) -> None:
    stage.update("noor", 10_700, Points=41)
    stage.update("noor", 5_500, FullName="Noor")
    page = open_page(stage.card("noor"))
    expect(page.locator("#live-title")).to_have_text(re.compile(r"^Live values: 2, next ends \d\d:\d\d$"))
    expect(page.locator("#live-values b")).to_have_text(["Full Name", "Points"])  # the one that ends first on top
    points = live(page, "Points")
    expect(points.locator(".now")).to_have_text("41")
    expect(points.locator(".was")).to_have_text("was 40")
    expect(points.locator(".meta")).to_have_text("by local, via Flow of the day")
    expect(points.locator(".until")).to_have_text(re.compile(r"^until \d\d:\d\d \(2 hrs\)$"))
    expect(live(page, "Full Name").locator(".until")).to_have_text(re.compile(r"\([89]\d mins\)$"))
    title = points.locator(".until").get_attribute("title") or ""
    assert re.search(r"CES?T|GMT\+[12]", title)
    assert title.endswith("Z)")
    assert page.evaluate("() => document.querySelector('#live').getBoundingClientRect().bottom") < 900


def test_seconds_are_counted_only_in_the_last_minute(tmp_path: Path, open_page: Open) -> None:
    with Stage(tmp_path) as stage:
        page = open_page(stage.card(), has_clock=True)
        until = stage.update("ada", 600, Points=5)
        expect(live(page, "Points").locator(".until")).to_have_text(re.compile(r"\(\d+ mins\)$"))
        page.context.set_offline(True)
        page.clock.pause_at(until.timestamp() - 42)
        expect(live(page, "Points").locator(".until")).to_have_text(re.compile(r"\(4\d secs\)$"))


def test_a_live_null_is_said_in_words(stage: Stage, open_page: Open) -> None:
    stage.update("long", City=None)
    page = open_page(stage.card("long"))
    expect(page.locator("#fields .cleared .value")).to_have_text("cleared")
    expect(page.locator("#live-values .cleared")).to_have_text("cleared")


def test_an_agent_edits_a_field_and_sees_the_receipt(tmp_path: Path, open_page: Open) -> None:
    with Stage(tmp_path) as stage:
        page = open_page(stage.card())
        page.get_by_role("button", name="Edit Tier").click()
        dialog = page.get_by_role("dialog", name="Edit Tier")
        dialog.get_by_label("New value").select_option("Silver")  # only the allowed values are offered
        assert dialog.get_by_label("New value").locator("option").all_text_contents() == ["Gold", "Silver"]
        dialog.get_by_label("Valid for").select_option("1 hour")
        dialog.get_by_role("button", name="Save").click()
        expect(page.locator("#receipt")).to_have_text(re.compile(r"^Tier is Silver until .+\.$"))
        expect(value(page, "Tier")).to_have_text("Silver")
        expect(live(page, "Tier").locator(".meta")).to_have_text("by local, via Customer card")
        page.get_by_role("button", name="Edit Points").click()
        expect(page.get_by_label("New value")).to_have_attribute("type", "number")
        page.get_by_label("No value").check()
        page.get_by_role("button", name="Save").click()
        expect(value(page, "Points")).to_have_text("cleared")
        page.get_by_role("button", name="Edit BirthDate").click()
        expect(page.get_by_label("New value")).to_have_value("1815-12-10")
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
        expect(field(page, "CustomerId").get_by_role("button", name="Edit")).to_have_count(0)


def test_a_value_until_the_next_refresh_says_so_in_its_receipt_and_in_the_history(
    tmp_path: Path, open_page: Open
) -> None:
    with Stage(tmp_path) as stage:
        page = open_page(stage.card())
        page.get_by_role("button", name="Edit Tier").click()
        page.get_by_label("New value").select_option("Silver")
        page.get_by_label("Valid for").select_option("Until next refresh")
        page.get_by_role("button", name="Save").click()
        latest = r"the next refresh, at the latest \d+ \w+ \d{4}, \d\d:\d\d"
        expect(page.locator("#receipt")).to_have_text(re.compile(rf"^Tier is Silver until {latest}\.$"))
        page.locator("#history summary").click()
        times = page.locator("#history li .meta:not([dir])")
        expect(times).to_have_text(re.compile(rf"^\d+ \w+ \d{{4}}, \d\d:\d\d to {latest}$"))


def test_a_change_is_valid_for_the_default_of_the_instance_unless_the_agent_chooses(
    tmp_path: Path, open_page: Open
) -> None:
    with Stage(tmp_path) as stage:
        definition = stage.ask("GET", "definition").json() | {"validity": {"update": "PT6H", "maximum": "P7D"}}
        stage.ask("PUT", "", json=definition).raise_for_status()
        page = open_page(stage.card())
        page.get_by_role("button", name="Edit Tier").click()
        expect(page.get_by_label("Valid for").locator("option:checked")).to_have_text("6 hours")
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Post a note").click()
        expect(page.get_by_label("Valid for").locator("option:checked")).to_have_text("7 days")


def test_lifetimes_are_in_the_language_of_the_card(stage: Stage, open_page: Open) -> None:
    page = open_page(stage.card(), locale="ko-KR")
    page.get_by_role("button", name="메모 남기기").click()
    options = page.get_by_label("유효 기간").locator("option")
    expect(options.first).to_have_text("15분")
    expect(options.last).to_have_text("오늘 자정까지 (UTC)")
    expect(options.locator("visible=false").filter(has_text="30일")).to_have_count(1)


def test_a_value_that_the_server_refuses_is_said_in_the_dialog(stage: Stage, open_page: Open) -> None:
    page = open_page(stage.card())
    page.get_by_role("button", name="Edit Points").click()
    page.get_by_label("New value").fill("99999999999")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("dialog .trouble")).to_contain_text("Points")
    expect(page.get_by_role("dialog")).to_be_visible()


def test_an_agent_reverts_a_field_and_the_history_says_so(tmp_path: Path, open_page: Open) -> None:
    with Stage(tmp_path) as stage:
        stage.update("ada", FullName="Ada B.")
        stage.update("ada", FullName="Ada Byron")
        page = open_page(stage.card())
        page.locator("#history summary").click()
        states = page.locator("#history li span:nth-child(3)")
        expect(states).to_have_text(["shows", "superseded"])
        page.get_by_role("button", name="Revert Full Name").click()
        expect(value(page, "Full Name")).to_have_text("Ada Lovelace")
        expect(page.locator("#receipt")).to_have_text("Full Name: the source's value shows again")
        expect(page.locator("#live-title")).to_have_text("No live values: all are the source's")
        expect(states.first).to_have_text(re.compile("^ended "))
        expect(page.locator("#history .now")).to_have_text(["Ada Byron", "Ada B."])


def test_a_viewer_is_offered_no_change(stage: Stage, open_page: Open) -> None:
    def as_viewer(page: Page) -> None:
        page.route("**/rbac/myrole", lambda route: route.fulfill(json={"roles": ["Viewer"]}))

    stage.update("evil", Points=3)
    page = open_page(stage.card("evil"), before=as_viewer)
    for name in ("Edit", "Revert", "Post a note"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)


def test_empty_fields_are_folded_and_ids_are_last_with_copy(stage: Stage, open_page: Open) -> None:
    page = open_page(stage.card("long"))
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    expect(page.locator("#empty summary")).to_have_text(re.compile(r"^Empty fields: \d$"))
    expect(field(page, "BirthDate")).to_be_hidden()
    page.locator("#empty summary").click()
    expect(field(page, "BirthDate")).to_be_visible()
    expect(page.locator("#profile dl").last.locator("dt")).to_have_text(["CustomerId", "Crm_Contacts_ContactId"])
    page.get_by_role("button", name="Copy CustomerId").click()
    expect(page.locator("#news")).to_have_text("Copied")
    assert page.evaluate("() => navigator.clipboard.readText()") == "long"


def test_mail_and_telephone_are_links(stage: Stage, open_page: Open) -> None:
    stage.update("evil", FullName="mallory@example.org")
    page = open_page(stage.card("evil"))
    link = page.get_by_role("link", name="mallory@example.org")
    expect(link).to_have_attribute("href", "mailto:mallory@example.org")
