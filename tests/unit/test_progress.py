"""What a load prints at its end, in words that fit one and many."""

from __future__ import annotations

import pytest

from function_app.local.progress import show_rejected, show_warnings


def test_activities_that_wait_are_a_number_after_words_that_fit_one_too(capsys: pytest.CaptureFixture[str]) -> None:
    show_warnings({"warnings": ["odd"], "progress": {"waiting": 1}})
    assert capsys.readouterr().err == "Warning: odd\nActivities that wait for customers that are not there: 1.\n"


def test_rejected_rows_that_can_not_be_separated_are_named_from_the_first_to_the_last(
    capsys: pytest.CaptureFixture[str],
) -> None:
    one = {"file": "a.csv", "row": 1, "rows": 1, "line": 2, "column": "Points", "reason": "Wrong."}
    page = {"count": 4, "value": [one, one | {"row": 2, "rows": 3, "line": 3, "column": None}]}
    show_rejected(page, "http://x/rejected")
    assert capsys.readouterr().err.splitlines() == [
        "Rejected rows: 4. The first:",
        "  a.csv, row 1, line 2, column Points: Wrong.",
        "  a.csv, rows 2 to 4, line 3: Wrong.",
        "All rejected rows: http://x/rejected",
    ]
