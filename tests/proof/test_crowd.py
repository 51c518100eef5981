from __future__ import annotations

import pytest

from proof import crowd as module
from proof.crowd import crowd


def test_each_item_of_a_crowd_is_stored_once_or_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ITEMS", 200)
    crowd(1)
