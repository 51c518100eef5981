"""Parts of snapshots, written and read by tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from function_app.domain.entity import CUSTOMER_ID, Attribute, Entity
from function_app.domain.job import RejectedRow
from function_app.services.validation import Checker
from function_app.source.layout import Layout
from function_app.source.reader import Head, read_head, read_ids, read_part
from support import model

MODEL = model()
_PLAIN = MODEL.instance.customer
CUSTOMER = replace(_PLAIN, attributes=(*_PLAIN.attributes, Attribute("Notes", "Edm.String", "Notes")))
REQUIRED = (CUSTOMER_ID,)
_CHECKER = Checker(CUSTOMER)


@dataclass(frozen=True, slots=True)
class Read:
    """The content of a part: records by id without nulls, and everything that is reported."""

    records: list[dict[str, Any]]
    rejected: list[RejectedRow]
    rejections: int
    doubts: list[str]

    @property
    def by_id(self) -> Mapping[str, dict[str, Any]]:
        return {record[CUSTOMER_ID]: record for record in self.records}

    @property
    def reasons(self) -> dict[int, str]:
        return {row.number: row.reason for row in self.rejected}


def read(content: bytes, file: str = "c.csv", layout: Layout | None = None, entity: Entity = CUSTOMER) -> Read:
    """Read a part of Customer, or of another entity."""
    found, rejections, checker, required = Read([], [], 0, []), 0, Checker(entity), entity.keys[0]

    def check(record: Mapping[str, Any]) -> Any:
        return checker.check_record(record, required)

    for batch in read_part(pa.BufferReader(content), file, entity, required, check, layout):
        found.records.extend(
            {name: value for name, value in record.items() if value is not None} for record in batch.records()
        )
        found.rejected.extend(batch.report.rejected)
        rejections += batch.report.rejections
        found.doubts.extend(batch.report.doubts)
    return Read(found.records, found.rejected, rejections, found.doubts)


def check(record: Mapping[str, Any]) -> Any:
    return _CHECKER.check_record(record, REQUIRED)


def head(content: bytes, file: str = "c.csv", layout: Layout | None = None, entity: Entity = CUSTOMER) -> Head:
    return read_head(pa.BufferReader(content), file, entity, entity.keys[0], layout)


def ids(content: bytes, file: str = "c.csv", layout: Layout | None = None, entity: Entity = CUSTOMER) -> list[str]:
    return [found for some in read_ids(pa.BufferReader(content), file, entity, layout) for found in some]


def in_parquet(columns: Mapping[str, Any], **options: Any) -> bytes:
    """Write columns as a Parquet file."""
    sink = pa.BufferOutputStream()
    parquet.write_table(pa.table(dict(columns)), sink, **options)
    content: bytes = sink.getvalue().to_pybytes()
    return content
