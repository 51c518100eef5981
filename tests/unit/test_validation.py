from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from function_app.domain.entity import Attribute, Entity
from function_app.domain.schema import EDM_TYPES
from function_app.domain.values import Inexact
from function_app.error_detail import ErrorDetail
from function_app.services.validation import Checker, pointer

GUID = "6f9619ff-8b86-4d11-b42d-00c04fc964ff"
NO_NUMBER, NO_TEXT = (
    [True, False, "x", " ", " 1", "1_000", "１２", "0x1", "+5", "1,5", [], {}, [1]],
    [1, 1.5, True, [], {}],
)
GOOD: dict[str, list[tuple[Any, Any]]] = {
    "Edm.String": [(text, text) for text in ("", " ", "Oslo", "김 😀", "\x01", "x" * 10_000)],
    "Edm.Boolean": [(True, True), (False, False), ("true", True), ("False", False), ("", None)],
    "Edm.Int16": [(0, 0), (2**15 - 1, 2**15 - 1), (-(2**15), -(2**15)), (1.0, 1), ("-12", -12)],
    "Edm.Int32": [
        (0, 0),
        (2**31 - 1, 2**31 - 1),
        (-(2**31), -(2**31)),
        (1.0, 1),
        (-0.0, 0),
        ("1200.0", 1200),
        ("1.2e3", 1200),
        ("", None),
    ],
    "Edm.Int64": [(2**53, 2**53), (-(2**53), -(2**53)), (1.0, 1)],
    "Edm.Decimal": [(0, 0), (1.5, 1.5), (-3, -3), (2**53, 2**53), (1e20, 1e20), (0.1, 0.1), ("0.1", 0.1), ("", None)],
    "Edm.Double": [
        (0, 0),
        (1e308, 1e308),
        (-1.5, -1.5),
        (10**20, 1e20),
        (Inexact(0.1), 0.1),
        ("1e308", 1e308),
        ("", None),
    ],
    "Edm.Single": [(0, 0), (1.5, 1.5)],
    "Edm.Date": [
        *((date, date) for date in ("1990-12-31", "2024-02-29", "0001-01-01")),
        *(
            (f"1990-12-31{midnight}", "1990-12-31")
            for midnight in ("T00:00:00Z", "T00:00:00.0000000Z", "T00:00:00", "t00:00+0100", "T00:00:00.000-05:00")
        ),
        ("", None),
    ],
    "Edm.DateTimeOffset": [
        ("2026-11-24T09:30:00Z", "2026-11-24T09:30:00.000000Z"),
        ("2026-11-24T09:30:00.1234567Z", "2026-11-24T09:30:00.123456Z"),
        ("2026-11-24T00:30:00+01:00", "2026-11-23T23:30:00.000000Z"),
        ("2026-11-24t09:30:00z", "2026-11-24T09:30:00.000000Z"),
        ("2026-11-24T09:30:00.123456+0000", "2026-11-24T09:30:00.123456Z"),
        ("2026-11-24T09:30:00-0230", "2026-11-24T12:00:00.000000Z"),
        ("", None),
    ],
    "Edm.TimeOfDay": [
        ("09:30:00", "09:30:00.000000"),
        ("09:30", "09:30:00.000000"),
        ("23:59:59.9999999", "23:59:59.999999"),
        ("", None),
    ],
    "Edm.Guid": [(GUID, GUID), (GUID.upper(), GUID), ("", None)],
}
BAD: dict[str, dict[str, list[Any]]] = {
    "Edm.String": {"WrongType": NO_TEXT, "WrongFormat": ["\0", "Os\0lo"]},
    "Edm.Boolean": {"WrongType": [0, 1, "yes", "1", " true", [], {}]},
    "Edm.Int16": {"WrongType": [*NO_NUMBER, 1.5, "1.5"], "OutOfRange": [2**15, -(2**15) - 1, "32768"]},
    "Edm.Int32": {"WrongType": [*NO_NUMBER, 1.5, 1e-9], "OutOfRange": [2**31, -(2**31) - 1, 10**30, 1e30]},
    "Edm.Int64": {
        "WrongType": [*NO_NUMBER, 0.1],
        "OutOfRange": [2**53 + 1, -(2**53) - 1, 10**400, Inexact(2**53)],
    },
    "Edm.Decimal": {
        "WrongType": NO_NUMBER,
        "OutOfRange": [2**53 + 1, 10**20, Inexact(0.1), "0.1234567890123456789", "9" * 500],
    },
    "Edm.Double": {"WrongType": NO_NUMBER},
    "Edm.Single": {"WrongType": NO_NUMBER},
    "Edm.Date": {
        "WrongType": NO_TEXT,
        "WrongFormat": [
            *("2023-02-29", "2023-13-01", "2023-1-1", "19901231", "1990-12-30T23:00:00.000Z", "31.12.1990"),
            *("1990-12-31T00:00:00.000000001Z", "1990-12-31T", "2023-02-29T00:00:00Z", "1990-12-31 00:00:00"),
            *("2023-W01-1", "1990-12-3１", " 1990-12-1", "10000-1-01", "0000-01-01"),
        ],
    },
    "Edm.DateTimeOffset": {
        "WrongType": NO_TEXT,
        "WrongFormat": ["2026-11-24", "2026-11-24T09:30:00", "2026-11-24 09:30:00Z", "2026-02-30T09:30:00Z", "now"],
    },
    "Edm.TimeOfDay": {
        "WrongType": NO_TEXT,
        "WrongFormat": ["9:30", "24:00:00", "09:60:00", "09", "0930", "09:30:00Z", "09:30:00+01:00", "T09:30:00"],
    },
    "Edm.Guid": {
        "WrongType": NO_TEXT,
        "WrongFormat": [
            "x",
            GUID[:-1],
            GUID.replace("-", ""),
            "{" + GUID[:-2] + "}",
            GUID.replace("f", "g"),
            GUID + "\n",
        ],
    },
}

