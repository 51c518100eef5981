"""The search box: a combobox that lies over the page."""

from __future__ import annotations

import time
from collections.abc import Iterator

import httpx
import pytest
from browser.conftest import Open
from browser.stage import Stage
from playwright.sync_api import Locator, Page, expect
from support.process import LONG_S


def box(page: Page) -> Locator:
    return page.get_by_role("combobox", name="Find a customer")


@pytest.mark.parametrize(("words", "found"), [("ada", "Ada"), ("K-2", "نور"), ('نور "', "نور")])
def test_a_customer_is_found_by_name_and_by_source_key(stage: Stage, open_page: Open, words: str, found: str) -> None:
    page = open_page(stage.card("long"))
    box(page).fill(words)
    expect(page.locator("#found-count")).to_have_text("Customers found: 1")
    page.keyboard.press("Enter")  # the only one
    expect(page.locator("h1")).to_contain_text(found)
    box(page).fill("nobody at all")
    expect(page.locator("#found-count")).to_have_text("No customer found")


def test_it_is_worked_by_the_arrow_keys_and_moves_nothing(stage: Stage, open_page: Open) -> None:
    page = open_page(stage.card("long"))
    place = "() => document.querySelector('#live').getBoundingClientRect().top"
    before = page.evaluate(place)
    box(page).fill("lo")
    expect(box(page)).to_have_attribute("aria-expanded", "true")
    assert page.evaluate(place) - before < 30  # only the number of hits needs room
    page.keyboard.press("ArrowDown")
    active = box(page).get_attribute("aria-activedescendant")
    expect(page.locator(f"#{active}")).to_have_attribute("aria-selected", "true")
    name = page.locator(f"#{active} bdi").text_content() or ""
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(name)
    box(page).fill("lo")
    expect(page.locator("[role=option]").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("[role=option]")).to_have_count(0)
    expect(box(page)).to_have_value("")


def test_a_hit_outside_of_the_name_says_where_it_is(stage: Stage, open_page: Open) -> None:
    page = open_page(stage.card("long"))
    box(page).fill("K-1")
    expect(page.locator("[role=option]")).to_contain_text("K-1")


def test_one_letter_asks_nothing(stage: Stage, open_page: Open) -> None:
    page = open_page(stage.card("long"))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "search" in request.url else None)
    box(page).fill("a")
    box(page).press("Enter")
    for _ in range(2):  # polls, one a second: the search begins a quarter of a second after a letter
        page.wait_for_event("response", lambda answer: "/content" in answer.url)
    assert [url for url in asked if "search" in url.partition("?")[2]] == []
    box(page).fill("ad")
    expect(page.locator("#found-count")).not_to_have_text("")
    assert len([url for url in asked if "%24search" in url or "$search" in url]) == 1


PEOPLE = {
    "maria": {"FullName": "María de los Dolores", "Email": "Maria@Example.org", "HomePhone": "+47 22 33 44 55"},
    "soren": {"FullName": "SØREN Kjær", "Email": "soren@example.org", "HomePhone": "0047-2233.9988"},
    "marie": {"FullName": "Marie Curie", "Email": "marie@example.org", "HomePhone": "22334"},
}


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A host with people who have accents, addresses of mail and telephone numbers."""
    with Stage(tmp_path_factory.mktemp("people")) as stage:
        definition = stage.ask("GET", "definition").json()
        texts = [{"name": name, "dataType": "Edm.String"} for name in ("Email", "HomePhone")]
        definition["entities"][0]["attributes"] += texts
        httpx.put(stage.instance, json=definition, timeout=LONG_S).raise_for_status()
        rows = ["CustomerId,FullName,Email,HomePhone"]
        rows += [",".join([name, *person.values()]) for name, person in PEOPLE.items()]
        stage.snapshots.joinpath("Customer/people.csv").write_text("\n".join(rows), encoding="utf-8")
        stage.ask("POST", "workflows/main/jobs", params={"acceptRemovals": "true"}).raise_for_status()
        while stage.ask("GET", "workflows/main/jobs").json()[0]["jobStatus"] in {"queued", "running"}:
            time.sleep(0.05)
        yield stage


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("maria", ["María de los Dolores"]),
        ("dolores maria", ["María de los Dolores"]),
        ("máría", ["María de los Dolores"]),
        ("soren", ["SØREN Kjær"]),
        ("22334455", ["María de los Dolores"]),
        ("(0047) 22 33-4455", ["María de los Dolores"]),
        ("2233 9988", ["SØREN Kjær"]),
        ("maria@example.org", ["María de los Dolores"]),
    ],
)
def test_accents_and_spellings_of_telephones_and_mail_do_not_matter(
    people: Stage, open_page: Open, written: str, found: list[str]
) -> None:
    page = open_page(people.card("marie"))
    box(page).fill(written)
    expect(page.locator("#found bdi")).to_have_text(found)


def test_keys_and_mail_are_compared_exactly_before_all_texts_are_searched(people: Stage, open_page: Open) -> None:
    page = open_page(people.card("marie"))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/data/Customer?" in request.url else None)
    box(page).fill("soren@example.org")
    expect(page.locator("[role=option]")).to_have_count(1)
    assert len(asked) == 1
    assert "search" not in asked[0]
