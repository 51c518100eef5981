from __future__ import annotations

import bz2
import codecs
import encodings
import gzip
import pkgutil
import sys
from contextlib import suppress
from random import Random

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.source_parts import CUSTOMER, MODEL, REQUIRED, check, head, ids, read

from function_app.domain.snapshot_rules import is_encoding
from function_app.source import csv_part, text
from function_app.source.files import PartUnreadableError
from function_app.source.layout import Layout
from function_app.source.reader import read_part

CUT_OFF = "its last line has no line break, so it may be cut off"
ROWS = {"A1": "Ada, Æ", "A2": 'Bo "B" Berg', "A3": "two\r\nlines", "A4": "김 😀", "A5": ""}


def written(delimiter: str = ",", ending: str = "\n") -> str:
    rows = [f'"{key}"{delimiter}"' + value.replace('"', '""') + '"' for key, value in ROWS.items()]
    return ending.join([f"CustomerId{delimiter}FullName", *rows, ""])


def names(content: bytes, file: str = "c.csv", layout: Layout = Layout()) -> dict[str, str]:  # noqa: B008  # a value
    found = read(content, file, layout)
    assert (found.rejections, found.doubts) == (0, [])
    return {key: record.get("FullName", "") for key, record in found.by_id.items()}


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("ending", ["\n", "\r", "\r\n"])
@pytest.mark.parametrize("mark", ["", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_delimiters_line_breaks_and_marked_encodings_are_found(delimiter: str, ending: str, mark: str) -> None:
    content = written(delimiter, ending)
    if mark in {"utf-16-le", "utf-16-be"}:
        encoded = ("\ufeff" + content).encode(mark)
    else:
        encoded = content.encode(mark or "utf-8")
    assert names(encoded) == ROWS
    assert head(encoded).delimiter == delimiter


def test_mixed_line_breaks_are_line_breaks() -> None:
    assert names(b"CustomerId,FullName\r\nA1,a\rA2,b\nA3,c\r\n") == {"A1": "a", "A2": "b", "A3": "c"}


@pytest.mark.parametrize(
    ("file", "packed"),
    [
        ("c.csv.gz", gzip.compress(written().encode())),
        ("C.CSV.GZ", gzip.compress(written().encode()[:40]) + gzip.compress(written().encode()[40:])),
        ("c.csv.bz2", bz2.compress(written().encode())),
        ("c.Csv.zst", pa.compress(written().encode(), "zstd", asbytes=True)),
        ("c.tsv", written("\t").encode()),
        ("c.TSV.gz", gzip.compress(written("\t").encode("utf-16"))),
        ("C.CSV", written().encode()),
    ],
)
def test_packed_files_are_unpacked_whatever_the_case_of_their_names(file: str, packed: bytes) -> None:
    assert names(packed, file) == ROWS


@pytest.mark.parametrize("cut", [1, 9, 40])
def test_a_packed_file_that_is_cut_off_or_damaged_is_no_success(cut: int) -> None:
    packed = gzip.compress(written().encode())
    with pytest.raises(PartUnreadableError, match="its compressed content is cut off"):
        read(packed[:-cut], "c.csv.gz")
    with pytest.raises(PartUnreadableError, match="its compressed content is damaged"):
        read(packed[:-8] + bytes(8), "c.csv.gz")


def test_nothing_is_read_from_a_large_packed_file_whose_checksum_is_wrong() -> None:
    rows = "".join(f"A{number},Oslo {number}\n" for number in range(200_000))
    content = gzip.compress(f"CustomerId,City\n{rows}".encode(), 0)
    assert len(read(content, "c.csv.gz").records) == 200_000
    batches = read_part(
        pa.BufferReader(content.replace(b"Oslo 7\n", b"Rome 7\n")), "c.csv.gz", CUSTOMER, REQUIRED, check
    )
    with pytest.raises(PartUnreadableError, match="its compressed content is damaged"):
        next(batches)


@pytest.mark.parametrize("start", ["sep=;\r\n", '"sep=;"\n', "SEP=;\n", "\n\nsep=;\n", "\n\r\n"])
def test_what_excel_and_people_put_before_the_header_is_passed_over(start: str) -> None:
    assert names((start + written(";")).encode()) == ROWS


@pytest.mark.parametrize(
    ("header", "delimiter"),
    [
        ('CustomerId;"Amount, NOK"', ";"),
        ("CustomerId\tFull,Name;Long", "\t"),
        ("FullName;City,CustomerId", ","),
        ("CustomerId", ","),
        ('"CustomerId"|"City"', "|"),
        ("a,b;CustomerId;c", ";"),
    ],
)
def test_the_delimiter_is_the_one_by_which_columns_are_known(header: str, delimiter: str) -> None:
    assert head(f"{header}\n".encode()).delimiter == delimiter


def test_a_delimiter_or_encoding_that_is_set_is_used() -> None:
    assert names(written("^").encode(), layout=Layout(delimiter="^")) == ROWS
    assert names("CustomerId,FullName\nA1,Zoë\n".encode("cp1252"), layout=Layout(encoding="windows-1252")) == {
        "A1": "Zoë"
    }
    assert names(written().encode("utf-16-le"), layout=Layout(encoding="utf-16")) == ROWS
    assert names(written().encode("utf-8-sig"), layout=Layout(encoding="cp1252")) == ROWS


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "can't be read: it is empty"),
        (b"\xef\xbb\xbf", "can't be read: it is empty"),
        (b"\n\r\n", "can't be read: it is empty"),
        (b'CustomerId,"FullName\n' + b"A1,Ada\n" * 9, "can't be read: a quote in its header"),
        (b'"CustomerId"x,FullName\n', "can't be read: a quote in its header"),
        (b'"' + b"x" * 3_000_000, "can't be read: a quote in its header"),
        (written().encode("utf-16-le"), "it seems to be UTF-16-LE without a byte order mark; save it as UTF-8"),
        (written().encode("utf-16-be"), "it seems to be UTF-16-BE without a byte order mark"),
        (b"City,FullName\n", "has no column 'CustomerId'"),
        (b"customerid,FullName\n", "has no column 'CustomerId'; nearest: 'customerid'"),
        (b"CustomerId#City\n", "has no column 'CustomerId'; its first line has one column only"),
        (b"CustomerId,City,City\n", "has the column 'City' twice"),
        (b"CustomerId,Stra\xdfe,City\n", "its header is not in UTF-8; save it as UTF-8, or set `encoding`"),
        (b"CustomerId;Gr\xf6\xdfe\n", "to windows-1252, in which it reads 'CustomerId;Größe'"),
        (b'"CustomerId","K\x81\xf6ln"\n', "its header is not in UTF-8; save it as UTF-8, or set `encoding`."),
        (b"\xff\xfeC\0u\0\x00\xd8\n\0", "its header is not in UTF-16-LE; save it as UTF-8, or set `encoding`."),
    ],
)
def test_a_head_that_cannot_be_loaded_is_reported_in_words(content: bytes, problem: str) -> None:
    (fault,) = head(content).faults
    assert problem in fault.message


