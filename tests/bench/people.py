"""The customers of the benchmarks, with twenty attributes each; updates of them, and their activities."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from function_app.domain.instant import format_instant
from function_app.domain.validity import RequestedValidity
from function_app.services.services import Services
from function_app.services.update_profile import UpdateRequest
from function_app.store.embedded import EmbeddedStore

INSTANCE = "11111111-1111-4111-8111-111111111111"
_CITIES = ("Oslo", "Kraków", "Besançon", "Αθήνα", "Львів", "القاهرة", "東京", "São Paulo", "Edinburgh", "Bengaluru")
_TIERS = ("Bronze", "Silver", "Gold", "Platinum")
_TYPES = {
    "BirthDate": "Date",
    "CustomerSince": "Date",
    "LoyaltyPoints": "Int32",
    "LifetimeValue": "Decimal",
    "ChurnRisk": "Double",
    "EmailOptIn": "Boolean",
    "LastStoreVisit": "DateTimeOffset",
}
_numbers = itertools.count()


def customer_id(number: int) -> str:
    return f"{number:08d}-5a5a-4a5a-8a5a-0123456789ab"


def profile(number: int) -> dict[str, Any]:
    city = _CITIES[number % len(_CITIES)]
    return {
        "CustomerId": customer_id(number),
        "FirstName": "Anne-Sophie",
        "LastName": f"Lefèvre {number}",
        "FullName": f"Anne-Sophie Lefèvre {number}",
        "Email": f"anne.sophie.{number}@example.com",
        "Telephone": f"+33 6 39 98 {number % 10_000:04d}",
        "Street": f"{number % 300} rue de l’Église",
        "PostalCode": f"{number % 100_000:05d}",
        "City": city,
        "Country": "France",
        "Language": "fr-FR",
        "Company": "Maison Lefèvre SARL",
        "LoyaltyTier": _TIERS[number % len(_TIERS)],
        "BirthDate": f"19{50 + number % 50}-04-17",
        "CustomerSince": "2021-09-30",
        "LoyaltyPoints": number % 2_000,
        "LifetimeValue": number % 90_000 / 100,
        "ChurnRisk": number % 100 / 100,
        "EmailOptIn": number % 2 == 0,
        "LastStoreVisit": "2026-10-12T16:20:00.000000Z",
    }


def changes(number: int) -> dict[str, Any]:
    """Return the body of a typical update of a shop or a flow: one to three attributes."""
    choice: tuple[dict[str, Any], ...] = (
        {"City": _CITIES[number % 10], "Street": f"{number} rue Haute", "PostalCode": f"{number % 100_000:05d}"},
        {"LoyaltyPoints": number % 5_000, "LoyaltyTier": _TIERS[number % 4]},
        {"Email": f"new.{number}@example.com"},
        {"EmailOptIn": number % 2 == 0, "LastStoreVisit": "2026-11-20T09:30:00+01:00"},
    )
    return choice[number % len(choice)]


def event(customer: int) -> dict[str, Any]:
    """Return an activity of a customer; no two have the same id or time."""
    number = next(_numbers)
    return {
        "CustomerId": customer_id(customer),
        "ActivityId": f"bench-{number}",
        "ActivityTime": format_instant(datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=number)),
        "ActivityType": "SalesOrder",
        "Title": "Vélo de ville",
        "Description": "Paid by card in the shop",
    }


def definition() -> dict[str, Any]:
    attributes: list[dict[str, Any]] = []
    for name in profile(0):
        kind = _TYPES.get(name, "String")
        limits = {"maxLength": 120} if kind == "String" else {}
        attributes.append({"name": name, "dataType": f"Edm.{kind}", **limits})
    attributes[list(profile(0)).index("LoyaltyTier")]["allowedValues"] = list(_TIERS)
    customer = {"name": "Customer", "entityType": "profile", "keys": [["CustomerId"]], "attributes": attributes}
    return {"name": "Bench", "entities": [customer]}


async def open_with(folder: Path, count: int) -> Services:
    """Open an embedded store in a folder, with the instance and this number of customers."""
    services = Services(EmbeddedStore(folder))
    now = datetime.now(UTC)
    await services.instances.define(INSTANCE, definition(), now)
    model = await services.instances.get(INSTANCE, now)
    numbers = iter(range(count))
    while batch := list(itertools.islice(numbers, 2_000)):
        profiles = {customer_id(n): json.dumps(profile(n)).encode() for n in batch}
        digests = dict.fromkeys(profiles, "bench")
        await services.store.customers.write_sources(INSTANCE, profiles, model.fitting, now, digests)
    return services


async def update_all(services: Services, numbers: Iterable[int], times: int) -> None:
    """Update each customer this number of times, through the service."""
    now = datetime.now(UTC)
    model = await services.instances.get(INSTANCE, now)
    for number in numbers:
        for turn in range(times):
            request = UpdateRequest(customer_id(number), changes(number + turn), RequestedValidity())
            await services.update_profile(model, request, datetime.now(UTC))


async def lay_over(services: Services, number: int, count: int) -> None:
    """Update a customer this number of times, so that no update is superseded: each newer one ends earlier."""
    model = await services.instances.get(INSTANCE, datetime.now(UTC))
    for layer in range(count):
        timing = RequestedValidity(valid_for=f"PT{1_200 - layer}M")
        request = UpdateRequest(customer_id(number), changes(4 * layer), timing, "bench")
        await services.update_profile(model, request, datetime.now(UTC))
