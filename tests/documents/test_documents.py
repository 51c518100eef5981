from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from documents.files import ROOT, name_of, project_files

MAX_LINES = 120
DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "CHANGELOG.md", ".github/CONTRIBUTING.md")),
    *(ROOT / name for name in ("function_app/README.md", "function_app/DECISIONS.md", "connector/readme.md")),
    *(ROOT / name for name in ("infra/README.md", "tests/README.md")),
]
CODE = re.compile(r"^( *)```.*?^\1```$", flags=re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\[[^\]]+\]\(([^)\s]+)\)")


def text_of(path: Path) -> str:
    return CODE.sub("", path.read_text(encoding="utf-8"))


def anchors(path: Path) -> set[str]:
    """Return the anchors of a document's headings on GitHub."""
    headings = re.findall(r"^#+ (.+)$", text_of(path), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links() -> list[tuple[Path, str]]:
    found = [(document, target) for document in DOCUMENTS for target in LINK.findall(text_of(document))]
    return [(document, target) for document, target in found if "://" not in target]


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= MAX_LINES


def test_every_document_is_known_here() -> None:
    assert {name_of(path) for path in project_files("*.md")} == {name_of(path) for path in DOCUMENTS}


@pytest.mark.parametrize(("document", "target"), links(), ids=lambda value: getattr(value, "name", value))
def test_a_link_leads_to_a_file_and_a_heading_that_are_there(document: Path, target: str) -> None:
    path, _, anchor = target.partition("#")
    file = (document.parent / path).resolve() if path else document
    assert file.exists()
    assert not anchor or anchor in anchors(file)


@pytest.mark.parametrize("document", [each for each in DOCUMENTS if each.name != "README.md"], ids=name_of)
def test_the_readme_leads_to_every_document(document: Path) -> None:
    targets = {(ROOT / target).resolve() for source, target in links() if source == ROOT / "README.md"}
    assert document in targets


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_path_that_a_document_names_exists(document: Path) -> None:
    named = re.findall(r"`((?:function_app|connector|infra|tests)/[\w./-]+)`", document.read_text(encoding="utf-8"))
    assert [path for path in named if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_make_target_that_a_document_names_exists(document: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, flags=re.MULTILINE))
    named = re.findall(r"(?:`|^ *)make ([a-z ]+)", document.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert {target for targets_named in named for target in targets_named.split()} <= targets


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_each_row_of_a_table_has_as_many_cells_as_its_head(document: Path) -> None:
    tables = re.findall(r"(?:^ *\|.*\n?)+", text_of(document), flags=re.MULTILINE)
    for table in tables:
        head, *rows = table.splitlines()
        assert [row for row in rows if cells(row) != cells(head)] == []


def cells(row: str) -> int:
    """Return the number of cells of a row; an escaped bar ends none."""
    return len(re.findall(r"(?<!\\)\|", row)) - 1


def test_the_changelog_has_the_form_of_keep_a_changelog_newest_first() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    versions = re.findall(r"^## (.+)$", text, flags=re.MULTILINE)
    dated = [re.fullmatch(r"\[(\d+)\.(\d+)\.(\d+)\] - (\d{4}-\d\d-\d\d)", each) for each in versions]
    assert all(dated[1:])
    assert dated[0] or versions[0] == "[Unreleased]"
    numbers = [tuple(map(int, each.groups()[:3])) for each in dated if each]
    assert numbers == sorted(numbers, reverse=True)
    kinds = set(re.findall(r"^### (.+)$", text, flags=re.MULTILINE))
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def test_the_changelog_begins_with_the_version_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8")).get("project", {})
    newest = re.search(r"^## \[(\d[^\]]*)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert newest
    assert project.get("version", newest[1]) == newest[1]
