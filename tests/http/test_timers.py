"""What timers do over instances, erasures and deletions: a fault in one stops no other."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from support import INSTANCE, Clock, definition, in_json, profile, put_profiles
from support.refreshing import NoWorkers

from function_app.errors import Unavailable
from function_app.services.services import Services
from function_app.source.files import Snapshots
from function_app.store.embedded import EmbeddedStore

OTHER = "00000000-0000-4000-8000-000000000002"
HOUR = timedelta(hours=1)


@pytest.fixture
async def services(tmp_path: Path, clock: Clock) -> AsyncIterator[Services]:
    """Two instances with a customer each, whose refreshes no worker takes."""
    snapshots = Snapshots(str(tmp_path / "snapshots"))
    found = Services(EmbeddedStore(tmp_path / "data"), snapshots, NoWorkers(), clock)
    for instance_id in (INSTANCE, OTHER):
        await found.instances.define(instance_id, definition(), clock())
        await put_profiles(found.store, instance_id, in_json(profile("ada", City="Oslo")))
    yield found
    await found.close()


@pytest.fixture(params=[RuntimeError("secret-inside"), Unavailable()], ids=["unforeseen", "unavailable"])
def break_first(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Callable[[Any, str], None]:
    """Let a method of the store fail for the first instance."""

    def break_(port: Any, method: str) -> None:
        act: Callable[..., Awaitable[Any]] = getattr(port, method)

        async def fail(instance_id: str, *given: Any, **options: Any) -> Any:
            if instance_id == INSTANCE:
                raise request.param
            return await act(instance_id, *given, **options)

        monkeypatch.setattr(port, method, fail)

    return break_


async def test_scheduled_refreshes_of_other_instances_are_started(
    services: Services, clock: Clock, break_first: Callable[[Any, str], None], caplog: pytest.LogCaptureFixture
) -> None:
    break_first(services.store.control, "create_job")
    await services.refresh.start_all(clock())
    assert await services.refresh.recent(INSTANCE, 9) == []
    assert [job.submission for job in await services.refresh.recent(OTHER, 9)] == ["scheduled"]
    assert "A scheduled refresh was not started" in caplog.text
    assert "secret-inside" not in caplog.text


async def test_refreshes_of_other_instances_are_continued(
    services: Services, clock: Clock, break_first: Callable[[Any, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    await services.refresh.start_all(clock())
    break_first(services.store.control, "read_tasks")
    sent = list[str]()

    async def send(_: Any, steps: Any) -> None:
        sent.extend(step.instance_id for step in steps)

    monkeypatch.setattr(NoWorkers, "send", send)
    await services.refresh.resume(clock() + HOUR)
    assert sent == [OTHER]


async def test_customers_of_other_instances_are_settled(
    services: Services, break_first: Callable[[Any, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    break_first(services.store.customers, "settle")
    settled, settle = list[str](), services.store.customers.settle

    async def note(instance_id: str, *given: Any) -> int:
        found = await settle(instance_id, *given)
        settled.append(instance_id)
        return found

    monkeypatch.setattr(services.store.customers, "settle", note)
    await services.settle()
    assert settled == [OTHER]


async def test_erasures_of_others_are_continued(
    services: Services, clock: Clock, break_first: Callable[[Any, str], None]
) -> None:
    for instance_id in (INSTANCE, OTHER):
        model = await services.instances.get(instance_id, clock())
        await services.persons.erase(model, "ada", "admin", clock())
        await put_profiles(services.store, instance_id, in_json(profile("ada", City="Oslo")))  # by a late writer
    break_first(services.store.persons, "remove")
    await services.settle()
    assert [await services.store.customers.count(each) for each in (INSTANCE, OTHER)] == [1, 0]


async def test_deletions_of_others_are_continued(
    services: Services, clock: Clock, break_first: Callable[[Any, str], None]
) -> None:
    for instance_id in (INSTANCE, OTHER):
        model = await services.instances.get(instance_id, clock())
        await services.delete_instance(model, "Contoso", "admin", clock())
    break_first(services.store.deletions, "remove_some")
    await services.settle()
    assert [await services.store.customers.count(each) for each in (INSTANCE, OTHER)] == [1, 0]
