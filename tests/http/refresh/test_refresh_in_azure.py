from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import azure.functions as func
import pytest
from azure.storage.queue import TextBase64DecodePolicy
from azure.storage.queue.aio import QueueClient
from support import INSTANCE, Clock, azurite, definition, profile
from support.refreshing import NoWorkers

from function_app.api.dispatch import create_app
from function_app.api.runtime import Runtime
from function_app.api.sign_in.auth import authenticate_local
from function_app.bootstrap import OPERATIONS
from function_app.domain.job import Job, Step
from function_app.errors import NotYetReadable, Unavailable
from function_app.outbound.queue import message_of
from function_app.services.services import Services
from function_app.source.files import AZURITE_KEY, PartChangedError, Snapshot, Snapshots
from function_app.source.queue import QUEUE, StepQueue
from function_app.store.embedded import EmbeddedStore

HEADER = "CustomerId,City\n"


@pytest.fixture(scope="module")
def blobs() -> Iterator[str]:
    with azurite("blob") as address:
        yield address


@pytest.fixture(scope="module")
def queues() -> Iterator[str]:
    with azurite("queue") as address:
        yield address


@pytest.fixture
def snapshots(blobs: str, request: pytest.FixtureRequest) -> Snapshots:
    """Snapshots of two parts in a separate Blob container."""
    container = f"c{abs(hash(request.node.name))}"
    found = Snapshots(f"{blobs}/{container}")
    files, root = found._opened  # noqa: SLF001  # the product only reads
    files.create_dir(root)
    for number, name in enumerate(("ada", "bob")):
        with files.open_output_stream(f"{root}/{INSTANCE}/Customer/part-{number}.csv") as stream:
            stream.write(f"{HEADER}{name},Oslo\n".encode())
    return found


class Message:
    """Return a message as the Functions host delivers it."""

    def __init__(self, text: str) -> None:
        self._text = text

    def get_body(self) -> bytes:
        return self._text.encode()


async def until_empty(queue: QueueClient, function: Any) -> int:
    """Deliver every message to the function, as the Functions host does; return the number of messages."""
    handled = 0
    while messages := [message async for message in queue.receive_messages()]:
        for message in messages:
            await function(Message(message.content))
            await queue.delete_message(message)
            handled += 1
    return handled


def functions(services: Services, clock: Clock) -> dict[str, Any]:
    app = create_app(OPERATIONS, lambda: Runtime(services, authenticate_local, clock))
    return {str(function.get_function_name()): function.get_user_function() for function in app.get_functions()}


def test_parts_in_a_container_are_found_read_and_distinguished(snapshots: Snapshots) -> None:
    parts = snapshots.newest(INSTANCE, "Customer").parts
    assert [Path(part.file).name for part in parts] == ["part-0.csv", "part-1.csv"]
    with snapshots.open(parts[0]) as stream:
        assert stream.read() == f"{HEADER}ada,Oslo\n".encode()
    files, root = snapshots._opened  # noqa: SLF001  # the product only reads
    with files.open_output_stream(f"{root}/{parts[0].file}") as stream:
        stream.write(b"another")
    with pytest.raises(PartChangedError):
        snapshots.open(parts[0])
    assert snapshots.newest(INSTANCE, "Nothing") == Snapshot()


async def test_a_refresh_goes_part_by_part_through_the_queue(
    snapshots: Snapshots, queues: str, tmp_path: Path, clock: Clock
) -> None:
    address = f"{queues}/{QUEUE}"
    decode = TextBase64DecodePolicy()
    async with QueueClient.from_queue_url(address, AZURITE_KEY, message_decode_policy=decode) as queue:
        await queue.create_queue()
        services = Services(EmbeddedStore(tmp_path / "data"), snapshots, StepQueue(address), clock)
        await services.instances.define(INSTANCE, definition(), clock())
        function = functions(services, clock)
        await function["StartRefreshes"](None)
        assert await until_empty(queue, function["DoRefreshStep"]) == 5
        (job,) = await services.refresh.recent(INSTANCE, 9)
        assert (job.status, job.submission) == ("successful", "scheduled")
        found = await services.store.customers.read_sources(INSTANCE, ["ada", "bob"])
        assert found == {name: profile(name, City="Oslo") for name in ("ada", "bob")}

        await function["StartRefreshes"](None)
        await queue.clear_messages()  # a lost message
        clock.advance(minutes=4)
        await function["ResumeRefreshes"](None)
        assert await until_empty(queue, function["DoRefreshStep"]) == 0
        clock.advance(minutes=1)
        await function["ResumeRefreshes"](None)
        assert await until_empty(queue, function["DoRefreshStep"]) == 5
        assert [job.status for job in await services.refresh.recent(INSTANCE, 9)] == ["successful"] * 2
        await services.close()


