from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import example as case
from hypothesis import given
from hypothesis import strategies as st
from support.source_parts import CUSTOMER, head, in_parquet, read

from function_app.domain.entity import Entity
from function_app.domain.formats import NUMBER_FORMATS, UnknownFormatError, reader

DATE_FORMATS = ["%d.%m.%Y", "%m/%d/%Y", "%Y%m%d", "%d-%m-%Y %H:%M:%S", "%Y-%m-%dT%H:%M:%S.%f%z"]
INSTANT_FORMATS = ["%d.%m.%Y %H:%M:%S.%f", "%m/%d/%Y %I:%M:%S.%f %p", "%Y%m%d%H%M%S%f", "%Y-%m-%d %H:%M:%S.%f%z"]
SEPARATORS = {"1234,56": ("", ","), "1.234,56": (".", ","), "1,234.56": (",", "."), "1 234,56": ("\u00a0", ",")}
SEPARATORS["1'234.56"] = ("'", ".")
FORMATS = {
    "Points": "1.234,56",
    "Value": "1.234,56",
    "OptIn": "Ja/Nein",
    "BirthDate": "%d.%m.%Y",
    "LastVisit": "%d.%m.%Y %H:%M",
    "Opens": "%I:%M %p",
}
WRITTEN = {
    "Points": ("1.200,0", 1200),
    "Value": ("-1.234,56", -1234.56),
    "OptIn": ("ja", True),
    "BirthDate": ("1.2.1990", "1990-02-01"),
    "LastVisit": ("24.11.2026 09:30", "2026-11-24T09:30:00.000000Z"),
    "Opens": ("12:15 am", "00:15:00.000000"),
}


def formatted(**formats: str) -> Entity:
    attributes = [replace(each, format=formats.get(each.name)) for each in CUSTOMER.attributes]
    return replace(CUSTOMER, attributes=tuple(attributes))


@pytest.mark.parametrize("format_", DATE_FORMATS)
@given(day=st.dates(min_value=date(1000, 1, 1)))
def test_a_date_is_read_as_it_was_written(format_: str, day: date) -> None:
    written = datetime(day.year, day.month, day.day, tzinfo=UTC).strftime(format_)
    assert reader("Edm.Date", format_)(written) == day.isoformat()


@pytest.mark.parametrize("format_", INSTANT_FORMATS)
@given(
    instant=st.datetimes(min_value=datetime(1000, 1, 2), max_value=datetime(9999, 12, 30)),  # noqa: DTZ001
    minutes=st.integers(-12 * 60, 14 * 60),
)
def test_an_instant_is_read_as_it_was_written(format_: str, instant: datetime, minutes: int) -> None:
    zone = timezone(timedelta(minutes=minutes)) if "%z" in format_ else UTC
    there = instant.replace(tzinfo=UTC).astimezone(zone)
    expected = instant.isoformat(timespec="microseconds") + "Z"
    assert reader("Edm.DateTimeOffset", format_)(there.strftime(format_)) == expected


@given(moment=st.times())
def test_a_time_of_day_is_read_as_it_was_written(moment: time) -> None:
    expected = moment.isoformat(timespec="microseconds")
    assert reader("Edm.TimeOfDay", "%I:%M:%S.%f %p")(moment.strftime("%I:%M:%S.%f %p")) == expected


@pytest.mark.parametrize("format_", NUMBER_FORMATS)
@given(number=st.decimals(-(10**12), 10**12, places=2), is_grouped=st.booleans())
def test_a_number_is_read_as_it_was_written(format_: str, number: Decimal, is_grouped: bool) -> None:
    group, point = SEPARATORS[format_]
    plain = f"{number:,}" if is_grouped else f"{number}"
    written = plain.translate({ord(","): group, ord("."): point})
    assert reader("Edm.Decimal", format_)(written) == str(number)


@pytest.mark.parametrize(
    ("data_type", "format_", "text"),
    [
        ("Edm.Date", "%d.%m.%Y", "30.02.2026"),
        ("Edm.Date", "%d.%m.%Y", "2026-01-31"),
        ("Edm.Date", "%d.%m.%Y", "31.12.90"),
        ("Edm.Date", "%d.%m.%Y", "31.12.1990 "),
        ("Edm.Date", "%d.%m.%Y", "３1.12.1990"),
        ("Edm.Date", "%d%m%Y", "1122026"),
        ("Edm.Date", "%d.%m.%Y %H:%M", "31.12.1990 00:01"),
        ("Edm.DateTimeOffset", "%d.%m.%Y %H:%M", "31.12.1990 24:00"),
        ("Edm.DateTimeOffset", "%d.%m.%Y %I:%M %p", "31.12.1990 13:00 PM"),
        ("Edm.DateTimeOffset", "%d.%m.%Y %H:%M%z", "01.01.0001 00:00+01:00"),
        ("Edm.TimeOfDay", "%H.%M", "9:30"),
        ("Edm.Decimal", "1.234,56", "12.34,5"),
        ("Edm.Decimal", "1.234,56", "1.23"),
        ("Edm.Decimal", "1.234,56", "1234.56"),
        ("Edm.Decimal", "1234,56", "1.234,56"),
        ("Edm.Decimal", "1 234,56", "1 234\u00a0567,5"),
        ("Edm.Decimal", "1,234.56", "1,234,56"),
        ("Edm.Decimal", "1.234,56", ",5"),
        ("Edm.Boolean", "1/0", "true"),
        ("Edm.Boolean", "1/0", ""),
    ],
)
def test_what_is_not_of_the_format_is_not_read(data_type: str, format_: str, text: str) -> None:
    assert reader(data_type, format_)(text) is None