@pytest.mark.parametrize("delimiter", ["::", '"', "§"])
def test_an_invalid_delimiter_is_reported(delimiter: str) -> None:
    (fault,) = head(b"CustomerId\n", layout=Layout(delimiter=delimiter)).faults
    assert "is not a delimiter; it must be one ASCII character" in fault.message


@pytest.mark.parametrize(
    "encoding",
    [
        "klingon",
        "\0",
        "idna",
        "punycode",
        "undefined",
        "unicode_escape",
        "raw-unicode-escape",
        "rot13",
        "base64",
        "zip",
    ],
)
def test_an_invalid_encoding_is_reported(encoding: str) -> None:
    (fault,) = head(b"CustomerId\n", layout=Layout(encoding=encoding)).faults
    assert f"there is no encoding '{encoding}'" in fault.message


ENCODINGS = sorted(module.name for module in pkgutil.iter_modules(encodings.__path__))


@pytest.mark.parametrize("encoding", [name for name in ENCODINGS if is_encoding(name)])
def test_an_encoding_that_a_definition_may_have_decodes_every_content(encoding: str) -> None:
    random, layout = Random(encoding), Layout(encoding=encoding)  # noqa: S311
    header = "CustomerId,City\nA1,Oslo\n".encode(encoding)
    assert not head(header, layout=layout).faults
    assert read(header, layout=layout).records == [{"CustomerId": "A1", "City": "Oslo"}]
    for _ in range(20):
        with suppress(PartUnreadableError):
            read(header + random.randbytes(60), layout=layout)


