from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import model

from function_app.api.odata import parse_orderby, parse_search, parse_select
from function_app.api.odata_filter import parse_filter
from function_app.domain.entity import Attribute, Entity
from function_app.domain.query import AllOf, AnyOf, Compares, Condition, Equals, Not, Text
from function_app.errors import ServiceError

CUSTOMER = model().instance.customer
LITERALS = st.one_of(
    st.sampled_from(["City", "Points", "LastVisit", "Opens", "null", "('a')", "tolower(City)", "tolower()"]),
    st.from_regex(
        r"(duration|geography)?'P?[0-9T]{1,30}D?'|[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)?",
        fullmatch=True,
    ),
)
OSLO, THREE = Equals("City", ("Oslo",)), Compares("Points", "gt", 3)


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("City eq 'Oslo'", OSLO),
        ("(City eq 'Oslo')", OSLO),
        ("'Oslo' eq City", OSLO),
        ("City ne 'Oslo'", Not(OSLO)),
        ("City eq 'O''Hare'", Equals("City", ("O'Hare",))),
        ("City eq ''", Equals("City", ("",))),
        ("City eq null", Equals("City", (None,))),
        ("null ne City", Not(Equals("City", (None,)))),
        ("Points gt 3", THREE),
        ("3 lt Points", THREE),
        ("Points ge -3", Compares("Points", "ge", -3)),
        ("Points ge - 3", Compares("Points", "ge", -3)),
        ("Points le 9007199254740992", Compares("Points", "le", 2**53)),
        ("Value lt 1.5", Compares("Value", "lt", 1.5)),
        ("Value lt -1.5", Compares("Value", "lt", -1.5)),
        ("Value eq 1e3", Equals("Value", (1000.0,))),
        ("OptIn eq true", Equals("OptIn", (True,))),
        ("OptIn ne false", Not(Equals("OptIn", (False,)))),
        ("BirthDate ge 1990-12-31", Compares("BirthDate", "ge", "1990-12-31")),
        ("LastVisit lt 2026-11-24T00:30:00+01:00", Compares("LastVisit", "lt", "2026-11-23T23:30:00.000000Z")),
        ("LastVisit lt 2026-11-24T00:30:00.5Z", Compares("LastVisit", "lt", "2026-11-24T00:30:00.500000Z")),
        ("Opens eq 09:30:00", Equals("Opens", ("09:30:00.000000",))),
        (
            "Token eq 6F9619FF-8B86-4D11-B42D-00C04FC964FF",
            Equals("Token", ("6f9619ff-8b86-4d11-b42d-00c04fc964ff",)),
        ),
        ("City in ('Oslo', 'Bergen')", Equals("City", ("Oslo", "Bergen"))),
        ("City in ('Oslo', null)", Equals("City", ("Oslo", None))),
        ("Points in (1,2,3)", Equals("Points", (1, 2, 3))),
        ("contains(City, 'sl')", Text("City", "contains", "sl")),
        ("startswith(City,'Os')", Text("City", "startswith", "Os")),
        ("endswith(tolower(City), 'lo')", Text("City", "endswith", "lo", fold=True)),
        ("tolower(City) eq 'oslo'", Text("City", "equals", "oslo", fold=True)),
        ("tolower(City) ne 'oslo'", Not(Text("City", "equals", "oslo", fold=True))),
        ("not contains(City, 'sl')", Not(Text("City", "contains", "sl"))),
        ("not (City eq 'Oslo')", Not(OSLO)),
        ("City eq 'Oslo' and Points gt 3", AllOf((OSLO, THREE))),
        ("City eq 'Oslo' or Points gt 3", AnyOf((OSLO, THREE))),
        ("City eq 'Oslo' or Points gt 3 and OptIn eq true", AnyOf((OSLO, AllOf((THREE, Equals("OptIn", (True,))))))),
        ("(City eq 'Oslo' or Points gt 3) and OptIn eq true", AllOf((AnyOf((OSLO, THREE)), Equals("OptIn", (True,))))),
        ("CustomerId eq 'ada'", Equals("CustomerId", ("ada",))),
    ],
)
def test_a_filter_becomes_a_condition(text: str, condition: Condition) -> None:
    assert parse_filter(text, CUSTOMER) == condition


def test_many_terms_of_one_kind_lie_flat() -> None:
    found = parse_filter(" or ".join(f"Points eq {number}" for number in range(100)), CUSTOMER)
    assert found == AnyOf(tuple(Equals("Points", (number,)) for number in range(100)))


