from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from support import NOW

from function_app.domain.lifetime import end_of_day, offered
from function_app.domain.validity import Policy, RequestedValidity, Validity, decide

DEFAULT, MAXIMUM, POLICY = timedelta(hours=4), timedelta(days=30), Policy(time_zone="Europe/Oslo")
MICRO = timedelta(microseconds=1)
SOON = "2026-11-23T13:00:00Z"


def decided(**wishes: str) -> Validity:
    found = decide(RequestedValidity(**wishes), DEFAULT, POLICY, NOW)
    assert isinstance(found, Validity), found
    return found


def faults(**wishes: str) -> list[tuple[str, str | None]]:
    found = decide(RequestedValidity(**wishes), DEFAULT, POLICY, NOW)
    assert isinstance(found, list), found
    assert {fault.status for fault in found} == {400}
    return [(fault.code, fault.target) for fault in found]


def test_without_parameters_it_occurred_now_and_has_the_default_validity() -> None:
    assert decided() == Validity(NOW, NOW, NOW + DEFAULT)


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("2026-11-23T12:00:00.000001Z", NOW + MICRO),
        (SOON, NOW + timedelta(hours=1)),
        ("2026-11-23t13:00:00z", NOW + timedelta(hours=1)),
        ("2026-11-23T14:00:00+01:00", NOW + timedelta(hours=1)),
        ("2026-11-23T07:30:00-05:30", NOW + timedelta(hours=1)),
        ("2026-11-24T02:30:00+14:00", NOW + timedelta(minutes=30)),
        ("2026-11-23T12:00:00.1234567Z", NOW + timedelta(microseconds=123_456)),
        ("2026-11-23T12:00:01.0000000Z", NOW + timedelta(seconds=1)),
        ("2026-12-23T12:00:00Z", NOW + MAXIMUM),
        ("2026-12-23T11:59:59.999999Z", NOW + MAXIMUM - MICRO),
    ],
)
def test_valid_until_ends_it_at_that_instant_in_utc(text: str, until: datetime) -> None:
    found = decided(valid_until=text)
    assert found.valid_until == until
    assert found.valid_until.tzinfo is UTC
    assert found.received_at == found.occurred_at == NOW


@pytest.mark.parametrize(
    ("text", "lives"),
    [
        ("PT1S", timedelta(seconds=1)),
        ("PT90M", timedelta(minutes=90)),
        ("P7D", timedelta(days=7)),
        ("90 minutes", timedelta(minutes=90)),
        ("4 hours", timedelta(hours=4)),
        ("1 Hour", timedelta(hours=1)),
        ("3days", timedelta(days=3)),
        (" 2  weeks ", timedelta(days=14)),
        ("end of day", timedelta(hours=11)),
        ("P1DT12H30M", timedelta(days=1, hours=12, minutes=30)),
        ("P4W", timedelta(weeks=4)),
        ("P30D", MAXIMUM),
        ("PT720H", MAXIMUM),
    ],
)
def test_valid_for_ends_it_that_long_after_now(text: str, lives: timedelta) -> None:
    assert decided(valid_for=text).valid_until == NOW + lives


@pytest.mark.parametrize(
    ("wishes", "code", "target"),
    [
        ({"valid_until": "tomorrow"}, "InvalidInstant", "validUntil"),
        ({"valid_until": ""}, "InvalidInstant", "validUntil"),
        ({"valid_until": "2026-11-24"}, "InvalidInstant", "validUntil"),
        ({"valid_until": "2026-13-01T00:00:00Z"}, "InvalidInstant", "validUntil"),
        ({"valid_until": "2027-02-29T00:00:00Z"}, "InvalidInstant", "validUntil"),
        ({"valid_until": "2026-11-24T25:00:00Z"}, "InvalidInstant", "validUntil"),
        ({"valid_until": "2026-11-23T13:00:00 01:00"}, "InvalidInstant", "validUntil"),
        ({"valid_until": "1795435200"}, "InvalidInstant", "validUntil"),
        ({"valid_until": "9999-12-31T23:59:59-14:00"}, "InvalidInstant", "validUntil"),
        ({"valid_until": "2026-11-23T13:00:00"}, "MissingOffset", "validUntil"),
        ({"valid_until": "2026-11-23T12:00:00Z"}, "ValidUntilPassed", "validUntil"),
        ({"valid_until": "2026-11-23T13:00:00+01:00"}, "ValidUntilPassed", "validUntil"),
        ({"valid_until": "2026-11-23T12:00:00.0000009Z"}, "ValidUntilPassed", "validUntil"),
        ({"valid_until": "2020-01-01T00:00:00Z"}, "ValidUntilPassed", "validUntil"),
        ({"valid_until": "2026-12-23T12:00:00.000001Z"}, "ValidUntilTooFar", "validUntil"),
        ({"valid_until": "9999-12-31T23:59:59Z"}, "ValidUntilTooFar", "validUntil"),
        ({"valid_for": "P30DT1S"}, "ValidUntilTooFar", "validFor"),
        ({"valid_for": "P999999W"}, "ValidUntilTooFar", "validFor"),
        ({"valid_for": "PT0S"}, "InvalidDuration", "validFor"),
        ({"valid_for": "P"}, "InvalidDuration", "validFor"),
        ({"valid_for": "PT"}, "InvalidDuration", "validFor"),
        ({"valid_for": "-PT1H"}, "InvalidDuration", "validFor"),
        ({"valid_for": "P1M"}, "InvalidDuration", "validFor"),
        ({"valid_for": "P1Y"}, "InvalidDuration", "validFor"),
        ({"valid_for": "PT1.5H"}, "InvalidDuration", "validFor"),
        ({"valid_for": "90"}, "InvalidDuration", "validFor"),
        ({"valid_for": "0 hours"}, "InvalidDuration", "validFor"),
        ({"valid_for": "end of week"}, "InvalidDuration", "validFor"),
        ({"valid_for": "31 days"}, "ValidUntilTooFar", "validFor"),
        ({"valid_for": "PT٣H"}, "InvalidDuration", "validFor"),
        ({"valid_for": ""}, "InvalidDuration", "validFor"),
        ({"occurred_at": "yesterday"}, "InvalidInstant", "occurredAt"),
        ({"occurred_at": "2026-11-23T11:00:00"}, "MissingOffset", "occurredAt"),
        ({"occurred_at": "2026-11-23T12:05:00.000001Z"}, "OccurredInFuture", "occurredAt"),
        ({"valid_until": SOON, "valid_for": "PT1H"}, "TwoValidities", "validFor"),
    ],
)
def test_a_bad_parameter_is_one_fault_with_its_name(wishes: dict[str, str], code: str, target: str) -> None:
    assert faults(**wishes) == [(code, target)]


