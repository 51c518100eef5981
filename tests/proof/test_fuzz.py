from __future__ import annotations

from collections.abc import Iterator

import pytest

from proof.fuzz import KINDS, Described, Kind, described_host, examine


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Described]:
    with described_host(tmp_path_factory.mktemp("fuzz")) as described:
        yield described


@pytest.mark.parametrize("kind", KINDS, ids=" ".join)
def test_every_answer_is_declared(described: Described, kind: Kind) -> None:
    assert examine(described, kind, 10, derandomize=True)
