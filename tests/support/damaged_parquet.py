"""Parquet files with damaged bytes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from random import Random
from typing import Any

import pyarrow as pa

from support.source_parts import in_parquet

_OPTIONS: tuple[dict[str, Any], ...] = (
    {},
    {"compression": "none"},
    {"use_deprecated_int96_timestamps": True, "row_group_size": 50},
    {"use_dictionary": False, "data_page_version": "2.0"},
    {"write_page_index": True, "write_page_checksum": True},
)
_FOOTER = 8


def mutations(random: Random, count: int) -> Iterator[bytes]:
    """Yield files with some bytes replaced, removed or inserted, most of them in the footer."""
    instants = pa.array([datetime(2020, 1, 1, tzinfo=UTC)] * 200, pa.timestamp("us"))
    columns = {
        "CustomerId": [f"A{number}" for number in range(200)],
        "City": ["Oslo", "x" * 50] * 100,
        "Points": list(range(200)),
        "LastVisit": instants,
    }
    files = [in_parquet(columns, **options) for options in _OPTIONS]
    for _ in range(count):
        yield _damaged(bytearray(random.choice(files)), random)


def _damaged(content: bytearray, random: Random) -> bytes:
    start = len(content) - _FOOTER - int.from_bytes(content[-_FOOTER:-4], "little")
    for _ in range(random.choice((1, 1, 2, 5))):
        place = random.randrange(random.choice((0, start)), len(content))
        kind = random.random()
        if kind < 0.7:  # the others change the places of all that follows
            content[place] = random.randrange(256)
        elif kind < 0.85:
            del content[place : place + random.choice((1, 5, 50))]
        else:
            content[place:place] = random.randbytes(random.choice((1, 4, 20)))
        start = min(start, len(content) - 1)
    return bytes(content)
