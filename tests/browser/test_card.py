from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

from browser.conftest import Open
from browser.stage import SCRIPT, Stage
from playwright.sync_api import Locator, Page, expect


def field(page: Page, name: str) -> Locator:
    return page.locator(".field").filter(has=page.locator(f":scope > dt:text-is('{name}')"))


def value(page: Page, name: str) -> Locator:
    return field(page, name).locator(".value")


def titles(page: Page) -> Locator:
    return page.locator("#activities h4")


def test_it_shows_the_profile_by_friendly_names_and_as_people_write(stage: Stage, open_page: Open) -> None:
    page = open_page(stage.card())
    expect(page.locator("h1")).to_have_text("Ada Lovelace")
    expect(page).to_have_title("Ada Lovelace – Contoso – Customer card")
    expect(value(page, "Full Name")).to_have_text("Ada Lovelace")
    expect(value(page, "Points")).to_have_text("1,200")
    expect(value(page, "BirthDate")).to_have_text("10 Dec 1815")
    expect(value(page, "OptIn")).to_have_text("Yes")
    expect(value(page, "Token")).to_have_text("—")
    expect(page.locator(".live")).to_have_count(0)


def test_an_update_appears_and_the_next_older_one_when_it_ends(stage: Stage, open_page: Open) -> None:
    page = open_page(stage.card())
    stage.update("ada", 5400, FullName="Ada Byron")
    expect(value(page, "Full Name")).to_have_text("Ada Byron")
    expect(page.locator("#news")).to_have_text("Full Name: Ada Byron")
    expect(page.locator("h1")).to_have_text("Ada Byron")
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
        expect(page.locator(".trouble")).to_have_text("")
        expect(value(page, "Points")).to_have_text("40")


def test_it_falls_back_even_while_the_server_is_away(tmp_path: Path, open_page: Open) -> None:
    with Stage(tmp_path) as stage:
        page = open_page(stage.card(), has_clock=True)
        stage.update("ada", Points=1, FullName="Ada Byron")
        expect(page.locator("h1")).to_have_text("Ada Byron")
        stage.stop()
        expect(page.locator(".trouble")).to_contain_text("The server has not responded since")
        page.clock.fast_forward(3_600_000)
        stage.advance(3600)
        expect(value(page, "Points")).to_have_text("1,200")
        expect(page.locator("h1")).to_have_text("Ada Lovelace")
        stage.start()
        stage.post("ada", "While you were away")
        expect(page.locator(".trouble")).to_have_text("")
        expect(titles(page)).to_have_text(["While you were away"])


def test_the_timeline_is_newest_first_with_icons_links_and_news(stage: Stage, open_page: Open) -> None:
    stage.post("long", "Old order", "SalesOrder", days=3, ExternalUrl="https://example.com/1", Description="One kettle")
    page = open_page(stage.card("long"))
    stage.post("long", "Asked for help", "SupportTicket", ExternalUrl="javascript:alert(1)")
    expect(titles(page)).to_have_text(["Asked for help", "Old order"])
    expect(page.locator("#news")).to_have_text("New activity: Asked for help")
    expect(page.get_by_role("link", name="Open: Old order")).to_have_attribute("href", "https://example.com/1")
    expect(page.locator("#activities a")).to_have_count(1)
    shapes = page.locator("#activities svg").evaluate_all("all => all.map(each => each.innerHTML)")
    assert len(set(shapes)) == 2


def test_script_stays_text_in_every_field_and_activity(stage: Stage, open_page: Open) -> None:
    stage.update("evil", FullName="<i>M</i>")
    stage.post("evil", SCRIPT, SCRIPT, Description=SCRIPT, ActivityTypeDisplay=SCRIPT, ExternalUrl=SCRIPT)
    record = {"PurchaseId": SCRIPT, "PurchasedOn": "2026-11-01T00:00:00Z", "ContactId": SCRIPT, "Product": SCRIPT}
    assert stage.ask("POST", "data/Shop_Purchases", json=record).status_code == 201
    page = open_page(stage.card("evil"))
    page.get_by_role("combobox", name="Find a customer").fill("Mallory")
    page.locator("#activities summary").first.click()
    expect(page.locator("h1")).to_have_text("<i>M</i>")
    expect(value(page, "Crm_Contacts_ContactId")).to_have_text(SCRIPT)
    expect(field(page, f"City {SCRIPT}".replace("'", "\\'"))).to_contain_text(SCRIPT)
    expect(titles(page)).to_have_text([SCRIPT, SCRIPT])
    expect(page.locator("main img, main script, main i, header img")).to_have_count(0)
    expect(page).to_have_title(re.compile("^<i>M</i> – "))


def test_it_leads_to_the_page_of_the_instance_only_for_an_administrator(stage: Stage, open_page: Open) -> None:
    def as_contributor(page: Page) -> None:
        page.route("**/rbac/myrole", lambda route: route.fulfill(json={"roles": ["Contributor"]}))

    links = open_page(stage.card(), before=as_contributor).locator("nav a")
    expect(links.filter(visible=True)).to_have_text(["Start page", "Usage"])
    page = open_page(stage.card())
    expect(page.locator("nav a").filter(visible=True)).to_have_text(["Start page", "Usage", "Instance"])
    page.get_by_role("link", name="Instance").click()
    expect(page.locator("h1")).to_have_text("Contoso")


def test_it_speaks_korean_where_the_browser_does(stage: Stage, open_page: Open) -> None:
    page = open_page(stage.card(), locale="ko-KR")
    expect(page.locator("html")).to_have_attribute("lang", "ko")
    expect(page.locator("#profile-title")).to_have_text("프로필")
    expect(value(page, "BirthDate")).to_have_text("1815. 12. 10.")


def test_it_speaks_english_where_the_browser_speaks_something_else(stage: Stage, open_page: Open) -> None:
    page = open_page(stage.card(), locale="de-DE")
    expect(page.locator("#profile-title")).to_have_text("Profile")
    expect(value(page, "Points")).to_have_text("1.200")
    expect(value(page, "BirthDate")).to_have_text("10.12.1815")
