from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest
from worker.client import InvocationFailedError
from worker.environment import SAMPLE, Stage
from worker.messages import protos

JOBS = f"/instances/{SAMPLE}/workflows/main/jobs"
FIRST = '{"Schedule":{"AdjustForDST":true},"ScheduleStatus":null,"IsPastDue":false}'
LATE = json.dumps(
    {
        "Schedule": {"AdjustForDST": True},
        "ScheduleStatus": {
            "Last": "2026-11-24T02:00:00.0012345+00:00",
            "Next": "2026-11-25T02:00:00+00:00",
            "LastUpdated": "2026-11-24T02:00:00.0012345+00:00",
        },
        "IsPastDue": True,
    },
    separators=(",", ":"),
)


async def newest_job(admin: httpx.AsyncClient) -> dict[str, Any]:
    job: dict[str, Any] = (await admin.get(JOBS, params={"top": "1"})).json()[0]
    return job


@pytest.mark.parametrize("info", [FIRST, LATE])
async def test_the_timer_starts_a_refresh_that_runs_step_by_step_through_the_queue(
    stage: Stage, admin: httpx.AsyncClient, info: str
) -> None:
    await stage.handle_messages()  # of another test
    before = await newest_job(admin)
    await stage.fire("StartRefreshes", info)
    started = await newest_job(admin)
    assert (started["jobStatus"], started["jobSubmissionKind"]) == ("queued", "scheduled")
    assert started["jobId"] > before["jobId"]
    assert await stage.handle_messages() > 1
    ended = await newest_job(admin)
    assert (ended["jobId"], ended["jobStatus"]) == (started["jobId"], "successful")
    assert ended["progress"]["written"] == 0


@pytest.mark.parametrize("info", [FIRST, LATE])
async def test_the_timer_continues_refreshes_that_make_no_progress(stage: Stage, info: str) -> None:
    await stage.fire("ResumeRefreshes", info)


@pytest.mark.parametrize("info", [FIRST, LATE])
@pytest.mark.parametrize("chore", ["SettleCustomers", "WakeWebhooks"])
async def test_a_timer_does_a_chore_of_the_minute(stage: Stage, chore: str, info: str) -> None:
    await stage.fire(chore, info)


async def test_messages_that_come_twice_change_nothing(stage: Stage, admin: httpx.AsyncClient) -> None:
    await stage.handle_messages()  # of another test
    assert (await admin.post(JOBS)).json()["jobStatus"] == "queued"
    assert await stage.handle_messages(times=2) > 1
    ended = await newest_job(admin)
    assert (ended["jobStatus"], ended["progress"]["written"]) == ("successful", 0)


async def test_a_message_wakes_the_delivery_of_webhooks(stage: Stage) -> None:
    data = protos.TypedData(string=json.dumps({"instanceId": SAMPLE}))
    await asyncio.wrap_future(stage.worker.invoke("DeliverWebhooks", data))


@pytest.mark.parametrize("text", ["no step", "{}", '{"instance_id": "x"}', ""])
async def test_a_message_that_is_no_step_fails_its_call_and_no_other(stage: Stage, text: str) -> None:
    with pytest.raises(InvocationFailedError):
        await asyncio.wrap_future(stage.worker.invoke("DoRefreshStep", protos.TypedData(string=text)))
    async with stage.client() as monitor:
        assert (await monitor.get("/health")).status_code == 200
