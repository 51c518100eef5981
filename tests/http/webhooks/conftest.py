from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from support import INSTANCE, Clock, definition, host_over, in_json, profile, put_profiles
from support.process import LONG_S
from support.receiver import Receiver, receiving

from function_app.operations.webhooks import DATA_OF
from function_app.outbound.post import HttpPost
from function_app.services.services import Services
from function_app.services.webhooks import webhooks
from function_app.services.webhooks.outlet import Outlet
from function_app.store.embedded import EmbeddedStore


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a delivery take as long as the machine needs."""
    monkeypatch.setattr(webhooks, "DELIVER_WITHIN_S", LONG_S)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as found:
        yield found


@pytest.fixture
async def hosted(tmp_path: Path, clock: Clock) -> AsyncIterator[tuple[httpx.AsyncClient, Services]]:
    """The host in local mode with five customers, and a clock that the test moves."""
    outlet = Outlet(HttpPost(loopback=True, timeout_s=LONG_S), DATA_OF)
    async with host_over(EmbeddedStore(tmp_path / "data"), clock, make_outlet=lambda: outlet) as (client, services):
        await services.instances.define(INSTANCE, definition(), clock())
        await put_profiles(services.store, INSTANCE, in_json(*(profile(f"c{number}") for number in range(20))))
        yield client, services
