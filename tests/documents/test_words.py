from __future__ import annotations

import re
import tokenize
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from io import StringIO
from pathlib import Path

import pytest
from documents.files import ROOT, name_of, project_files

SCOPE = ("*.md", "*.py", "*.js", "*.html", "*.bicep", "connector/apiProperties.json")
EXCEPT = (  # `*` includes folders below
    "tests/documents/test_words.py",  # it has words to avoid as examples
)
WORDS: dict[str, str] = tomllib.loads((Path(__file__).parent / "words.toml").read_text(encoding="utf-8"))["words"]
AVOIDED = {re.compile(rf"\b({pattern})\b", re.IGNORECASE): instead for pattern, instead in WORDS.items()}
NOT_PROSE = re.compile(
    r"^( *)```.*?^\1```$"  # fenced code
    r"|<!-- (?P<table>\w+) -->.*?<!-- end -->"  # tables made of the code, whose own texts are checked there
    r"|`[^`\n]*`|\]\([^)\n]*\)|https?://\S+",
    flags=re.DOTALL | re.MULTILINE,
)
PROSE_TOKENS = {"COMMENT", "STRING", "FSTRING_MIDDLE"}


def prose(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the lines of a file that people read, each with its number: of Python see `python_prose`."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        yield from python_prose(text, is_test=path.is_relative_to(ROOT / "tests"))
        return
    if path.suffix == ".md":
        text = NOT_PROSE.sub(lambda found: "\n" * found[0].count("\n"), text)
    yield from enumerate(text.splitlines(), 1)


def python_prose(text: str, *, is_test: bool) -> Iterator[tuple[int, str]]:
    """Yield the lines of comments and strings; of tests comments, docstrings and names of tests: the rest is data."""
    for token in tokenize.generate_tokens(StringIO(text).readline):
        if is_test and token.type == tokenize.NAME and token.string.startswith("test_"):
            yield token.start[0], token.string.replace("_", " ")
        is_data = is_test and token.type != tokenize.COMMENT and not token.line.lstrip().startswith('"""')
        if tokenize.tok_name[token.type] in PROSE_TOKENS and not is_data:
            for offset, line in enumerate(token.string.splitlines()):
                yield token.start[0] + offset, line


def files_in_scope() -> list[Path]:
    return [path for path in project_files("*") if _fits(path, SCOPE) and not _fits(path, EXCEPT)]


def _fits(path: Path, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch(name_of(path), pattern) for pattern in patterns)


def found_in(path: Path) -> Iterator[str]:
    for number, line in prose(path):
        for pattern, instead in AVOIDED.items():
            for match in pattern.finditer(line):
                yield f"{name_of(path)}:{number}: '{match[0]}'; write: {instead}"


@pytest.mark.parametrize("path", files_in_scope(), ids=name_of)
def test_a_file_is_written_in_plain_words(path: Path) -> None:
    assert list(found_in(path)) == []


@pytest.mark.parametrize("text", ["It stands here.", "Nobody is told.", "It has a file of its own.", "Mended."])
def test_a_word_to_avoid_is_found(tmp_path: Path, text: str) -> None:
    file = tmp_path / "a.md"
    file.write_text(text, encoding="utf-8")
    assert [match for _, line in prose(file) for pattern in AVOIDED for match in pattern.findall(line)]


@pytest.mark.parametrize("text", ["The stand-in stands in for it; `*` stands for all.", "`nobody`", "[a](told.md)"])
def test_plain_words_and_code_are_not_found(tmp_path: Path, text: str) -> None:
    file = tmp_path / "a.md"
    file.write_text(text, encoding="utf-8")
    assert not [match for _, line in prose(file) for pattern in AVOIDED for match in pattern.findall(line)]


def test_data_of_tests_is_not_prose_but_names_docstrings_and_comments_are() -> None:
    code = 'def test_it_is_told():\n    """It stands."""\n    assert "nobody"  # whoever\n'
    lines = [line for _, line in python_prose(code, is_test=True)]
    assert lines == ["test it is told", '"""It stands."""', "# whoever"]
    assert '"nobody"' in [line for _, line in python_prose(code, is_test=False)]