@pytest.mark.parametrize(
    ("data_type", "format_"),
    [
        ("Edm.String", "%Y"),
        ("Edm.Guid", "x"),
        ("Edm.Int32", "1_234"),
        ("Edm.Boolean", "Yes"),
        ("Edm.Boolean", "x/X"),
        ("Edm.Boolean", "a/b/c"),
        ("Edm.Date", "%d.%m"),
        ("Edm.Date", "%d.%m.%y"),
        ("Edm.Date", "%d.%m.%Y%"),
        ("Edm.Date", "%d.%m.%Y %d"),
        ("Edm.Date", "dd.mm.yyyy"),
        ("Edm.Date", "%-d.%m.%Y"),
        ("Edm.DateTimeOffset", "%d.%m.%Y %M"),
        ("Edm.DateTimeOffset", "%d.%m.%Y %I:%M"),
        ("Edm.DateTimeOffset", "%d.%m.%Y %p"),
        ("Edm.DateTimeOffset", "%d.%m.%Y %H:%M:%f"),
        ("Edm.DateTimeOffset", "%d.%m.%Y %H:%I %p"),
        ("Edm.TimeOfDay", "%M:%S"),
        ("Edm.TimeOfDay", "%Y %H"),
        ("Edm.TimeOfDay", "%H%z"),
    ],
)
def test_a_format_that_is_not_clear_is_refused(data_type: str, format_: str) -> None:
    with pytest.raises(UnknownFormatError):
        reader(data_type, format_)


@given(text=st.text(st.characters(max_codepoint=127) | st.sampled_from("%dmYHMSfIpz"), max_size=12))
@case("%")
@case("%%%Y%m%d")
def test_a_format_is_understood_or_refused(text: str) -> None:
    for data_type in ("Edm.Date", "Edm.DateTimeOffset", "Edm.TimeOfDay", "Edm.Int32", "Edm.Boolean"):
        try:
            read = reader(data_type, text)
        except UnknownFormatError:
            continue
        read(text)


def test_snapshots_are_read_by_their_formats() -> None:
    names, row = list(WRITTEN), {name: text for name, (text, _) in WRITTEN.items()}
    lines = [";".join(["CustomerId", *names]), ";".join(["A1", *row.values()]), ";".join(["A2", *([""] * len(names))])]
    filled: dict[str, Any] = {"CustomerId": "A1", **{name: value for name, (_, value) in WRITTEN.items()}}
    expected = {"A1": filled, "A2": {"CustomerId": "A2"}}
    entity = formatted(**FORMATS)
    assert read(("\n".join(lines) + "\n").encode(), entity=entity).by_id == expected
    columns = {name: pa.array([text, None]) for name, text in row.items()} | {"CustomerId": ["A1", "A2"]}
    assert read(in_parquet(columns), "c.parquet", entity=entity).by_id == expected


def test_typed_columns_of_parquet_have_no_format() -> None:
    columns = {"CustomerId": ["A1"], "BirthDate": [date(1990, 2, 1)], "Value": [1.5], "OptIn": [True]}
    (found,) = read(in_parquet(columns), "c.parquet", entity=formatted(**FORMATS)).records
    assert found == {"CustomerId": "A1", "BirthDate": "1990-02-01", "Value": 1.5, "OptIn": True}


@pytest.mark.parametrize("name", FORMATS)
def test_a_row_of_another_format_is_rejected_with_an_example(name: str) -> None:
    found = read(f"CustomerId,{name}\nA1,next week\n".encode(), entity=formatted(**FORMATS))
    assert found.records == []
    assert found.reasons[1].startswith(f"'{name}' must be written like ")
    assert found.reasons[1].endswith(", by its format; received 'next week'.")


def test_the_limits_of_an_attribute_hold_for_what_was_read() -> None:
    entity = formatted(Points="1.234,56")
    found = read(b"CustomerId;Points\nA1;2.147.483.648\nA2;1,5\nA3;2.147.483.647\n", entity=entity)
    assert found.records == [{"CustomerId": "A3", "Points": 2**31 - 1}]
    assert found.rejections == 2


@given(cell=st.text("0123456789.,-", min_size=1, max_size=9))
def test_a_number_of_a_format_is_the_number_in_json_or_rejected(cell: str) -> None:
    found = read(f'CustomerId;Value\nA1;"{cell}"\n'.encode(), entity=formatted(Value="1.234,56"))
    digits = cell.replace(".", "").replace(",", ".")
    if found.records:
        assert found.records[0]["Value"] == json.loads(digits)
    else:
        assert found.rejections == 1


def test_an_attribute_is_read_from_its_column() -> None:
    columns = [
        replace(each, column={"City": "Ort", "FullName": "City"}.get(each.name, "")) for each in CUSTOMER.attributes
    ]
    entity = replace(CUSTOMER, attributes=tuple(columns), delimiter="^", encoding="windows-1252")
    content = "CustomerId^Ort^City^FullName\nA1^Zürich^Zoë^x\n".encode("cp1252")
    assert read(content, layout=None, entity=entity).records == [
        {"CustomerId": "A1", "City": "Zürich", "FullName": "Zoë"}
    ]
    assert head(content, layout=None, entity=entity).ignored == ["FullName"]