async def test_a_message_that_comes_twice_changes_nothing(tmp_path: Path, clock: Clock, snapshots: Snapshots) -> None:
    services = Services(EmbeddedStore(tmp_path / "data"), snapshots, NoWorkers(), clock)
    await services.instances.define(INSTANCE, definition(), clock())
    job = await services.refresh.start(INSTANCE, "onDemand", clock())
    function = functions(services, clock)["DoRefreshStep"]
    for index in (None, 0, 0, 1, 1, 2, 2, 3, 3):
        step = {"instance_id": INSTANCE, "job_id": job.job_id, "index": index}
        await function(Message(json.dumps(step)))
    assert await services.store.customers.find_ids(INSTANCE, "", 9) == ["ada", "bob"]
    assert [task.attempts for task in await services.refresh.tasks(INSTANCE, job.job_id)] == [1] * 4
    await services.close()


async def test_timers_and_messages_do_what_they_are_named_for(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    services, done = Services(EmbeddedStore(tmp_path / "data"), clock=clock), list[tuple[str, ...]]()

    def note(name: str) -> Any:
        async def called(_: Any, *arguments: str) -> None:
            done.append((name, *arguments))

        return called

    monkeypatch.setattr(type(services.settle), "__call__", note("settle"))
    monkeypatch.setattr(type(services.webhooks), "wake_all", note("wake"))
    monkeypatch.setattr(type(services.webhooks), "deliver", note("deliver"))
    function = functions(services, clock)
    await function["SettleCustomers"](None)
    await function["WakeWebhooks"](None)
    await function["DeliverWebhooks"](Message(message_of(INSTANCE)))
    assert done == [("settle",), ("wake",), ("deliver", INSTANCE)]
    await services.close()


def test_what_starts_without_a_request_is_declared_for_azure() -> None:
    def runtime() -> Runtime:
        raise AssertionError("declaring functions asks for no runtime")

    app = create_app(OPERATIONS, runtime)
    triggers = {f.get_function_name(): f.get_trigger() for f in app.get_functions()}
    found = {
        name: (trigger.get_dict_repr().get("schedule"), trigger.get_dict_repr().get("queueName"))
        for name, trigger in triggers.items()
        if isinstance(trigger, func.decorators.core.Trigger) and trigger.get_binding_name() != "httpTrigger"
    }
    assert found == {
        "DoRefreshStep": (None, QUEUE),
        "StartRefreshes": ("%REFRESH_SCHEDULE%", None),
        "ResumeRefreshes": ("0 */5 * * * *", None),
        "DeliverWebhooks": (None, "webhooks"),
        "SettleCustomers": ("0 * * * * *", None),
        "WakeWebhooks": ("0 * * * * *", None),
    }


async def test_a_message_about_a_job_or_task_that_is_not_readable_yet_is_delivered_again(
    tmp_path: Path, clock: Clock, snapshots: Snapshots
) -> None:
    store = EmbeddedStore(tmp_path / "data")
    services = Services(store, snapshots, clock=clock)
    await services.instances.define(INSTANCE, definition(), clock())
    with pytest.raises(NotYetReadable):
        await services.refresh.handle(Step(INSTANCE, "00000001"))
    await store.control.create_job(INSTANCE, Job("00000001", "running", "onDemand", clock()), clock())
    with pytest.raises(NotYetReadable):
        await services.refresh.handle(Step(INSTANCE, "00000001", 3))
    await services.close()


async def test_a_start_whose_queue_is_not_there_is_answered_503_and_does_not_block_the_next(
    tmp_path: Path, clock: Clock, queues: str
) -> None:
    services = Services(EmbeddedStore(tmp_path / "data"), workers=StepQueue(f"{queues}/not-made"), clock=clock)
    await services.instances.define(INSTANCE, definition(), clock())
    for number in ("00000001", "00000002"):
        with pytest.raises(Unavailable):
            await services.refresh.start(INSTANCE, "onDemand", clock())
        assert (await services.refresh.get(INSTANCE, number)).status == "failed"
    await services.close()
