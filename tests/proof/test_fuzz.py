from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from proof.fuzz import KINDS, Kind, described_host, examine


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with described_host(tmp_path_factory.mktemp("fuzz")) as api:
        yield api


@pytest.mark.parametrize("kind", KINDS, ids=" ".join)
def test_every_answer_is_declared(api: Any, kind: Kind) -> None:
    assert examine(api, kind, 20, derandomize=True)
