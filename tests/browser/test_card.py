from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from browser.conftest import Open, pauses
from browser.stage import SCRIPT, Stage
from playwright.sync_api import Locator, Page, expect


def field(page: Page, name: str) -> Locator:
    return page.locator(".field").filter(has=page.locator(f":scope > dt:text-is('{name}')"))


def value(page: Page, name: str) -> Locator:
    return field(page, name).locator(".value")


def titles(page: Page) -> Locator:
    return page.locator("#timeline h3")


def test_it_shows_the_profile_by_friendly_names_and_as_people_write(stage: Stage, open_page: Open) -> None:
    page = open_page(stage.card())
    expect(page.locator("h1")).to_have_text("Ada Lovelace")
    expect(page).to_have_title("Ada Lovelace – Customer card")
    expect(value(page, "Full Name")).to_have_text("Ada Lovelace")
    expect(value(page, "Points")).to_have_text("1,200")
    expect(value(page, "BirthDate")).to_have_text("10 Dec 1815")
    expect(value(page, "OptIn")).to_have_text("Yes")
    expect(value(page, "Token")).to_have_text("—")
    expect(page.locator(".live")).to_have_count(0)


def test_an_update_appears_with_time_left_and_says_why_on_demand(stage: Stage, open_page: Open) -> None:
    page = open_page(stage.card())
    stage.update("ada", 5400, FullName="Ada Byron")
    expect(value(page, "Full Name")).to_have_text("Ada Byron")
    expect(page.locator("#news")).to_have_text("Full Name: Ada Byron")
    expect(page.locator("h1")).to_have_text("Ada Byron")
    live = field(page, "Full Name")
    expect(live.locator("summary")).to_have_text(re.compile(r"^Live 1:2\d:[0-5]\d left$"))
    expect(live.locator(".why")).to_be_hidden()
    page.keyboard.press("Tab")
    live.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(live.locator(".why div").nth(0)).to_have_text("Source valueAda Lovelace")
    expect(live.locator(".why div").nth(1)).to_have_text("Set bylocal")
    expect(live.locator(".why div").nth(2)).to_have_text("CallerFlow of the day")
    stage.update("ada", 1800, FullName="Ada")  # ends before the older one, which is then visible
    expect(value(page, "Full Name")).to_have_text("Ada")
    stage.advance(1800)
    expect(value(page, "Full Name")).to_have_text("Ada Byron")


def test_it_falls_back_to_the_source_in_the_moment_of_expiry(tmp_path: Path, open_page: Open) -> None:
    with Stage(tmp_path) as stage:
        page = open_page(stage.card("noor"), has_clock=True)
        until = stage.update("noor", Points=41)
        expect(value(page, "Points")).to_have_text("41")
        page.context.set_offline(True)  # the page alone decides
        page.clock.pause_at(until - timedelta(milliseconds=1))
        expect(page.locator(".live")).to_have_count(1)
        assert value(page, "Points").text_content() == "41"
        page.clock.run_for(200)
        assert page.locator(".live").count() == 0
        assert value(page, "Points").text_content() == "40"
        assert page.locator("#news").text_content() == "Points: 40"
        stage.advance(3600)
        page.context.set_offline(False)
        expect(page.locator("#trouble")).to_have_text("")
        expect(value(page, "Points")).to_have_text("40")


def test_it_falls_back_even_while_the_server_is_away(tmp_path: Path, open_page: Open) -> None:
    with Stage(tmp_path) as stage:
        page = open_page(stage.card(), has_clock=True)
        stage.update("ada", Points=1, FullName="Ada Byron")
        expect(page.locator("h1")).to_have_text("Ada Byron")
        stage.stop()
        expect(page.locator("#trouble")).to_contain_text("The server has not responded since")
        page.clock.fast_forward(3_600_000)
        stage.advance(3600)
        expect(value(page, "Points")).to_have_text("1,200")
        expect(page.locator("h1")).to_have_text("Ada Lovelace")
        stage.start()
        stage.post("ada", "While you were away")
        expect(page.locator("#trouble")).to_have_text("")
        expect(titles(page)).to_have_text(["While you were away"])


def test_an_idle_card_costs_answers_without_a_body(stage: Stage, open_page: Open) -> None:
    page = open_page(stage.card("long"))
    seen = set[tuple[str, int]]()
    page.on("response", lambda response: seen.add((response.url.split("?")[0].rsplit("/", 1)[1], response.status)))
    for name in ("long", "timeline"):
        between = pauses(page, rf"/{name}\?", 4)
        assert min(between) >= 1
        assert min(between) < 2  # a change must be visible soon
    assert seen == {("long", 304), ("timeline", 304)}


