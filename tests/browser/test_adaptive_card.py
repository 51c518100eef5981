from __future__ import annotations

import json
from typing import Any

import pytest
from browser.stage import SCRIPT, Stage
from playwright.sync_api import Browser
from support import ROOT
from support.process import LONG_S

RENDERER = (ROOT / "tests/emulators/node_modules/adaptivecards/dist/adaptivecards.js").read_text(encoding="utf-8")
RENDER = """json => {
  const context = new AdaptiveCards.SerializationContext(AdaptiveCards.Versions.v1_2);
  const card = new AdaptiveCards.AdaptiveCard();
  card.parse(json, context);
  const faults = [...Array(context.eventCount).keys()].map(index => context.getEventAt(index).message);
  faults.push(...card.validateProperties().validationEvents.map(event => event.message));
  document.body.replaceChildren(card.render());
  const texts = [...document.querySelectorAll(".ac-textBlock, .ac-richTextBlock")].map(each => each.textContent);
  return { faults, texts, tags: [...document.querySelectorAll("img, script, a, b, i, ul")].length };
}"""


def rendered(browser: Browser, card: Any) -> dict[str, Any]:
    """Return the HTML of Microsoft's renderer for a card of version 1.2."""
    page = browser.new_page(locale="en-GB", timezone_id="Europe/Oslo")
    page.set_default_timeout(LONG_S * 1000)
    page.set_content("<!doctype html><body></body>")
    page.evaluate(RENDERER)
    found: dict[str, Any] = page.evaluate(RENDER, card)
    page.close()
    return found


def card_of(stage: Stage, customer: str) -> Any:
    answer = stage.ask("GET", f"data/Customer/{customer}/card")
    assert answer.status_code == 200
    assert answer.headers["ETag"]
    return answer.json()


def test_it_shows_fields_live_values_and_the_newest_activities(stage: Stage, browser: Browser) -> None:
    for number in range(6):
        stage.post("ada", f"Event {number}", days=10 - number)
    stage.update("ada", FullName="Ada Byron", Points=None)
    card = card_of(stage, "ada")
    assert (card["version"], card["fallbackText"]) == ("1.2", "Ada Byron")
    found = rendered(browser, card)
    assert found["faults"] == []
    texts = found["texts"]
    assert texts[:3] == ["Ada Byron", "Full Name", "Ada Byron"]
    assert texts[3].startswith("→ ")
    assert "DATE" not in texts[3]
    assert {"Tier", "Gold", "true"} <= set(texts)
    assert not {"Points", "1200", "K-1"} & set(texts)
    assert [text for text in texts if text.startswith("Event")] == [f"Event {number}" for number in (5, 4, 3, 2, 1)]


@pytest.mark.parametrize("text", [SCRIPT, "**bold** [link](https://example.com)", "- one", "a_b_c *d*"])
def test_what_people_wrote_stays_text(stage: Stage, browser: Browser, text: str) -> None:
    stage.update("evil", City=text)
    stage.post("evil", text)
    found = rendered(browser, card_of(stage, "evil"))
    assert (found["faults"], found["tags"]) == ([], 0)
    assert found["texts"].count(text) == 2


def test_the_renderer_notices_what_is_wrong(browser: Browser) -> None:
    wrong = {"type": "AdaptiveCard", "version": "1.2", "body": [{"type": "Nonsense"}, {"type": "Column", "width": "x"}]}
    assert rendered(browser, json.loads(json.dumps(wrong)))["faults"]
