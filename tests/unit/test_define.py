from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import ROOT
from support.source_parts import in_parquet

from function_app.domain.entity import Attribute
from function_app.domain.values import canonical as canonical_value
from function_app.error_detail import ErrorDetail
from function_app.local.define import names
from function_app.local.define.command import define_folder
from function_app.local.define.kinds import Kind, kind_of
from function_app.local.define.proposal import NothingToDefineError, Proposal, propose
from function_app.source.cells import judge

CUSTOMERS = "CustomerId,FullName,Email\nC1,Ada Berg,ada@example.com\nC2,Ben Aas,\n"
ORDERS = "OrderNo,Customer,Ordered,Product\n1,C1,2026-11-20T10:00:00Z,Grinder\n2,C2,2026-11-21T10:00:00Z,Kettle\n"
SCHEMA = "http://localhost:7071/api/definition.schema.json"
Entities = dict[str, dict[str, Any]]


def folder_of(folder: Path, **files: str | bytes) -> Path:
    """Write files by path, `__` for a slash, `.csv` at the end where there is no other."""
    for name, content in files.items():
        path = folder / name.replace("__", "/")
        path = path if path.suffix else path.with_suffix(".csv")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def entities(proposal: Proposal) -> Entities:
    found = proposal.definition["entities"]
    return {"_".join(filter(None, (each.get("dataSourceName"), each["name"]))): each for each in found}


def attributes(entity: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["name"]: each for each in entity["attributes"]}


@pytest.mark.parametrize(
    ("values", "data_type", "format_"),
    [
        (["a", "b"], "Edm.String", None),
        (["1", "-2"], "Edm.Int32", None),
        (["1", "9007199254740992"], "Edm.Int64", None),
        (["1", "9007199254740993"], "Edm.String", None),
        (["007", "12"], "Edm.String", None),
        (["1.5", "2"], "Edm.Decimal", None),
        (["0.1234567890123456789", "2"], "Edm.Double", None),
        (["true", "False"], "Edm.Boolean", None),
        (["Y", "n"], "Edm.Boolean", "y/n"),
        (["Y", "n", "?"], "Edm.String", None),
        (["2026-01-31", "1990-12-31"], "Edm.Date", None),
        (["31.12.1990", "1.2.1991"], "Edm.Date", "%d.%m.%Y"),
        (["12/31/1990"], "Edm.Date", "%m/%d/%Y"),
        (["1990-12-31 00:00:00.000"], "Edm.Date", "%Y-%m-%d %H:%M:%S.%f"),
        (["2026-01-31T09:30:00Z", "2026-01-31T09:30:00+02:00"], "Edm.DateTimeOffset", None),
        (["2026-01-31 09:30:00"], "Edm.DateTimeOffset", "%Y-%m-%d %H:%M:%S"),
        (["31/01/2026 9:30 PM"], "Edm.DateTimeOffset", "%d/%m/%Y %I:%M %p"),
        (["09:30", "23:59:59"], "Edm.TimeOfDay", None),
        (["6f9619ff-8b86-4d11-b42d-00c04fc964ff"], "Edm.Guid", None),
        (["1.234,56", "7"], "Edm.Decimal", "1.234,56"),
        (["12,5"], "Edm.Decimal", "1.234,56"),
        (["1,234.5"], "Edm.Decimal", "1,234.56"),
        (["1.234.567", "8"], "Edm.Int32", "1.234,56"),
        ([True, False], "Edm.Boolean", None),
        ([1, 2**40], "Edm.Int64", None),
        ([1.0, 2.0], "Edm.Double", None),
        ([Decimal("1.50")], "Edm.Decimal", None),
        ([date(2026, 1, 31)], "Edm.Date", None),
        ([datetime(2026, 1, 31, 9, tzinfo=UTC)], "Edm.DateTimeOffset", None),
        ([datetime(2026, 1, 31, tzinfo=UTC)], "Edm.Date", None),
    ],
)
def test_the_type_of_a_column_is_the_narrowest_that_holds_its_values(
    values: list[Any], data_type: str, format_: str | None
) -> None:
    found = kind_of(pa.array([None, *values]))
    assert (found.data_type, found.format) == (data_type, format_)


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ([], "no values"),
        (["0", "1"], "1/0"),
        (["1.234", "5.678"], "1.234,56"),
        (["1,234"], "1.234,56 or 1,234.56"),
        (["01/02/2026"], "%d/%m/%Y or %m/%d/%Y"),
        (["2026-01-31 09:30:00"], "UTC"),
    ],
)
def test_what_is_unsure_is_said(values: list[str], word: str) -> None:
    doubt = kind_of(pa.array(values, pa.string())).doubt
    assert doubt
    assert word in doubt


SAMPLES = ["09:30", "23:59:59", "25:00", "2026-01-31T09:30:00Z", "1", "2147483648", "1.5", "1e5", "0.12345678901234567"]


@given(
    values=st.lists(
        st.text(max_size=9) | st.text("0123456789.,-:/ ", max_size=12) | st.sampled_from(SAMPLES),
        min_size=1,
        max_size=4,
    )
)
def test_whatever_the_values_the_type_holds_them_all(values: list[str]) -> None:
    column = pa.array([value.encode() for value in values if value and "\0" not in value], pa.binary())
    kind: Kind = kind_of(column)
    attribute = Attribute("X", kind.data_type, "X", format=kind.format)
    write = canonical_value(replace(attribute, format=None))
    cells = judge(column, attribute, None)
    assert [cell for cell in cells if isinstance(cell, ErrorDetail) or write(cell) is None] == []