def test_a_list_of_one_is_a_list() -> None:
    assert parse_filter("City in ('Oslo')", CUSTOMER) == Equals("City", ("Oslo",))


@pytest.mark.parametrize("name", ["AllowMail", "AnyNote", "NullReason", "TrueName", "FalseAlarms", "Notes", "InStock"])
def test_attributes_whose_names_begin_like_a_word_of_the_language_can_be_filtered(name: str) -> None:
    entity = Entity("Customer", "profile", (("CustomerId",),), (Attribute(name, "Edm.String", name),))
    assert parse_filter(f"{name} eq 'x'", entity) == Equals(name, ("x",))
    assert parse_filter(f"contains({name}, 'x')", entity) == Text(name, "contains", "x")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("city eq 'Oslo'", "City eq 'Oslo'"),
        ("CUSTOMERID eq '1' AND points gt 2", "CustomerId eq '1' and Points gt 2"),
        ("contains(FULLNAME, 'a')", "contains(FullName, 'a')"),
        ("OptIn", "OptIn eq true"),
        ("not optin", "OptIn eq false"),
        ("contains(City, 'a') eq true", "contains(City, 'a')"),
        ("startswith(City, 'a') eq false", "not startswith(City, 'a')"),
        ("tolower(City) eq tolower('OSLO')", "tolower(City) eq 'oslo'"),
        (" City eq 'a/b' ", "City eq 'a/b'"),
    ],
)
def test_what_clients_write_in_another_way_has_the_same_meaning(text: str, meant: str) -> None:
    assert parse_filter(text, CUSTOMER) == parse_filter(meant, CUSTOMER)


@pytest.mark.parametrize(
    "text", ["City", "x has y", "City has 'x'", "not 5", "true", "City eq FullName", "1 eq 1", "''"]
)
def test_a_refusal_names_nothing_of_the_parser(text: str) -> None:
    words = ("Identifier", "ODATA", "Literal", "token", "Compare", "ast", "received only a")
    assert [word for word in words if word in fault_of(text)] == []


