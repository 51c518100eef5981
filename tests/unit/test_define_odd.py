"""A proposal from files with a few odd rows: they must not change what the files are, and are shown."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from function_app.local.define.command import define_folder
from function_app.local.define.proposal import NothingToDefineError, Proposal, propose
from function_app.local.define.tolerance import most_odd

PEOPLE = [f"C{number},Name {number},Oslo" for number in range(1, 201)]
ORDERS = [f"O{number},2026-11-{number % 28 + 1:02d}T10:00:00Z,C{number}" for number in range(1, 200)]


def table(folder: Path, name: str, header: str, rows: Iterable[str]) -> None:
    """Write a table into its folder."""
    (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / name / "part.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")


def shop(folder: Path, people: Iterable[str] = PEOPLE, orders: Iterable[str] = ORDERS) -> Path:
    table(folder, "Customer", "CustomerId,Name,City", people)
    table(folder, "Shop_Orders", "OrderNo,OrderedAt,CustomerId", orders)
    return folder


def entity(proposal: Proposal, name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in proposal.definition["entities"] if each["name"] == name)
    return found


def types(proposal: Proposal, name: str) -> dict[str, str]:
    return {each["name"]: each["dataType"] for each in entity(proposal, name)["attributes"]}


def column_of_id(proposal: Proposal) -> str:
    attributes = entity(proposal, "Customer")["attributes"]
    return str(next(each.get("column") for each in attributes if each["name"] == "CustomerId"))


def test_the_share_of_odd_rows_is_that_of_a_refresh_and_one_in_a_short_list() -> None:
    assert [most_odd(rows) for rows in (0, 9, 10, 199, 200, 1_000)] == [0, 0, 1, 1, 2, 10]


def test_one_doubled_id_is_no_reason_for_another_key_and_is_shown(tmp_path: Path) -> None:
    proposal = propose(shop(tmp_path, people=[*PEOPLE, "C7,Name 7 again,Bergen"]))
    assert types(proposal, "Customer") == dict.fromkeys(("CustomerId", "Name", "City"), "Edm.String")
    assert "column" not in entity(proposal, "Customer")["attributes"][0]
    said = "Rows that repeat the CustomerId of another row: 1, like 'C7'. The last row of each counts."
    assert f"  {said}" in proposal.reasons
    assert entity(proposal, "Orders")["activity"]["customer"]["attribute"] == "CustomerId"


def test_one_id_that_is_missing_is_no_reason_for_another_key(tmp_path: Path) -> None:
    proposal = propose(shop(tmp_path, people=[*PEOPLE, ",Nils,Bergen"]))
    assert "column" not in entity(proposal, "Customer")["attributes"][0]


def test_the_name_customer_id_in_a_folder_customer_is_enough(tmp_path: Path) -> None:
    doubled = [f"C{number},Other {number},Bergen" for number in range(1, 50)]
    proposal = propose(shop(tmp_path, people=[*PEOPLE, *doubled]))
    assert "column" not in entity(proposal, "Customer")["attributes"][0]
    assert any("another row: 49, like 'C1', 'C2', 'C3'." in reason for reason in proposal.reasons)
    assert entity(proposal, "Orders")["keys"] == [["OrderNo"]]


@pytest.mark.parametrize(
    ("header", "row", "odd", "wanted"),
    [
        ("Vorname,KundenNr,Ort", "Vorname {0},{0},Oslo", "Neu,7,Bergen", "KundenNr"),
        ("Email,Name,MemberNo", "m{0}@example.com,Name {0},M-{0}", "x@example.com,Name,M-3", "MemberNo"),
        ("이름,고객번호,전화번호", "이름 {0},K{0},010-{0}", "새 이름,K7,011", "고객번호"),
        ("Points,PostalCode,Code", "{0},N{0},c{0}", "0,N0,c7", "Code"),
        ("Name,Points,Ref", "Name {0},{0},r{0}", "Name,0,r0", "Ref"),
        ("Name,Points,Email", "Name {0},{0},m{0}@example.com", "Name,0,m@example.com", "Email"),
    ],
)
def test_a_key_by_its_name_comes_before_what_is_unique_by_chance(
    tmp_path: Path, header: str, row: str, odd: str, wanted: str
) -> None:
    table(tmp_path, "Kunden", header, [*(row.format(number) for number in range(1, 61)), odd])
    assert column_of_id(propose(tmp_path)) == wanted


def test_why_a_key_by_its_name_is_none_is_shown(tmp_path: Path) -> None:
    rows = [f"{number % 20},Name {number}" for number in range(60)]
    table(tmp_path, "Kunden", "KundenNr,Name", rows)
    reasons = "\n".join(propose(tmp_path).reasons)
    assert "'Name': another value in each row, but not the name of a key" in reasons
    assert "'KundenNr' has the name of a key, but 40 of 60 rows have none, or that of another row" in reasons
    table(tmp_path, "Kunden", "KundenNr", ["7"] * 60)
    with pytest.raises(NothingToDefineError, match="'KundenNr' has the name of a key"):
        propose(tmp_path)


@pytest.mark.parametrize(
    ("form", "wanted"),
    [
        ("2026-11-{:02d}T10:00:00Z", {"dataType": "Edm.DateTimeOffset"}),
        ("{:02d}.11.2026 10:00", {"dataType": "Edm.DateTimeOffset", "format": "%d.%m.%Y %H:%M"}),
        ("2026-11-{:02d}", {"dataType": "Edm.DateTimeOffset", "format": "%Y-%m-%d"}),
    ],
)
@pytest.mark.parametrize("wrong", ["yesterday", "2026-02-31", ""])
def test_one_wrong_time_is_no_reason_against_a_timestamp_and_is_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str, wanted: dict[str, str], wrong: str
) -> None:
    orders = [f"O{number},{form.format(number % 28 + 1)},C{number}" for number in range(1, 200)]
    proposal = propose(shop(tmp_path, orders=[*orders, f"O500,{wrong},C9"]))
    found = entity(proposal, "Orders")
    assert found["timestampAttribute"] == "OrderedAt"
    assert found["attributes"][1] == {"name": "OrderedAt", **wanted}
    like = f", like '{wrong}'" if wrong else ""
    assert f"  1 of 200 rows have no instant or date there{like}, and would be rejected." in proposal.reasons
    define_folder(tmp_path, "definition.schema.json")
    said = capsys.readouterr().err
    assert "1 of 200 rows would be rejected" in said
    assert "row 200, line 201, OrderedAt: " in said


def test_a_column_that_is_a_text_because_of_one_value_says_so(tmp_path: Path) -> None:
    rows = [f"C{number},{number},{number % 28 + 1}.11.1990" for number in range(1, 100)]
    table(tmp_path, "Customer", "CustomerId,Points,Born", [*rows, "C100,n/a,unknown"])
    proposal = propose(tmp_path)
    assert types(proposal, "Customer")["Points"] == "Edm.String"
    said = "\n".join(proposal.reasons)
    assert "Points is left a text: 1 of 100 rows would be rejected as Edm.Int32, like 'n/a'." in said
    assert "Born is left a text: 1 of 100 rows would be rejected as Edm.Date with format %d.%m.%Y" in said


@pytest.mark.parametrize(
    ("header", "row", "wanted"),
    [
        ("who,when", "C{0},2026-11-{0:02d}T10:00:00Z", ["who", "when"]),
        ("who,when,topic", "C{0},2026-11-{0:02d}T10:00:00Z,about t{0} and more", ["who", "when"]),
        ("who,when,minutes", "C{0},2026-11-{0:02d}T10:00:00Z,{0}", ["who", "when"]),
        ("CustomerId,when,CallNo", "C{0},2026-11-{0:02d}T10:00:00Z,{0}", ["CallNo"]),
        ("CustomerId,when,Ref", "C{0},2026-11-{0:02d}T10:00:00Z,r-{0}", ["Ref"]),
        ("CustomerId,when,ContactId", "C{0},2026-11-{0:02d}T10:00:00Z,K{0}", ["CustomerId", "when"]),
        ("CustomerId,when,PhoneNumber", "C{0},2026-11-{0:02d}T10:00:00Z,+47{0}", ["CustomerId", "when"]),
    ],
)
def test_in_a_short_list_no_column_of_customers_or_by_chance_is_the_key_of_activities(
    tmp_path: Path, header: str, row: str, wanted: list[str]
) -> None:
    table(tmp_path, "Customer", "CustomerId,Name,ContactId", [f"C{n},Name {n},K{n}" for n in range(1, 31)])
    table(tmp_path, "Phone_Calls", header, [row.format(number) for number in range(1, 6)])
    assert entity(propose(tmp_path), "Calls")["keys"] == [wanted]


@pytest.mark.parametrize(
    ("header", "odd", "wanted", "some"),
    [
        ("OrderNo,OrderedAt,CustomerId", "O7,2026-11-30T11:00:00Z,C7", ["OrderNo"], "O7"),
        ("Nothing,OrderedAt,CustomerId", ",2026-11-08T10:00:00Z,C7", ["CustomerId", "OrderedAt"], "C7 2026-11-08"),
    ],
)
def test_one_doubled_key_of_activities_is_no_reason_for_another_and_is_shown(
    tmp_path: Path, header: str, odd: str, wanted: list[str], some: str
) -> None:
    orders = ORDERS if header.startswith("OrderNo") else [f",{order.partition(',')[2]}" for order in ORDERS]
    table(shop(tmp_path), "Shop_Orders", header, [*orders, odd])
    proposal = propose(tmp_path)
    assert entity(proposal, "Orders")["keys"] == [wanted]
    assert any(f"repeat the key of another row: 1, like '{some}" in reason for reason in proposal.reasons)


def test_lines_of_orders_have_the_key_of_both(tmp_path: Path) -> None:
    lines = [f"O{n // 2},{n % 2},2026-11-{n % 28 + 1:02d}T10:00:00Z,C{n}" for n in range(1, 100)]
    table(shop(tmp_path), "Shop_Orders", "OrderNo,LineNo,OrderedAt,CustomerId", lines)
    assert entity(propose(tmp_path), "Orders")["keys"] == [["OrderNo", "LineNo"]]


def test_columns_without_latin_letters_are_not_all_alike(tmp_path: Path) -> None:
    table(tmp_path, "고객", "고객번호,이름", [f"{n},이름 {n}" for n in range(1, 31)])
    table(tmp_path, "주문", "주문번호,고객,주문일", [f"{n},x{n},2026-11-{n:02d}" for n in range(1, 31)])
    (customer,) = propose(tmp_path).definition["entities"]
    assert "keyOf" not in customer["attributes"][0]


def test_each_sentence_has_one_full_stop(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shop(tmp_path, people=[*PEOPLE, 'C300,Eve "E" Vik,Oslo', "C7,Name 7 again,Bergen"])
    (tmp_path / "broken.csv").write_text('Id,"Name\n', encoding="utf-8")
    define_folder(tmp_path, "definition.schema.json")
    said = capsys.readouterr().err
    assert "write the quote in it twice.\n" in said
    assert ".." not in said