def test_the_timeline_is_newest_first_with_icons_links_and_news(stage: Stage, open_page: Open) -> None:
    stage.post("long", "Old order", "SalesOrder", days=3, ExternalUrl="https://example.com/1", Description="One kettle")
    page = open_page(stage.card("long"))
    stage.post("long", "Asked for help", "SupportTicket", ExternalUrl="javascript:alert(1)")
    expect(titles(page)).to_have_text(["Asked for help", "Old order"])
    expect(page.locator("#news")).to_have_text("New activity: Asked for help")
    expect(page.get_by_role("link", name="Open: Old order")).to_have_attribute("href", "https://example.com/1")
    expect(page.locator("#timeline a")).to_have_count(1)
    shapes = page.locator("#timeline svg").evaluate_all("all => all.map(each => each.innerHTML)")
    assert len(set(shapes)) == 2


def test_the_timeline_is_narrowed_by_type_and_date_and_grows_by_fifty(tmp_path: Path, open_page: Open) -> None:
    items = [
        {
            "CustomerId": "ada",
            "ActivityTime": f"2026-11-{1 + n // 6:02}T0{n % 6}:00:00Z",
            "ActivityType": "Survey" if n % 2 else "Order",
            "Title": f"Event {n}",
        }
        for n in range(120)
    ]
    with Stage(tmp_path) as stage:
        assert stage.ask("POST", "data/UnifiedActivity/batch", json={"items": items}).status_code == 200
        page = open_page(stage.card())
        more = page.get_by_role("button", name="Show 50 more")
        for count in (50, 100):
            expect(titles(page)).to_have_count(count)
            more.click()
        expect(titles(page)).to_have_count(120)
        expect(more).to_be_hidden()
        expect(page.locator("#type option")).to_have_text(["All types", "Order (60)", "Survey (60)"])
        page.get_by_label("Type").select_option("Survey")
        expect(titles(page)).to_have_count(50)
        expect(titles(page).first).to_have_text("Event 119")
        page.get_by_label("From", exact=True).fill("2026-11-03")
        page.get_by_label("To", exact=True).fill("2026-11-03")
        expect(titles(page)).to_have_text(["Event 17", "Event 15", "Event 13"])
        expect(page.locator("#news")).to_have_text("")


@pytest.mark.parametrize(("words", "found"), [("ada", "Ada"), ("K-2", "نور"), ('نور "', "نور")])
def test_a_customer_is_found_by_name_and_by_source_key(stage: Stage, open_page: Open, words: str, found: str) -> None:
    page = open_page(stage.card("long"))
    page.get_by_role("searchbox").fill(words)
    expect(page.locator("#found-count")).to_have_text("Customers found: 1")
    page.locator("#found a").click()
    expect(page.locator("h1")).to_contain_text(found)
    page.get_by_role("searchbox").fill("nobody at all")
    expect(page.locator("#found-count")).to_have_text("No customer found")


def test_script_stays_text_in_every_field_and_activity(stage: Stage, open_page: Open) -> None:
    stage.update("evil", FullName="<i>M</i>")
    stage.post("evil", SCRIPT, SCRIPT, Description=SCRIPT, ActivityTypeDisplay=SCRIPT, ExternalUrl=SCRIPT)
    record = {"PurchaseId": SCRIPT, "PurchasedOn": "2026-11-01T00:00:00Z", "ContactId": SCRIPT, "Product": SCRIPT}
    assert stage.ask("POST", "data/Shop_Purchases", json=record).status_code == 201
    page = open_page(stage.card("evil"))
    page.get_by_role("searchbox").fill("Mallory")
    page.locator("summary:visible").first.click()
    expect(page.locator("h1")).to_have_text("<i>M</i>")
    expect(value(page, "Crm_Contacts_ContactId")).to_have_text(SCRIPT)
    expect(field(page, f"City {SCRIPT}".replace("'", "\\'"))).to_contain_text(SCRIPT)
    expect(titles(page)).to_have_text([SCRIPT, SCRIPT])
    expect(page.locator("main img, main script, main i, header img")).to_have_count(0)
    assert page.title() == "<i>M</i> – Customer card"


def test_an_unknown_customer_is_said_in_the_servers_words(stage: Stage, open_page: Open) -> None:
    page = open_page(stage.card())
    page.goto(stage.card("nobody"))
    expect(page.locator("#trouble")).to_have_text("The server responded: There is no customer 'nobody'.")
    expect(page.locator("#content")).to_be_hidden()


def test_it_speaks_korean_where_the_browser_does(stage: Stage, open_page: Open) -> None:
    page = open_page(stage.card(), locale="ko-KR")
    expect(page.locator("html")).to_have_attribute("lang", "ko-KR")
    expect(page.locator("#profile-title")).to_have_text("프로필")
    expect(value(page, "BirthDate")).to_have_text("1815. 12. 10.")


def test_it_speaks_english_where_the_browser_speaks_something_else(stage: Stage, open_page: Open) -> None:
    expect(open_page(stage.card(), locale="fi-FI").locator("#profile-title")).to_have_text("Profile")
