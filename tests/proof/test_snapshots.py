from __future__ import annotations

import pytest

from proof.damage import CHANGES, damages
from proof.snapshots import KEYS, NORTHWIND, Source, damaged_snapshots, examine, generated, northwind, strictly

SHORT = 18 * 9


@pytest.fixture(scope="module")
def source() -> Source:
    return generated()


@pytest.mark.parametrize("kind", CHANGES)
def test_a_damaged_part_loses_no_intact_row_and_mixes_none(source: Source, kind: str) -> None:
    found = [damage for damage in damages(source.content, 7, SHORT) if damage.kind == kind]
    assert len(found) == SHORT // len(CHANGES)
    assert [(damage, problems) for damage in found if (problems := examine(source, damage)[1])] == []


@pytest.mark.skipif(not NORTHWIND.exists(), reason=f"the Northwind data is not at {NORTHWIND}")
@pytest.mark.parametrize("name", KEYS)
def test_a_damaged_part_of_northwind_loses_no_intact_row_and_mixes_none(name: str) -> None:
    real = northwind(name)
    found = damages(real.content, 7, 36)
    assert [(damage.kind, damage.start, problems) for damage in found if (problems := examine(real, damage)[1])] == []


def test_damages_are_the_same_for_the_same_seed(source: Source) -> None:
    assert damages(source.content, 1, 40) == damages(source.content, 1, 40)
    assert damages(source.content, 1, 40) != damages(source.content, 2, 40)


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        (b'a,b\n1,"x\n""y"\r\n\n2,\r', [[b"1", b'x\n"y'], [b"2", b""]]),
        (b"a,b\n1,2", None),
        (b'a,b\n1,"2\n', None),
        (b'a,b\n1,"2"x\n', None),
        (b'a,b\n1,x"2"\n', None),
        (b"a,b\n1\n", None),
    ],
)
def test_the_strict_reader_knows_the_rules(content: bytes, rows: list[list[bytes]] | None) -> None:
    assert strictly(content, b",") == rows


def test_the_proof_reports_its_figures() -> None:
    assert damaged_snapshots(40).seen.startswith("40 damages of ")
