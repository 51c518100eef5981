"""Attributes named like members that every object of JavaScript has."""

from __future__ import annotations

from pathlib import Path

import pytest
from browser import stage as staging
from browser.conftest import Open
from browser.stage import Stage
from browser.test_card import value
from browser.test_live_values import live
from playwright.sync_api import expect

NAMES = ("constructor", "toString", "hasOwnProperty", "valueOf")


def test_such_an_attribute_is_live_only_if_an_update_has_it(
    tmp_path: Path, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    described = staging.marked_definition()
    described["entities"][0]["attributes"] += [{"name": name, "dataType": "Edm.String"} for name in NAMES]
    monkeypatch.setattr(staging, "marked_definition", lambda: described)
    with Stage(tmp_path) as stage:
        stage.update("ada", toString="Said")
        page = open_page(stage.card())
        expect(page.locator("#live-values b")).to_have_text(["toString"])
        expect(live(page, "toString").locator(".was")).to_have_text("was —")
        expect(value(page, "toString")).to_have_text("Said")
        for name in set(NAMES) - {"toString"}:
            expect(value(page, name)).to_have_text("—")
        assert "NaN" not in page.locator("body").inner_text()
        stage.update("ada", constructor="Builder")
        expect(page.locator("#live-values b")).to_have_count(2)
        expect(value(page, "constructor")).to_have_text("Builder")