def test_columns_of_no_attribute_are_ignored_and_absent_ones_reported() -> None:
    found = head(b"CustomerId,Colour,,City,Colour\n")
    assert not found.faults
    assert found.ignored == ["Colour", "", "Colour"]
    assert "FullName" in found.absent
    assert "City" not in found.absent
    assert read(b"CustomerId,Colour,,City,Colour\nA1,red,x,Oslo,blue\n").records == [
        {"CustomerId": "A1", "City": "Oslo"}
    ]


def test_a_column_may_have_another_name_than_its_attribute() -> None:
    layout = Layout(columns={"CustomerId": "Customer No.", "City": "Town"})
    content = b"Customer No.;Town;City\nA1;Oslo;Rome\nA2;\xff;x\nA3;x\n"
    assert not head(content, layout=layout).faults
    found = read(content, layout=layout)
    assert found.records == [{"CustomerId": "A1", "City": "Oslo"}]
    assert [(row.number, row.column) for row in found.rejected] == [(2, "Town"), (3, None)]
    assert ids(content, layout=layout) == ["A1", "A2", "A3"]


def test_a_partition_gives_a_column_that_its_files_do_not_have() -> None:
    file = "i/Customer/City=Bergen/FullName=x/c.csv"
    content = b"CustomerId,FullName\nA1,Ada\n"
    assert read(content, file).records == [{"CustomerId": "A1", "FullName": "Ada", "City": "Bergen"}]
    assert "City" not in head(content, file).absent


@given(padding=st.integers(0, 40), chunk=st.integers(1, 30), block=st.integers(1, 60))
@pytest.mark.parametrize("ending", ["\n", "\r", "\r\n"])
def test_no_value_depends_on_where_a_chunk_or_a_block_ends(ending: str, padding: int, chunk: int, block: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text, "READ_BYTES", chunk)
        patch.setattr(csv_part, "BLOCK_BYTES", block)
        start = f"CustomerId,FullName{ending}A0,{'z' * padding}{ending}"
        content = (start + written(ending=ending).split(ending, 1)[1]).encode()
        assert names(content) == {"A0": "z" * padding} | ROWS


def test_a_byte_order_mark_within_a_file_is_part_of_its_value() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_part, "BLOCK_BYTES", 1)
        found = read("\ufeffCustomerId,City\nA1,Oslo\n\ufeffA2,Rome\n".encode())
    assert [record["CustomerId"] for record in found.records] == ["A1", "\ufeffA2"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("A2,Oslo, NO", "The row has 3 columns; the header has 2."),
        ("A2", "The row has 1 columns; the header has 2."),
        ('A2,"Bo" Berg', "Text follows the closing quote"),
        ('A2,"Bo \\"B\\" Berg"', "has a backslash before it; write the quote twice"),
        ('A2,5" pipe', "A quote is in a value without quotes"),
        ('A2, "Oslo"', "A space is before the opening quote"),
    ],
)
def test_a_row_that_breaks_the_rules_is_rejected_alone_and_its_id_counts(row: str, reason: str) -> None:
    content = f'CustomerId,FullName\n\nA1,"Ada\nL"\n{row}\n"A3","Cy"\n'.encode()
    found = read(content)
    assert [record["CustomerId"] for record in found.records] == ["A1", "A3"]
    assert found.rejections == 1
    (rejected,) = found.rejected
    assert (rejected.number, rejected.line, rejected.column) == (2, 5, None)
    assert reason in rejected.reason
    assert found.doubts == ["the id of row 2 in line 5 is not sure"]
    assert sorted(ids(content)) == ["A1", "A2", "A3"]


def test_rows_after_the_last_valid_one_are_reported_too() -> None:
    found = read(b"CustomerId,City\nA1,Oslo,NO\nA2,Rome,IT\n")
    assert (found.records, found.rejections) == ([], 2)
    assert found.reasons == dict.fromkeys((1, 2), "The row has 3 columns; the header has 2.")


def test_a_row_of_another_width_that_is_not_utf_8_is_rejected_like_any_other() -> None:
    found = read(b"CustomerId,City\nA1,K\xf6ln,DE\nA2,Rome\n")
    assert (len(found.records), found.rejections) == (1, 1)


@pytest.mark.parametrize("last", ["A2,Bo", 'A2,"Bo"', "A2"])
def test_a_last_line_without_a_line_break_is_a_doubt(last: str) -> None:
    found = read(f"CustomerId,FullName\nA1,Ada\n{last}".encode())
    assert [record["CustomerId"] for record in found.records] == ["A1", "A2"][: 1 + ("," in last)]
    assert CUT_OFF in found.doubts


