from __future__ import annotations

import re
import tokenize
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from documents.files import name_of, project_files

SCOPE = (
    "*.md",
    "function_app/*.py",
    "function_app/api/*.py",
    "function_app/api/sign_in/*.py",
    "function_app/operations/*.py",
    "function_app/pages/*.html",
    "function_app/pages/*.js",
    "connector/*.py",
    "connector/*/*.py",
    "connector/lint/rules/*.py",
    "connector/apiProperties.json",
)
"""Patterns of paths, matched from their end: `*.js` is every script, `function_app/*.py` not a module deeper down."""
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
    """Walk the lines of a file that people read, each with its number: of Python its comments and strings."""
    if path.suffix == ".py":
        with path.open("rb") as file:
            for token in tokenize.tokenize(file.readline):
                if tokenize.tok_name[token.type] in PROSE_TOKENS:
                    for offset, line in enumerate(token.string.splitlines()):
                        yield token.start[0] + offset, line
        return
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".md":
        text = NOT_PROSE.sub(lambda found: "\n" * found[0].count("\n"), text)
    yield from enumerate(text.splitlines(), 1)


def found_in(path: Path) -> Iterator[str]:
    for number, line in prose(path):
        for pattern, instead in AVOIDED.items():
            for match in pattern.finditer(line):
                yield f"{name_of(path)}:{number}: '{match[0]}'; write: {instead}"


@pytest.mark.parametrize("path", project_files(*SCOPE), ids=name_of)
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