def test_loose_files_become_entities_and_get_folders(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "my shop", people=CUSTOMERS, orders=ORDERS, notes__txt="x")
    proposal = propose(folder)
    found = entities(proposal)
    assert found.keys() == {"Customer", "MyShop_Orders"}
    assert attributes(found["Customer"])["CustomerId"]["keyOf"] == "MyShop_Customers"
    orders = found["MyShop_Orders"]
    assert (orders["keys"], orders["timestampAttribute"]) == ([["OrderNo"]], "Ordered")
    assert orders["activity"]["customer"] == {"attribute": "Customer", "entity": "MyShop_Customers"}
    assert (orders["activity"]["activityType"], orders["activity"]["title"]) == ("SalesOrder", "Product")
    assert proposal.commands == [
        f"mkdir -p '{folder}/Customer' && mv '{folder}/people.csv' '{folder}/Customer'/",
        f"mkdir -p '{folder}/MyShop_Orders' && mv '{folder}/orders.csv' '{folder}/MyShop_Orders'/",
    ]


def test_columns_get_names_and_dates_of_activities_formats(tmp_path: Path) -> None:
    customers = "Kunden-Nr;Name;Geburtstag;Umsatz €\n0017;Zoë;31.12.1990;1.234,50\n0018;Ben;1.2.1991;99,00\n"
    visits = "Nr;Kunden-Nr;Tag\n1;0017;24.11.2026\n2;0017;25.11.2026\n"
    found = entities(propose(folder_of(tmp_path, Kunden=customers.encode("cp1252"), Besuche=visits)))
    assert found["Customer"]["encoding"] == "windows-1252"
    assert attributes(found["Customer"]) == {
        "CustomerId": {"name": "CustomerId", "dataType": "Edm.String", "column": "Kunden-Nr"}
        | {"keyOf": attributes(found["Customer"])["CustomerId"]["keyOf"]},
        "Name": {"name": "Name", "dataType": "Edm.String"},
        "Geburtstag": {"name": "Geburtstag", "dataType": "Edm.Date", "format": "%d.%m.%Y"},
        "Umsatz": {"name": "Umsatz", "dataType": "Edm.Decimal", "format": "1.234,56"}
        | {"column": "Umsatz €", "friendlyName": "Umsatz €"},
    }
    (visit,) = (each for name, each in found.items() if name != "Customer")
    assert attributes(visit)["Tag"] == {"name": "Tag", "dataType": "Edm.DateTimeOffset", "format": "%d.%m.%Y"}


def test_folders_of_snapshots_are_read_newest_first_with_their_partitions(tmp_path: Path) -> None:
    part = in_parquet({"Id": ["a", "b"], "Email": ["a@example.com", "b@example.com"], "Tags": [["x"], []]})
    files: dict[str, Any] = {
        "clients__2026-10-1__Country=NO__part.parquet": part,
        "clients__2026-9-30__old": "Other\n1\n",
    }
    proposal = propose(folder_of(tmp_path, **files))
    found = attributes(entities(proposal)["Customer"])
    assert found.keys() == {"CustomerId", "Email", "Country"}
    assert any("'Tags' is left out" in reason for reason in proposal.reasons)
    assert proposal.commands == [f"mv {tmp_path}/clients {tmp_path}/Customer"]


def test_files_with_the_same_columns_are_parts_and_it_is_said(tmp_path: Path) -> None:
    more = CUSTOMERS.replace("C1", "C3").replace("C2", "C4")
    proposal = propose(folder_of(tmp_path, customers1=CUSTOMERS, customers2=more))
    assert proposal.files["Customer"] == [Path("customers1.csv"), Path("customers2.csv")]
    assert any("parts of one snapshot" in reason for reason in proposal.reasons)


@pytest.mark.parametrize(
    "files",
    [{}, {"people": "Name\nAda\nAda\n"}, {"people": "Id,Name\n"}, {"people": b'Id,"Name\n'}, {"people.parquet": b"no"}],
)
def test_without_customers_there_is_nothing_to_define(tmp_path: Path, files: dict[str, str | bytes]) -> None:
    with pytest.raises(NothingToDefineError, match="no file of customers"):
        propose(folder_of(tmp_path, **files))


def test_rows_that_would_be_rejected_are_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    content = CUSTOMERS + f"{'x' * 101},Too Long,\n" + 'C9,Eve "E" Vik,\n'
    define_folder(folder_of(tmp_path, Customer__part=content), SCHEMA)
    said = capsys.readouterr().err
    assert "2 of 4 rows would be rejected" in said
    assert "at most 100 characters" in said


def test_a_definition_that_is_there_stays(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = folder_of(tmp_path, Customer__part=CUSTOMERS)
    (folder / "definition.json").write_text("{}")
    define_folder(folder, SCHEMA)
    assert (folder / "definition.json").read_text() == "{}"
    assert json.loads(capsys.readouterr().out)["entities"][0]["name"] == "Customer"


def test_the_command_writes_the_definition_and_says_what_is_next(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, customers=CUSTOMERS)
    command = [sys.executable, "-m", "function_app.local", "define", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
    assert json.loads((folder / "definition.json").read_text())["$schema"] == SCHEMA
    assert f"make load FOLDER={folder} INSTANCE=" in done.stderr
    empty = subprocess.run(
        [*command[:-1], str(tmp_path / "none")], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert empty.returncode == 1
    assert "Traceback" not in empty.stderr


@given(text=st.text(max_size=130), taken=st.lists(st.sampled_from(["A", "column", "Column2", "b"]), max_size=3))
def test_every_text_becomes_a_name_that_is_free(text: str, taken: list[str]) -> None:
    name = names.identifier(text, taken)
    assert name.isascii()
    assert name[0].isalpha()
    assert name.replace("_", "a").isalnum()
    assert len(name) <= 100
    assert name.lower() not in {other.lower() for other in taken}