@pytest.mark.parametrize("text", ["a/" * 1900 + "x eq 1", "City/" * 400 + "x eq 1", "not " * 900 + "a/b", "a:/" * 1300])
def test_a_path_is_refused_before_the_parser_that_is_slow_with_it(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("function_app.api.odata_grammar.parse")
    assert "no paths" in fault_of(text)


def fault_of(text: str) -> str:
    with pytest.raises(ServiceError) as refused:
        parse_filter(text, CUSTOMER)
    (fault,) = refused.value.faults
    assert (fault.code, fault.status, fault.target) == ("InvalidQuery", 400, "$filter")
    assert fault.message.startswith("$filter")
    return fault.message


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            " ",
            "City",
            "City eq",
            "eq 'Oslo'",
            "City eq 'Oslo",
            "City = 'Oslo'",
            "City eq Oslo",
            "true",
            "'x'",
            "5",
        ),
        *("City eq 'Oslo' and", "and City eq 'Oslo'", "City eq 'Oslo' xor Points gt 1", "(City eq 'Oslo'", "()", "not"),
        *("Cty eq 'Oslo'", "Address/City eq 'Oslo'", "x.City eq 'Oslo'", "$it/City eq 'x'"),
        *("City eq FullName", "'a' eq 'b'", "null eq null", "City eq 5", "City eq true", "City eq 1990-12-31"),
        *("Points eq '3'", "Points eq true", "Value eq 'x'", "OptIn eq 1", "OptIn eq 'true'", "OptIn gt true"),
        *(
            "City gt null",
            "Points ge null",
            "Points add 1 eq 2",
            "Points mul 2 gt 4",
            "-Points eq 3",
            "Points mod 2 eq 0",
        ),
        *("BirthDate eq '1990-12-31'", "BirthDate eq 2023-02-29", "BirthDate gt 1990", "LastVisit gt 2026-11-24"),
        *("LastVisit gt 2026-11-24T09:30:00", "LastVisit gt 2026-02-30T00:00:00Z", "Opens eq '09:30:00'"),
        *("Token eq 'x'", "Token eq 6f9619ff", "City in 'Oslo'", "City in (5,6)", "City in ()", "'Oslo' in City"),
        *("Points in ('1','2')", "City in (Oslo, Bergen)", "City eq ('a','b')"),
        *(
            "contains(City)",
            "contains(City, '')",
            "contains(City, 5)",
            "contains(City, FullName)",
            "contains('a', City)",
        ),
        *(
            "contains(Points, '1')",
            "startswith(BirthDate, '19')",
            "contains(toupper(City), 'X')",
            "contains(City, null)",
        ),
        *(
            "length(City) gt 3",
            "toupper(City) eq 'X'",
            "trim(City) eq 'x'",
            "year(BirthDate) eq 1990",
            "now() gt LastVisit",
        ),
        *(
            "tolower(City) gt 'a'",
            "tolower(Points) eq '1'",
            "tolower(tolower(City)) eq 'x'",
            "nosuch(City)",
            "tolower(City)",
        ),
        *(
            "City has 'x'",
            "Tags/any(t: t eq 'x')",
            "Tags/all(t: t eq 'x')",
            "City/any()",
            "contains(City, 'a') gt true",
        ),
        *(
            "indexof(City, 'o') eq 1",
            "substring(City, 1) eq 'slo'",
            "concat(City, 'x') eq 'y'",
            "City eq duration'PT1H'",
        ),
        *(
            "Points eq 3 eq true",
            "not City",
            "not 5",
            "City eq 'a';drop",
            "City eq 'a' -- x",
            "City eq @p",
            "\x00",
            "é eq 'x'",
        ),
        *("Points eq 1e400", "Points eq NaN", "Points eq INF", "geo.distance(City, City) lt 1"),
        *("2026-02-30T00:00:00Z lt LastVisit", "geography'POINT(1 1)' eq City", f"duration'P{'9' * 30}D' eq City"),
    ],
)
def test_what_is_not_supported_is_refused_naming_the_option(text: str) -> None:
    fault_of(text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Cty eq 'Oslo'", ("'Cty'", "'City'")),
        ("Points eq '3'", ("a number", "'Points'", "Edm.Int32")),
        ("Points eq not 5", ("a number", "'Points'", "Edm.Int32")),
        ("Points in (6, not 5)", ("a number", "'Points'", "Edm.Int32")),
        ("BirthDate eq '1990-12-31'", ("a date like 1990-12-31", "'BirthDate'")),
        ("length(City) gt 3", ("$filter",)),
        ("toupper(City)", ("contains", "startswith", "endswith", "tolower", "toupper")),
        ("x" * 4001, ("4000", "4001")),
        ("Home/City eq 'Oslo'", ("no paths", "'Home/City'")),
        ("year(BirthDate) eq 1990", ("contains", "year")),
        ("Points add 1 eq 2", ("calculate",)),
        ("City", ("City ne null",)),
        ("true", ("City eq 'Oslo'", "a value")),
    ],
)
def test_the_refusal_says_what_would_be_right(text: str, says: tuple[str, ...]) -> None:
    message = fault_of(text)
    assert [part for part in says if part not in message] == []


@pytest.mark.parametrize(
    "text",
    [
        "(" * 1900 + "City eq 'a'" + ")" * 1900,
        "not " * 900 + "OptIn eq true",
        "Points eq " + "-" * 3900 + "5",
        "(" * 4000,
    ],
)
def test_deep_filters_are_refused_or_understood_and_never_overflow(text: str) -> None:
    try:
        parse_filter(text, CUSTOMER)
    except ServiceError as error:
        assert error.faults[0].target == "$filter"  # noqa: PT017  # either way is right


@given(
    st.text(max_size=60)
    | st.lists(st.sampled_from(["City", "eq", "'a'", "(", ")", "not", "and", "1", "in", ",", "-"])).map(" ".join)
    | st.tuples(LITERALS, st.sampled_from(["eq", "lt", "in"]), LITERALS).map(" ".join)
)
def test_no_text_makes_parsing_fail(text: str) -> None:
    for parse in (parse_filter, parse_search, parse_orderby, parse_select):
        try:
            parse(text, CUSTOMER)
        except ServiceError as error:
            assert {fault.status for fault in error.faults} == {400}  # noqa: PT017  # either way is right


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("City eq 'Sean O'Brien'", "at character 17, near Brien'"),
        ('City eq "Oslo"', 'at character 9, near "Oslo"'),
        ("City eq 'Oslo", "at character 9, near 'Oslo"),
        ("Points eq 12.5M", "at character 15, near M"),
        ("City eq datetime'2020-01-01'", "at character 17, near '2020-01-01'"),
    ],
)
def test_a_filter_that_can_not_be_understood_is_refused_with_the_place_and_the_cure(text: str, where: str) -> None:
    with pytest.raises(ServiceError) as refused:
        parse_filter(text, CUSTOMER)
    (fault,) = refused.value.faults
    assert where in fault.message
    assert "an apostrophe in a text is written twice" in fault.message
