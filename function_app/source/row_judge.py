"""Rows of a part in canonical form, or rejected with the reasons."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import reduce
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from function_app import error_codes
from function_app.domain.activity import key_text
from function_app.domain.addresses import MAX_ID_LENGTH, MAX_SOURCE_KEY_BYTES, address_fault, source_key_fault
from function_app.domain.entity import CUSTOMER, Attribute, Entity
from function_app.domain.job import RejectedRow, Report
from function_app.error_detail import ErrorDetail
from function_app.source.batch import Batch
from function_app.source.cells import judge
from function_app.source.columns import canonical, canonical_type
from function_app.source.layout import Layout
from function_app.source.pieces import longest_row, text_sizes
from function_app.source.records import MAX_ROW_BYTES, TOO_LARGE
from function_app.source.rows import BrokenRow, Rows

Check = Callable[[Mapping[str, Any]], dict[str, Any] | list[ErrorDetail]]
_MAX_ESCAPE = len(r"\u001f")
MAX_REASON = 1_000
_NO_ADDRESS = r"^\.*$|%2[Ff]"
_CUT_OFF = "its last line has no line break, so it may be cut off"


class RowJudge:
    """Validates the rows of one part, batch by batch; each kind of doubt is reported once."""

    def __init__(
        self, entity: Entity, required: Sequence[str], check: Check, layout: Layout, encoding: str | None
    ) -> None:
        self._entity, self._required, self._check = entity, required, check
        self._layout, self._encoding, self._id = layout, encoding, entity.keys[0][0]
        self._source_keys = {attribute.name for attribute in entity.attributes if attribute.key_of}
        self._source_keys |= {entity.activity.customer_attribute} if entity.activity else set()
        self._doubted = set[str]()

    def judge(self, rows: Rows) -> Batch:
        """Return the valid rows, and the report on the others."""
        batch, right = self._canonical(rows.columns)
        wrong = pc.indices_nonzero(pc.invert(right)).to_pylist()
        doubts = [self._doubt("end", _CUT_OFF)] if rows.is_cut_off else []
        corrected, rejected = list[dict[str, Any]](), list[tuple[int, list[ErrorDetail]]]()
        looked_at = self._looked_at(rows.columns, batch, wrong) if wrong else ()
        for place, (record, faults, has_id) in zip(wrong, looked_at, strict=True):
            if faults:
                rejected.append((place, faults))
            else:
                corrected.append(record)
            if not has_id:
                doubts.append(self._doubt("id", f"row {rows.numbers[place]} has no id that can be read"))
        doubts += [self._doubt("row", _unsure(row)) for row in rows.broken if not row.id_is_sure]
        if wrong:
            rest = pa.RecordBatch.from_pylist(corrected, batch.schema)
            batch = pa.concat_batches([batch.filter(right), rest])
        rejections = len(rejected) + sum(row.rows for row in rows.broken)
        return Batch(batch, Report(self._list(rows, rejected), rejections, [doubt for doubt in doubts if doubt]))

    def _canonical(self, raw: pa.RecordBatch) -> tuple[pa.RecordBatch, pa.Array]:
        """Return all rows in canonical form, and which are certainly valid."""
        columns, checks = list[pa.Array](), list[pa.Array]()
        for attribute in self._entity.attributes:
            values, right = self._column(raw, attribute)
            columns.append(values)
            if right is not None:
                checks.append(right)
            if attribute.name in self._required:
                checks.append(pc.fill_null(pc.not_equal(values.cast(pa.string()), ""), fill_value=False))
            if attribute.name == self._id and self._entity.name == CUSTOMER:
                has_address = pc.invert(pc.match_substring_regex(values, _NO_ADDRESS))
                is_header = pc.equal(values, self._layout.column(self._id))
                checks += [has_address, pc.less_equal(pc.utf8_length(values), MAX_ID_LENGTH), pc.invert(is_header)]
            if attribute.name in self._source_keys:
                size = pc.fill_null(pc.binary_length(values.cast(pa.string())), 0)
                checks.append(pc.less_equal(size, MAX_SOURCE_KEY_BYTES))
        batch = pa.record_batch(columns, names=[attribute.name for attribute in self._entity.attributes])
        if longest_row(batch) > MAX_ROW_BYTES // _MAX_ESCAPE:
            checks.append(pc.less_equal(text_sizes(batch), MAX_ROW_BYTES // _MAX_ESCAPE))
        return batch, pc.fill_null(reduce(pc.and_, checks), fill_value=False)

    def _column(self, raw: pa.RecordBatch, attribute: Attribute) -> tuple[pa.Array, pa.Array | None]:
        column = self._layout.column(attribute.name)
        if column in raw.schema.names:
            return canonical(raw.column(column), attribute)
        return pa.nulls(len(raw), canonical_type(attribute)), None

    def _looked_at(
        self, raw: pa.RecordBatch, batch: pa.RecordBatch, places: Sequence[int]
    ) -> Iterator[tuple[dict[str, Any], list[ErrorDetail], bool]]:
        """Validate some rows one by one: a record, or what is wrong with it, and whether its id could be read."""
        some = pa.array(places, pa.int64())
        raw, batch = raw.take(some), batch.take(some)
        columns = [self._cells(raw, batch, attribute) for attribute in self._entity.attributes]
        for cells in zip(*columns, strict=True):
            row = dict(zip(self._entity.by_name, cells, strict=True))
            faults = [cell for cell in cells if isinstance(cell, ErrorDetail)]
            record = {name: cell for name, cell in row.items() if not isinstance(cell, ErrorDetail)}
            has_id = bool(record.get(self._id)) or not any(row.values())
            yield *self._checked(record, faults), has_id

    def _cells(self, raw: pa.RecordBatch, batch: pa.RecordBatch, attribute: Attribute) -> Sequence[Any]:
        values: list[Any] = batch.column(attribute.name).to_pylist()
        _, right = self._column(raw, attribute)
        if right is None:
            return values
        judged = judge(raw.column(self._layout.column(attribute.name)), attribute, self._encoding)
        return [
            value if is_right else cell for value, is_right, cell in zip(values, right.to_pylist(), judged, strict=True)
        ]

    def _checked(self, record: dict[str, Any], faults: list[ErrorDetail]) -> tuple[dict[str, Any], list[ErrorDetail]]:
        found = [*faults, *self._id_faults(record), *self._key_faults(record)]
        checked = self._check(record)
        if isinstance(checked, dict):
            record = checked
            if not found and len(orjson.dumps(record)) > MAX_ROW_BYTES:
                found.append(error_codes.RECORD_TOO_LARGE(TOO_LARGE))
        else:
            known = {fault.target for fault in found}
            found += [fault for fault in checked if fault.target not in known]
        return record, found

    def _id_faults(self, record: Mapping[str, Any]) -> list[ErrorDetail]:
        identity = record.get(self._id)
        if not identity or self._entity.name != CUSTOMER:
            return []
        problem = address_fault(str(identity))
        if identity == self._layout.column(self._id):
            problem = "holds the name of its column" + (": the row repeats the header" if self._encoding else "")
        if len(str(identity)) > MAX_ID_LENGTH:
            problem = f"may have at most {MAX_ID_LENGTH} characters; received {len(str(identity))}"
        return [error_codes.INVALID_ID(f"'{self._id}' {problem}.", f"/{self._id}")] if problem else []

    def _key_faults(self, record: Mapping[str, Any]) -> list[ErrorDetail]:
        keys = {name: key_text([record[name]]) for name in self._source_keys if record.get(name) is not None}
        faults = {name: source_key_fault(key) for name, key in keys.items()}
        return [error_codes.TOO_LONG(f"'{name}' {fault}.", f"/{name}") for name, fault in faults.items() if fault]

    def _list(self, rows: Rows, rejected: Sequence[tuple[int, list[ErrorDetail]]]) -> Sequence[RejectedRow]:
        """Return the rejected rows in order."""
        lines = rows.lines() if rows.lines and rejected else None
        listed = [RejectedRow(row.number, row.line, None, row.problem + _more(row), row.rows) for row in rows.broken]
        listed += [
            RejectedRow(rows.numbers[place], lines[place] if lines else None, self._column_of(faults), _reason(faults))
            for place, faults in rejected
        ]
        return sorted(listed, key=lambda row: row.number)

    def _column_of(self, faults: Sequence[ErrorDetail]) -> str | None:
        name = (faults[0].target or "").lstrip("/")
        return self._layout.column(name) if name else None

    def _doubt(self, kind: str, doubt: str) -> str:
        """Return a doubt if it is the first of its kind, or nothing."""
        if kind in self._doubted:
            return ""
        self._doubted.add(kind)
        return doubt


def _reason(faults: Sequence[ErrorDetail]) -> str:
    """Return all faults of a row, cut to the length that the list allows."""
    text = " ".join(fault.message for fault in faults)
    return text if len(text) <= MAX_REASON else text[:MAX_REASON] + "…"


def _more(row: BrokenRow) -> str:
    after = row.rows - 1
    lines = "line" if after == 1 else f"{after} lines"
    return f" The {lines} after it can not be separated from it." if after else ""


def _unsure(row: BrokenRow) -> str:
    line = f" in line {row.line}" if row.line else ""
    return f"the id of row {row.number}{line} is not sure"
