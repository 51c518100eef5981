"""The sample instance: made-up customers of many languages and two years of what they did, the same on every day."""

from __future__ import annotations

import csv
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any
from unicodedata import normalize
from uuid import UUID, uuid5

from function_app.local.sample_definition import CONTACT, LOYALTY, SUPPORT, sample_definition
from function_app.local.sample_words import (
    COUNTER,
    CULTURES,
    ODD_NAMES,
    ORDER_DETAILS,
    PLAIN,
    SHELF,
    TICKETS,
    Culture,
    Product,
)

SEED = 20261101
UNTIL = datetime(2026, 11, 1, tzinfo=UTC)
DAYS = 730
CUSTOMERS = 400
ONLINE_PURCHASES, STORE_PURCHASES, SUPPORT_TICKETS = 1300, 1250, 450
STRANGER_EVERY = 100
TIERS = {"Platinum": 900, "Gold": 300, "Silver": 80, "Bronze": 0}
_Row = dict[str, Any]
_NAMESPACE = UUID("11111111-1111-4111-8111-111111111111")


def write_sample(folder: Path) -> None:
    """Write the sample instance: definition.json and one folder of CSV parts per entity."""
    definition, records = sample_definition(), _records()
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(definition, ensure_ascii=False, indent=1)
    (folder / "definition.json").write_text(text + "\n", encoding="utf-8", newline="\n")
    for entity in definition["entities"]:
        name = "_".join(filter(None, (entity.get("dataSourceName"), entity["name"])))
        _write(folder / name / "part-0.csv", [attribute["name"] for attribute in entity["attributes"]], records[name])


def _write(path: Path, names: list[str], rows: Iterable[_Row]) -> None:
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(names)
        writer.writerows([_cell(row[name]) for name in names] for row in rows)


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case datetime():
            return f"{value:%Y-%m-%dT%H:%M:%SZ}"
        case _:
            return str(value)


def _records() -> dict[str, list[_Row]]:
    customers = _customers(_random("customers"))
    online = list(_online(_random("online"), customers))
    stores = list(_stores(_random("stores"), customers))
    tickets = list(_tickets(_random("tickets"), customers))
    _settle(customers, online, stores)
    return {
        "Customer": customers,
        "eCommerce_eCommercePurchases": online,
        "PoS_posPurchases": stores,
        "Support_Tickets": tickets,
    }


def _random(what: str) -> Random:
    return Random(f"{SEED} {what}")  # noqa: S311  # made-up data, not secrets


def _customers(rng: Random) -> list[_Row]:
    emails: set[str] = set()
    return [_customer(rng, index, emails) for index in range(CUSTOMERS)]


def _customer(rng: Random, index: int, emails: set[str]) -> _Row:
    culture = CULTURES[index % len(CULTURES)]
    first, family = _names(rng, culture, index)
    city, _, postal_code = _pick(rng, culture.cities).partition("=")
    email = None if _chance(rng, 5) else _email(rng, _latin(first), _latin(family), emails)
    employer = _native(_pick(rng, culture.families))
    return {
        "CustomerId": uuid5(_NAMESPACE, f"customer {index}").hex,
        "FirstName": _native(first),
        "LastName": _native(family) or None,
        "FullName": culture.full_name.format(first=_native(first), family=_native(family)).strip(),
        "Email": email,
        "Telephone": None if _chance(rng, 8) else _filled(rng, culture.phone),
        "Street": _filled(rng, _pick(rng, culture.streets)),
        "PostalCode": _filled(rng, postal_code),
        "City": city,
        "Country": culture.country,
        "Language": culture.language,
        "Company": culture.company.format(employer) if _chance(rng, 25) else None,
        "BirthDate": None if _chance(rng, 7) else date(1938, 1, 1) + timedelta(rng.randrange(23_000)),
        "CustomerSince": date(2018, 1, 1) + timedelta(rng.randrange(2_450)),
        "ChurnRisk": rng.randrange(1_000) / 1_000,
        "EmailOptIn": _chance(rng, 60) if email else None,
        **_keys(rng, index),
    }


