from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from function_app.domain.instant import (
    canonical_instant,
    format_duration,
    format_instant,
    parse_duration,
    parse_instant,
)

offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
instants = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=offsets)  # noqa: DTZ001  # zones are added


@given(instants)
def test_an_instant_written_and_read_is_the_same_instant(instant: datetime) -> None:
    read = parse_instant(format_instant(instant))
    assert read == instant
    assert read is not None
    assert read.tzinfo is UTC


@given(instants, instants)
def test_canonical_texts_sort_as_the_instants_do(one: datetime, other: datetime) -> None:
    texts = format_instant(one), format_instant(other)
    assert (texts[0] < texts[1]) == (one < other)
    assert (texts[0] == texts[1]) == (one == other)


@given(instants)
def test_the_canonical_text_has_one_length_and_ends_in_z(instant: datetime) -> None:
    text = format_instant(instant)
    assert len(text) == len("2026-11-24T09:30:00.000000Z")
    assert text.endswith("Z")


@given(instants)
def test_an_instant_is_read_as_python_writes_it_with_its_offset(instant: datetime) -> None:
    assert parse_instant(instant.isoformat()) == instant


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("2026-11-24T09:30:00Z", "2026-11-24T09:30:00.000000Z"),
        ("2026-11-24t09:30:00z", "2026-11-24T09:30:00.000000Z"),
        ("2026-11-24T09:30:00+0100", "2026-11-24T08:30:00.000000Z"),
        ("2026-11-24T09:30Z", "2026-11-24T09:30:00.000000Z"),
        ("2026-11-24T09:30:00.5Z", "2026-11-24T09:30:00.500000Z"),
        ("2026-11-24T09:30:00.1234567Z", "2026-11-24T09:30:00.123456Z"),
        ("2026-11-24T09:30:00.123456789Z", "2026-11-24T09:30:00.123456Z"),
        ("2026-11-24T00:30:00+01:00", "2026-11-23T23:30:00.000000Z"),
        ("2024-02-29T23:59:59.999999-00:00", "2024-02-29T23:59:59.999999Z"),
        ("0099-01-01T00:00:00Z", "0099-01-01T00:00:00.000000Z"),
    ],
)
def test_rfc_3339_is_read(text: str, canonical: str) -> None:
    read = parse_instant(text)
    assert read is not None
    assert format_instant(read) == canonical


def test_an_instant_without_an_offset_stays_naive() -> None:
    read = parse_instant("2026-11-24T09:30:00")
    assert read is not None
    assert read.tzinfo is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2026-11-24",
        "2026-11-24 09:30:00Z",
        "20261124T093000Z",
        "2026-W48-2T09:30:00Z",
        "2026-11-24T09Z",
        "2026-11-24T09:30:00+01",
        "2026-11-24T09:30:00+24:00",
        "2026-11-24T09:30:00,5Z",
        "2026-11-24T09:30:00.Z",
        "2026-11-24T09:30:00.1234567890Z",
        "2026-11-24T09:30:00Z\n",
        " 2026-11-24T09:30:00Z",
        "2026-02-29T09:30:00Z",
        "2026-11-31T09:30:00Z",
        "2026-00-01T09:30:00Z",
        "2026-11-24T24:30:00Z",
        "2026-11-24T09:60:00Z",
        "٢٠٢٦-11-24T09:30:00Z",
        "0001-01-01T00:00:00+01:00",
        "9999-12-31T23:30:00-01:00",
        "12026-11-24T09:30:00Z",
    ],
)
def test_what_is_no_rfc_3339_instant_is_none(text: str) -> None:
    assert parse_instant(text) is None


@given(st.text(max_size=40))
def test_no_text_makes_reading_fail(text: str) -> None:
    assert parse_instant(text) is None or isinstance(parse_instant(text), datetime)
    assert parse_duration(text) is None or isinstance(parse_duration(text), timedelta)


@given(st.timedeltas(timedelta(0), timedelta(days=999_999)).map(lambda long: timedelta(long.days, long.seconds)))
def test_a_duration_written_and_read_is_the_same_duration(duration: timedelta) -> None:
    assert parse_duration(format_duration(duration)) == duration


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("PT4H", timedelta(hours=4)),
        ("PT90M", timedelta(minutes=90)),
        ("P30D", timedelta(days=30)),
        ("P2W", timedelta(weeks=2)),
        ("P1DT2H3M4S", timedelta(days=1, hours=2, minutes=3, seconds=4)),
        ("PT0S", timedelta(0)),
    ],
)
def test_iso_8601_durations_are_read(text: str, duration: timedelta) -> None:
    assert parse_duration(text) == duration


@pytest.mark.parametrize(
    "text",
    ["", "P", "PT", "P1DT", "4H", "PT4", "P4H", "P1W2D", "PT1H30", "p1d", "P1Y", "P1M", "PT1.5S", "P-1D", "P1D\n"],
)
def test_what_is_no_duration_of_fixed_length_is_none(text: str) -> None:
    assert parse_duration(text) is None


@pytest.mark.parametrize(
    ("duration", "text"),
    [
        (timedelta(0), "PT0S"),
        (timedelta(hours=4), "PT4H"),
        (timedelta(days=30), "P30D"),
        (timedelta(days=1, minutes=30), "P1DT30M"),
        (timedelta(seconds=61), "PT1M1S"),
    ],
)
def test_durations_are_written_short(duration: timedelta, text: str) -> None:
    assert format_duration(duration) == text


@given(instants)
def test_a_text_is_written_canonically_as_its_instant_is_and_then_stays(instant: datetime) -> None:
    written = canonical_instant(instant.isoformat())
    assert written == format_instant(instant)
    assert canonical_instant(written) == written


@pytest.mark.parametrize(
    "text", ["2026-02-30T09:30:00.000000Z", "2026-11-24T24:00:00.000000Z", "2026-11-24T09:30:00.000000", "now"]
)
def test_what_is_no_instant_with_offset_is_not_written(text: str) -> None:
    assert canonical_instant(text) is None
