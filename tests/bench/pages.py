"""Pages of a list, as BI tools read them: rows per second through the local host."""

from __future__ import annotations

from collections.abc import Iterator

import httpx

from . import people
from .measure import Better, Ratio, by_turns
from .throughput import CUSTOMERS, host

PAGE, ROWS_A_SECOND = 1_000, 20_000
_PAIRS = 9
_HIGHER: Better = "higher"


def of_customers() -> Ratio:
    """Return the rows per second of pages of 1,000 customers with all their attributes, over 20,000."""
    with host() as (port, _), httpx.Client(headers={"Prefer": f"odata.maxpagesize={PAGE}"}) as client:
        first = f"http://localhost:{port}/api/instances/{people.INSTANCE}/data/Customer"

        def walk() -> Iterator[httpx.Response]:
            link: str | None = first
            while link:
                page = client.get(link).raise_for_status()
                yield page
                link = page.json().get("@odata.nextLink")

        def rate() -> float:
            """Return the rows per second of the host, without the time that this client takes to read JSON."""
            return CUSTOMERS / sum(page.elapsed.total_seconds() for page in walk())

        name = "pages of 1,000 rows, rows per second / 20,000"
        return by_turns(name, 1.0, _HIGHER, (rate, lambda: float(ROWS_A_SECOND)), _PAIRS)
