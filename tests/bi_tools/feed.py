"""A running local host with 10,000 customers and as many activities, which OData clients read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import httpx
from support import INSTANCE
from support.local_host import Served
from support.process import LONG_S

MANY = 10_000
CITIES = ("Oslo", "L'Aquila", "A&B", "1+1=2", "50% off", "C#", "a/b", 'the "Hague"', "أسوان", "", "São\u00a0Paulo")
"""Texts that a URL or a literal has to escape; the empty one is null."""


@dataclass(frozen=True)
class Feed:
    """The OData service, and the customers that its instance has, by id."""

    served: Served
    customers: dict[str, dict[str, Any]]

    @property
    def root(self) -> str:
        return f"{self.served.base}/instances/{INSTANCE}/data"

    def get(self, path: str, *, size: int = 1_000, **options: str) -> httpx.Response:
        """Get a page below the root; `options` are query options without `$`."""
        params = {f"${name}": text for name, text in options.items()}
        url = path if path.startswith("http") else f"{self.root}/{path}"
        prefer = {"Prefer": f"odata.maxpagesize={size}"}
        return httpx.get(url, params=params or None, headers=prefer, timeout=LONG_S)

    def pages(self, path: str, *, size: int = 1_000, **options: str) -> Iterator[list[dict[str, Any]]]:
        """Yield the rows of each page."""
        page = self.get(path, size=size, **options).raise_for_status().json()
        yield page["value"]
        while link := page.get("@odata.nextLink"):
            page = self.get(link, size=size).raise_for_status().json()
            yield page["value"]

    def rows(self, path: str, *, size: int = 1_000, **options: str) -> list[dict[str, Any]]:
        """Return the rows of all pages."""
        return [row for page in self.pages(path, size=size, **options) for row in page]


def customer(number: int) -> dict[str, Any]:
    """Return the attributes of a customer; some are null."""
    return {
        "CustomerId": f"c{number:05}",
        "FullName": f"Name {number}",
        "City": CITIES[number % len(CITIES)] or None,
        "Tier": ("Gold", "Silver", None)[number % 3],
        "Points": number,
        "Value": number / 8,
        "OptIn": number % 2 == 0,
        "BirthDate": f"{1950 + number % 60}-02-{1 + number % 28:02}",
        "LastVisit": f"2026-01-{1 + number % 31:02}T10:{number % 60:02}:00.500000Z",
        "Token": str(uuid5(NAMESPACE_URL, str(number))),
        "Opens": f"{number % 24:02}:30:00.000000",
        "Score": number / 3 if number % 5 else None,
        "Crm_Contacts_ContactId": f"K{number}",
    }


def purchase(number: int) -> dict[str, Any]:
    bought = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=number)
    record = {"PurchaseId": f"P{number}", "PurchasedOn": bought.isoformat(), "ContactId": f"K{number % 5_000}"}
    return record | {"Product": ("Beans", "Grinder & co.", "O'Brien's")[number % 3], "Amount": number / 4}
