from __future__ import annotations

import pytest

from function_app.store.port import Store

ADAPTERS = ["embedded_store", "cosmos_store"]


@pytest.fixture(params=ADAPTERS)
def store(request: pytest.FixtureRequest) -> Store:
    """Each adapter in turn."""
    found: Store = request.getfixturevalue(request.param)
    return found