def test_an_unclosed_quote_includes_the_rest_and_is_a_doubt() -> None:
    content = b'CustomerId,FullName\nA1,Ada\nA2,"Bo\nA3,Cy\nA4,Di\n'
    found = read(content)
    assert [record["CustomerId"] for record in found.records] == ["A1"]
    assert found.rejections == 3
    assert "A quoted value never ends" in found.reasons[2]
    assert "The 2 lines after it can not be separated from it." in found.reasons[2]
    assert found.doubts == ["the id of row 2 in line 3 is not sure"]
    assert ids(content) == ["A1", "A2", "A3", "A4"]


def test_a_row_over_the_limit_is_rejected_and_its_id_is_sure() -> None:
    long = b"x" * 3_000_000
    content = b"CustomerId,FullName\nA1," + long + b'\nA2,"' + long + b'\n"\nA3,Ada\n'
    found = read(content)
    assert [record["CustomerId"] for record in found.records] == ["A3"]
    assert found.reasons == dict.fromkeys((1, 2), "The row is larger than 2 MB.")
    assert [row.line for row in found.rejected] == [2, 3]
    assert found.doubts == []
    assert ids(content) == ["A1", "A2", "A3"] or sorted(ids(content)) == ["A1", "A2", "A3"]


def test_a_row_that_is_too_large_in_json_is_rejected() -> None:
    rows = b"".join(
        b"%b,2026-11-23T10:00:00Z,k,%b\n" % row for row in ((b"P1", b"\x01" * 400_000), (b"P2", b"x" * 1_900_000))
    )
    found = read(b"PurchaseId,PurchasedOn,ContactId,Product\n" + rows, entity=MODEL.entity("Shop_Purchases"))
    assert [record["PurchaseId"] for record in found.records] == ["P2"]
    assert found.reasons == {1: "The row is larger than 2 MB."}


@pytest.mark.parametrize(
    ("row", "column", "reason", "doubts"),
    [
        (b"A2,K\xf6ln", "FullName", "must be a text in UTF-8; in Windows-1252 its bytes read 'Köln'", 0),
        (b"A2,K\x81\xf6ln", "FullName", "must be a text in UTF-8; received", 0),
        (b"A2,a\0b", "FullName", "must be without the character U+0000", 0),
        (b"A\xf62,Ada", "CustomerId", "must be a text in UTF-8", 1),
        (b"A\x002,Ada", "CustomerId", "must be without the character U+0000", 1),
        (b",Ada", "CustomerId", "'CustomerId' needs a value.", 1),
        (b",", "CustomerId", "'CustomerId' needs a value.", 0),
        (b"CustomerId,FullName", "CustomerId", "the row repeats the header", 0),
        (b"..,Ada", "CustomerId", "'CustomerId' consists of dots only", 0),
        (b"a%2Fb,Ada", "CustomerId", "'CustomerId' holds the text %2F", 0),
        (b"x" * 101 + b",Ada", "CustomerId", "'CustomerId' may have at most 100 characters; received 101", 0),
        (b"A2," + b"x" * 41, "FullName", "'FullName' may have at most 40 characters; received 41", 0),
    ],
)
def test_a_row_with_a_wrong_text_names_its_column(row: bytes, column: str, reason: str, doubts: int) -> None:
    found = read(b"CustomerId,FullName\nA1,Ada\n" + row + b"\nA3,Cy\n")
    assert [record["CustomerId"] for record in found.records] == ["A1", "A3"]
    (rejected,) = found.rejected
    assert (rejected.number, rejected.line, rejected.column) == (2, 3, column)
    assert reason in rejected.reason
    assert len(found.doubts) == doubts


def test_an_invalid_character_of_a_configured_encoding_is_reported() -> None:
    found = read(b"CustomerId,FullName\nA1,a\x81b\nA2,\x80\n", layout=Layout(encoding="cp1252"))
    assert found.records == [{"CustomerId": "A2", "FullName": "€"}]
    assert "must be a text in cp1252" in found.reasons[1]


def test_half_a_character_at_the_end_of_utf_16_is_reported() -> None:
    found = read(codecs.BOM_UTF16_LE + "CustomerId,FullName\nA1,Ada\nA2,Bo".encode("utf-16-le")[:-1])
    assert [record["CustomerId"] for record in found.records] == ["A1"]
    assert "must be a text in UTF-16-LE" in found.reasons[2]
    assert CUT_OFF in found.doubts