@pytest.mark.parametrize(
    ("text", "occurred"),
    [
        ("2026-11-23T12:05:00Z", NOW + timedelta(minutes=5)),
        ("2026-11-23T12:00:00Z", NOW),
        ("1999-12-31T23:00:00-01:00", datetime(2000, 1, 1, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", datetime(1, 1, 1, tzinfo=UTC)),
    ],
)
def test_occurred_at_may_be_any_time_ago_and_five_minutes_ahead(text: str, occurred: datetime) -> None:
    assert decided(occurred_at=text) == Validity(occurred, NOW, NOW + DEFAULT)


def test_several_faults_come_at_once() -> None:
    found = faults(valid_until="2020-01-01T00:00:00Z", valid_for="P31D", occurred_at="2026-11-23T13:00:00Z")
    assert sorted(found, key=str) == [
        ("OccurredInFuture", "occurredAt"),
        ("TwoValidities", "validFor"),
        ("ValidUntilPassed", "validUntil"),
        ("ValidUntilTooFar", "validFor"),
    ]


@pytest.mark.parametrize(
    ("wishes", "says"),
    [
        ({"valid_until": "2027-01-01T00:00:00Z"}, ("P30D", "2026-12-23T12:00:00.000000Z", "2027-01-01T00:00:00")),
        ({"valid_until": "2026-11-23T11:00:00Z"}, ("2026-11-23T12:00:00.000000Z", "2026-11-23T11:00:00")),
        ({"valid_for": "P31D"}, ("P30D", "P31D")),
        ({"occurred_at": "2026-11-23T12:06:00Z"}, ("PT5M", "2026-11-23T12:00:00", "2026-11-23T12:06:00")),
        ({"valid_until": "2026-11-23T13:00:00 01:00"}, ("%2B", "2026-11-23T13:00:00 01:00")),
    ],
)
def test_a_fault_names_the_limit_and_what_was_received(wishes: dict[str, str], says: tuple[str, ...]) -> None:
    found = decide(RequestedValidity(**wishes), DEFAULT, POLICY, NOW)
    assert isinstance(found, list)
    assert [text for text in says if text not in found[0].message] == []


def test_the_default_and_the_maximum_are_the_ones_given() -> None:
    assert decide(RequestedValidity(), timedelta(minutes=1), Policy(maximum=timedelta(minutes=2)), NOW) == Validity(
        NOW, NOW, NOW + timedelta(minutes=1)
    )
    beyond = decide(
        RequestedValidity(valid_for="PT3M"), timedelta(minutes=1), Policy(maximum=timedelta(minutes=2)), NOW
    )
    assert isinstance(beyond, list)
    assert "PT2M" in beyond[0].message


def test_the_default_policy_of_an_instance_is_four_hours_thirty_days_thirty_days() -> None:
    assert Policy() == Policy(timedelta(hours=4), timedelta(days=30), timedelta(days=30))


def test_until_next_refresh_ends_at_the_maximum_at_the_latest() -> None:
    found = decided(valid_for="until next refresh")
    assert (found.valid_until, found.until_refresh) == (NOW + timedelta(days=30), True)
    assert not decided(valid_for="4 hours").until_refresh


@pytest.mark.parametrize(
    ("zone", "now", "end"),
    [
        ("UTC", "2026-11-23T23:59:59.999999Z", "2026-11-24T00:00:00Z"),
        ("UTC", "2026-11-24T00:00:00Z", "2026-11-25T00:00:00Z"),
        ("Asia/Seoul", "2026-11-23T15:00:00Z", "2026-11-24T15:00:00Z"),
        ("Europe/Oslo", "2026-10-25T00:30:00Z", "2026-10-25T23:00:00Z"),  # a day of 25 hours
        ("Europe/Oslo", "2026-03-29T00:30:00Z", "2026-03-29T22:00:00Z"),  # a day of 23 hours
        ("America/Santiago", "2026-09-05T12:00:00Z", "2026-09-06T04:00:00Z"),  # the next day has no midnight
    ],
)
def test_a_day_ends_with_the_last_instant_of_the_time_zones_date(zone: str, now: str, end: str) -> None:
    assert end_of_day(zone, datetime.fromisoformat(now)) == datetime.fromisoformat(end)


def test_only_lifetimes_within_the_maximum_are_offered() -> None:
    few = offered(timedelta(hours=1))
    assert few == ["15 minutes", "30 minutes", "1 hour", "end of day", "until next refresh"]
    for words in offered(timedelta(days=30)):
        assert decided(valid_for=words)
