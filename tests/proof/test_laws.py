from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from support import ROOT

from proof.laws import laws

LAW = """
from pathlib import Path
from hypothesis import given
from hypothesis import strategies as st

@given(st.integers(0, 1_000))
def test_no_number_is_great(number):
    with Path(__file__).with_name("tried").open("a") as tried:
        tried.write("x")
    assert number < {limit}

def test_that_is_no_law():
    assert False
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of tests with the settings of ours."""
    shutil.copy(ROOT / "tests/conftest.py", tmp_path)
    return tmp_path


def test_laws_are_tried_and_other_tests_are_not(folder: Path) -> None:
    (folder / "test_laws.py").write_text(LAW.format(limit=1_001), encoding="utf-8")
    assert laws(200, folder).seen == "1 laws with 200 examples each"
    assert (folder / "tried").stat().st_size >= 200


def test_a_broken_law_is_reported(folder: Path) -> None:
    (folder / "test_laws.py").write_text(LAW.format(limit=1_000), encoding="utf-8")
    with pytest.raises(AssertionError, match="test_no_number_is_great"):
        laws(10_000, folder)