def test_all_rejected_rows_are_counted_and_listed() -> None:
    bad = b"".join(b"B%d,x,y\n" % number for number in range(3_000))
    found = read(b"CustomerId,FullName\n" + bad + b"A1,Ada\n" + bad)
    assert (len(found.records), found.rejections, len(found.rejected)) == (1, 6_000, 6_000)
    assert [row.number for row in found.rejected] == [*range(1, 3_001), *range(3_002, 6_002)]
    assert len(found.doubts) == 1


@pytest.mark.parametrize(
    ("name", "cell", "value"),
    [
        ("Points", "1200.0", 1200),
        ("Points", "1e3", 1000),
        ("Points", "1.2E+3", 1200),
        ("Points", "-0", 0),
        ("Value", "1e3", 1000.0),
        ("Value", "0.30000000000000004", 0.30000000000000004),
        ("Value", "123456789012345", 123456789012345.0),
        ("OptIn", "TRUE", True),
        ("OptIn", "False", False),
        ("Tier", "Gold", "Gold"),
    ],
)
def test_a_cell_is_accepted_by_its_value(name: str, cell: str, value: object) -> None:
    assert read(f"CustomerId,{name}\nA1,{cell}\n".encode()).by_id["A1"][name] == value


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        *(("Points", cell) for cell in ("1_000", "１２", "+5", "007", " 1", "1 ", "1.5", "1,5", "0x10", "١٢", "1e400")),
        *(("Points", cell) for cell in ("2147483648", "9" * 30, "1e9999999999", "nan", "1.", ".5", "--1", "½")),
        *(
            ("Value", cell)
            for cell in ("1_000", "１２.5", "+5", "007.5", "1,5", "inf", "NaN", "1e400", "1e-400", "1.", ".5")
        ),
        *(("Value", cell) for cell in ("12345678901234567.89", "9007199254740993", "0.1234567890123456789")),
        *(("OptIn", cell) for cell in ("1", "yes", "ja", "t", " true")),
        *(
            ("BirthDate", cell)
            for cell in ("2026-02-30", "2026-2-3", "03.02.2026", "2026-02-03T00:00:01Z", "０００１-01-01")
        ),
        *(("LastVisit", cell) for cell in ("2026-02-03", "2026-02-03T00:00:00", "10000-01-01T00:00:00Z")),
        *(("Opens", cell) for cell in ("25:00:00", "9:00", "09:00:00+01:00")),
        ("Tier", "gold"),
    ],
)
def test_a_cell_of_another_form_is_rejected(name: str, cell: str) -> None:
    found = read(f'CustomerId,{name}\nA1,"{cell}"\n'.encode())
    assert (found.records, found.rejections) == ([], 1)
    assert found.rejected[0].column == name
    assert f"'{name}'" in found.reasons[1]
    assert "Decimal(" not in found.reasons[1]


def calls(rows: int, kind: bytes) -> int:
    """Return the number of calls to read a part in which every fifth row is invalid."""
    count = 0

    def counted(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    content = b"CustomerId,FullName,Points\n" + (b"A1,Ada,1\n" * 4 + kind) * (rows // 5)
    sys.setprofile(counted)
    try:
        found = read(content)
    finally:
        sys.setprofile(None)
    assert found.rejections == rows // 5
    return count


@pytest.mark.parametrize(
    "kind",
    [
        b"A2,Bo,2,x\n",
        b'A2,"Bo" Berg,2\n',
        b'"A2",5" x,2\n',
        b"A2,Bo,many\n",
        b"A2,K\xf6ln,2\n",
        b"A2\n",
        b'A2, "Bo",2\n',
    ],
)
def test_wrong_rows_cost_what_they_are_worth_and_not_more_the_more_there_are(kind: bytes) -> None:
    assert calls(40_000, kind) < 2.2 * calls(20_000, kind)


def test_a_source_key_that_no_key_ring_can_hold_rejects_its_row_and_the_longest_is_accepted() -> None:
    longest, longer = "한" * 500, "한" * 501
    text = f"CustomerId,Crm_Contacts_ContactId\nA1,{longest}\nA2,{longer}\nA3,\n"
    found = read(text.encode())
    assert [record["CustomerId"] for record in found.records] == ["A1", "A3"]
    assert found.reasons == {2: "'Crm_Contacts_ContactId' may have at most 1500 bytes; this is 1503."}
    assert found.doubts == []
