"""Functions that start without a request: refresh steps and webhooks from queues, and timers."""

from __future__ import annotations

import azure.functions as func

from function_app.api.runtime import GetRuntime
from function_app.outbound import queue as wakes
from function_app.source.queue import QUEUE, step_of

STORAGE = "AzureWebJobsStorage"
RESUME_EVERY = "0 */5 * * * *"
EVERY_MINUTE = "0 * * * * *"


def add_background(app: func.FunctionApp, get_runtime: GetRuntime) -> None:
    """Add the functions that Azure starts; a message is delivered again if its step raises an exception."""

    async def do_refresh_step(msg: func.QueueMessage) -> None:
        await get_runtime().services.refresh.handle(step_of(msg.get_body()))

    async def deliver_webhooks(msg: func.QueueMessage) -> None:
        await get_runtime().services.webhooks.deliver(wakes.instance_of(msg.get_body()))

    async def start_refreshes(timer: func.TimerRequest) -> None:  # noqa: ARG001  # the host passes it by name
        runtime = get_runtime()
        await runtime.services.refresh.start_all(runtime.clock())

    async def resume_refreshes(timer: func.TimerRequest) -> None:  # noqa: ARG001  # the host passes it by name
        runtime = get_runtime()
        await runtime.services.refresh.resume(runtime.clock())

    async def settle_customers(timer: func.TimerRequest) -> None:  # noqa: ARG001  # the host passes it by name
        await get_runtime().services.settle()

    async def wake_webhooks(timer: func.TimerRequest) -> None:  # noqa: ARG001  # the host passes it by name
        await get_runtime().services.webhooks.wake_all()

    listen = app.queue_trigger(arg_name="msg", queue_name=QUEUE, connection=STORAGE)
    app.function_name("DoRefreshStep")(listen(do_refresh_step))
    listen_to_wakes = app.queue_trigger(arg_name="msg", queue_name=wakes.QUEUE, connection=STORAGE)
    app.function_name("DeliverWebhooks")(listen_to_wakes(deliver_webhooks))
    on_schedule = app.timer_trigger(schedule="%REFRESH_SCHEDULE%", arg_name="timer")
    app.function_name("StartRefreshes")(on_schedule(start_refreshes))
    now_and_then = app.timer_trigger(schedule=RESUME_EVERY, arg_name="timer")
    app.function_name("ResumeRefreshes")(now_and_then(resume_refreshes))
    every_minute = app.timer_trigger(schedule=EVERY_MINUTE, arg_name="timer")
    app.function_name("SettleCustomers")(every_minute(settle_customers))
    app.function_name("WakeWebhooks")(every_minute(wake_webhooks))