scalars = (
    st.sampled_from([math.inf, -math.inf, math.nan])
    | st.floats()
    | st.text()
    | st.integers()
    | st.booleans()
    | st.none()
)


def checker(*attributes: Attribute) -> Checker:
    identity = Attribute("CustomerId", "Edm.String", "Customer ID")
    return Checker(Entity("Customer", "profile", (("CustomerId",),), (identity, *attributes)))


def attribute(data_type: str, name: str = "Value", **more: Any) -> Attribute:
    return Attribute(name, data_type, name, **more)


def changed(one: Checker, body: dict[str, Any]) -> dict[str, Any]:
    found = one.check_changes(body)
    assert isinstance(found, dict), found
    return found


def refused(one: Checker, body: dict[str, Any]) -> list[ErrorDetail]:
    found = one.check_changes(body)
    assert isinstance(found, list), found
    return found


def test_every_edm_type_has_good_and_bad_values() -> None:
    assert set(GOOD) == set(BAD) == set(EDM_TYPES)


@pytest.mark.parametrize("data_type", GOOD)
def test_good_values_are_accepted_in_canonical_form(data_type: str) -> None:
    one = checker(attribute(data_type))
    for value, canonical in GOOD[data_type]:
        for checked in (changed(one, {"Value": value}), one.check_record({"Value": value})):
            assert json.dumps(checked) == json.dumps({"Value": canonical}), value


@pytest.mark.parametrize("data_type", GOOD)
def test_null_is_a_value_of_every_type(data_type: str) -> None:
    assert changed(checker(attribute(data_type)), {"Value": None}) == {"Value": None}


@pytest.mark.parametrize(("data_type", "code"), [(kind, code) for kind, codes in BAD.items() for code in codes])
def test_bad_values_are_refused_one_fault_each(data_type: str, code: str) -> None:
    one = checker(attribute(data_type))
    for value in BAD[data_type][code]:
        found = refused(one, {"Value": value})
        assert [(fault.code, fault.status, fault.target) for fault in found] == [(code, 400, "/Value")], value
        assert "'Value'" in found[0].message


@pytest.mark.parametrize("data_type", ["Edm.Decimal", "Edm.Double", "Edm.Single"])
@pytest.mark.parametrize("value", [float("inf"), float("-inf"), float("nan")])
def test_numbers_json_can_not_write_are_refused(data_type: str, value: float) -> None:
    assert refused(checker(attribute(data_type)), {"Value": value})