def _names(rng: Random, culture: Culture, index: int) -> tuple[str, str]:
    """Return a first and a family name; the first customer of a culture may have an odd one."""
    turn = index // len(CULTURES)
    if turn == 0 and culture.language in ODD_NAMES:
        return ODD_NAMES[culture.language]
    if index % 2:
        given, families = culture.women.split(", "), culture.families_of_women or culture.families
    else:
        given, families = culture.men.split(", "), culture.families
    return given[turn // 2 % len(given)], _pick(rng, families)


def _keys(rng: Random, index: int) -> dict[str, str | None]:
    keys = {CONTACT: f"CNTID_{1000 + index}", LOYALTY: f"LOYID_{4000 + index}", SUPPORT: f"SUPID_{7000 + index}"}
    missing = rng.choice(((), (), (), (), (CONTACT,), (LOYALTY,), (SUPPORT,), (CONTACT, SUPPORT), (LOYALTY, SUPPORT)))
    return {name: None if name in missing else key for name, key in keys.items()}


def _pick(rng: Random, words: str) -> str:
    return rng.choice(words.split(", "))


def _chance(rng: Random, percent: int) -> bool:
    return rng.randrange(100) < percent


def _native(name: str) -> str:
    return name.partition("=")[0]


def _latin(name: str) -> str:
    """Return a name in the letters a to z, by its Latin spelling if it has one."""
    plain = normalize("NFD", name.rpartition("=")[2].lower()).translate(PLAIN)
    return re.sub("[^a-z]", "", plain)


def _email(rng: Random, first: str, family: str, taken: set[str]) -> str:
    host = rng.choice(("example.com", "example.org", "example.net"))
    forms = (f"{first}.{family}", f"{first[:1]}.{family}", f"{family}.{first}") if family else (first,)
    name = rng.choice(forms)[:40].rstrip(".")
    number = 2
    email = f"{name}@{host}"
    while email in taken:
        email = f"{name}{number}@{host}"
        number += 1
    taken.add(email)
    return email


def _filled(rng: Random, template: str) -> str:
    return re.sub("[#%]", lambda hole: str(rng.randrange(hole[0] == "%", 10)), template)


def _events(rng: Random, customers: Sequence[_Row], key: str, count: int) -> Iterator[tuple[int, datetime, _Row]]:
    """Draw who acted when, oldest first and numbered; some are of unknown customers, with keys that no profile has."""
    known = [customer for customer in customers if customer[key]]
    busy = [rng.choice((1, 1, 2, 3, 5, 8)) for _ in known]
    instants = sorted(
        UNTIL - timedelta(days=rng.randrange(DAYS) + 1) + timedelta(seconds=rng.randrange(7 * 3600, 21 * 3600))
        for _ in range(count)
    )
    for index, (instant, who) in enumerate(zip(instants, rng.choices(known, busy, k=count), strict=True)):
        stranger = index % STRANGER_EVERY == STRANGER_EVERY - 1
        yield index, instant, {**who, key: who[key].replace("_", "_9")} if stranger else who


def _online(rng: Random, customers: Sequence[_Row]) -> Iterator[_Row]:
    for index, instant, who in _events(rng, customers, CONTACT, ONLINE_PURCHASES):
        payment = rng.choice(("Card", "Card", "Card", "Invoice", "Gift Card"))
        sale = _sale(rng, SHELF)
        yield {
            "PurchaseId": f"E-{100_001 + index}",
            "PurchasedOn": instant,
            "ContactId": who[CONTACT],
            **sale,
            "PaymentMethod": payment,
            "Details": ORDER_DETAILS.format(**sale, payment=payment.lower()),
            "OrderUrl": f"https://shop.example.com/orders/E-{100_001 + index}",
        }


def _stores(rng: Random, customers: Sequence[_Row]) -> Iterator[_Row]:
    for index, instant, who in _events(rng, customers, LOYALTY, STORE_PURCHASES):
        yield {
            "PurchaseId": f"P-{500_001 + index}",
            "PurchasedOn": instant,
            "LoyaltyId": who[LOYALTY],
            **_sale(rng, COUNTER * 2 + SHELF),
            "Store": f"Contoso Coffee, {who['City']}",
            "Register": rng.randrange(1, 5),
        }


def _sale(rng: Random, products: Sequence[Product]) -> _Row:
    (product,) = rng.choices(products, [product.most for product in products])
    quantity = rng.randrange(product.most) + 1
    return {
        "Product": product.name,
        "Category": product.category,
        "Quantity": quantity,
        "Amount": Decimal(product.cents * quantity).scaleb(-2),
        "Currency": "EUR",
    }


def _tickets(rng: Random, customers: Sequence[_Row]) -> Iterator[_Row]:
    machines = [product for product in SHELF if product.category == "Machines"]
    for index, instant, who in _events(rng, customers, SUPPORT, SUPPORT_TICKETS):
        subject, details = rng.choice(TICKETS)
        recent = UNTIL - instant < timedelta(days=21)
        state = rng.choice(("New", "Open", "Waiting") if recent else ("Resolved", "Closed", "Closed"))
        resolved = None if recent else instant + timedelta(minutes=rng.randrange(30, 20 * 24 * 60))
        yield {
            "TicketId": f"T-{20_001 + index}",
            "OpenedOn": instant,
            "ContactId": who[SUPPORT],
            "Subject": subject,
            "Details": details.format(product=rng.choice(machines).name),
            "State": state,
            "Priority": rng.choice(("Low", "Normal", "Normal", "Normal", "High")),
            "Channel": rng.choice(("Email", "Phone", "Chat", "Web Form")),
            "ResolvedOn": resolved,
            "Satisfaction": rng.randrange(1, 6) if resolved and _chance(rng, 60) else None,
            "TicketUrl": f"https://support.example.com/tickets/T-{20_001 + index}",
        }


def _settle(customers: Sequence[_Row], online: Sequence[_Row], stores: Sequence[_Row]) -> None:
    """Give each customer the totals of their purchases, and the loyalty tier these earn."""
    spent: defaultdict[str | None, Decimal] = defaultdict(lambda: Decimal("0.00"))
    for sale in (*online, *stores):
        spent[sale.get("ContactId") or sale["LoyaltyId"]] += sale["Amount"]
    last_visits = {sale["LoyaltyId"]: sale["PurchasedOn"] for sale in stores}
    for customer in customers:
        card = customer[LOYALTY]
        points = int(spent[card])
        totals = {
            "LifetimeValue": spent[customer[CONTACT]] + spent[card],
            "LastStoreVisit": last_visits.get(card),
            "LoyaltyPoints": points if card else None,
            "LoyaltyTier": next(tier for tier, least in TIERS.items() if points >= least) if card else None,
        }
        customer.update(totals)