def test_lengths_are_counted_in_characters_to_the_very_limit() -> None:
    one = checker(attribute("Edm.String", max_length=3))
    for text in ("", "abc", "김김김", "😀😀😀"):
        assert changed(one, {"Value": text}) == {"Value": text}
    (fault,) = refused(one, {"Value": "abcd"})
    assert fault.code == "TooLong"
    assert "at most 3" in fault.message
    assert "received 4" in fault.message


def test_only_allowed_values_pass_and_the_fault_of_others_lists_them() -> None:
    one = checker(attribute("Edm.String", allowed_values=("Gold", "Silver")))
    assert changed(one, {"Value": "Gold"}) == {"Value": "Gold"}
    for value in ("gold", "Bronze", ""):
        (fault,) = refused(one, {"Value": value})
        assert fault.code == "ValueNotAllowed"
        assert "'Gold', 'Silver'" in fault.message


def test_an_unknown_name_comes_with_the_nearest_ones() -> None:
    one = checker(attribute("Edm.String", "City"), attribute("Edm.String", "Country"))
    (fault,) = refused(one, {"Citty": "Oslo"})
    assert (fault.code, fault.target) == ("UnknownAttribute", "/Citty")
    assert "'City'" in fault.message
    assert "Country" not in fault.message
    (case,) = refused(one, {"city": "Oslo"})
    assert "'City'" in case.message
    (strange,) = refused(one, {"Quux": 1})
    assert "nearest" not in strange.message


def test_only_the_first_unknown_names_come_with_the_nearest_ones() -> None:
    one = checker(*(attribute("Edm.String", f"City{n}") for n in range(30)))
    faults = refused(one, {f"Citty{n}": 1 for n in range(10)})
    assert ["nearest" in fault.message for fault in faults] == [True] * 3 + [False] * 7


def test_keys_and_read_only_attributes_can_not_change_but_a_record_may_hold_them() -> None:
    one = checker(attribute("Edm.Double", "Score", read_only=True))
    body = {"CustomerId": "ada", "Score": 1.5}
    assert [fault.code for fault in refused(one, body)] == ["KeyAttribute", "ReadOnlyAttribute"]
    assert one.check_record(body) == body


def test_all_faults_come_at_once() -> None:
    one = checker(attribute("Edm.Int32", "Points"), attribute("Edm.Date", "Born"), attribute("Edm.Boolean", "OptIn"))
    found = refused(one, {"Points": "x", "Born": "2023-02-29", "OptIn": True, "Quux": 1, "CustomerId": "eve"})
    assert {(fault.code, fault.target) for fault in found} == {
        ("WrongType", "/Points"),
        ("WrongFormat", "/Born"),
        ("UnknownAttribute", "/Quux"),
        ("KeyAttribute", "/CustomerId"),
    }


def test_a_body_names_one_to_five_hundred_attributes() -> None:
    one = checker(*(attribute("Edm.Int32", f"A{number}") for number in range(501)))
    assert [fault.code for fault in refused(one, {})] == ["EmptyBody"]
    assert len(changed(one, {f"A{number}": 1 for number in range(500)})) == 500
    (fault,) = refused(one, {f"A{number}": 1 for number in range(501)})
    assert fault.code == "TooManyAttributes"
    assert "500" in fault.message
    assert "501" in fault.message


@pytest.mark.parametrize(("name", "target"), [("a/b", "/a~1b"), ("a~b", "/a~0b"), ("~1", "/~01"), ("", "/")])
def test_a_pointer_escapes_what_pointers_are_made_of(name: str, target: str) -> None:
    assert pointer(name) == target


@given(scalars | st.lists(scalars, max_size=2))
def test_no_value_makes_checking_fail_and_canonical_forms_stay_as_they_are(value: Any) -> None:
    for data_type in EDM_TYPES:
        found = _CHECKERS[data_type].check_changes({"Value": value})
        if isinstance(found, dict):
            assert _CHECKERS[data_type].check_changes(found) == found
            json.dumps(found, allow_nan=False)


_CHECKERS = {data_type: checker(attribute(data_type)) for data_type in EDM_TYPES}
