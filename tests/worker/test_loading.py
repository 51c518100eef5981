from __future__ import annotations

from pathlib import Path

import pytest
from support import ROOT, package
from worker.client import SECONDS_TO_ANSWER, Deployment, Mode, Worker
from worker.environment import AzureServices, Stage
from worker.messages import protos

from function_app.api.routes import make_routes
from function_app.api.unknown_address import NAME
from function_app.bootstrap import OPERATIONS

ROUTES = [route for operation in OPERATIONS for route in make_routes(operation, OPERATIONS)]
BY_CLOCK = {"StartRefreshes", "ResumeRefreshes", "SettleCustomers", "WakeWebhooks"}
BY_QUEUE = {"DoRefreshStep", "DeliverWebhooks"}


def test_the_worker_indexes_the_declared_functions_and_no_other(worker: Worker) -> None:
    assert worker.functions.keys() == {NAME, *(route.name for route in ROUTES)} | BY_CLOCK | BY_QUEUE
    for route in ROUTES:
        trigger, answer = worker.functions[route.name].bindings
        assert (trigger["type"], trigger["direction"], trigger["authLevel"]) == ("httpTrigger", "IN", "ANONYMOUS")
        assert (trigger["route"], tuple(trigger["methods"])) == (route.template, route.methods)
        assert (answer["type"], answer["direction"], answer["name"]) == ("http", "OUT", "$return")


def test_the_runtime_is_the_one_that_is_pinned(worker: Worker) -> None:
    assert f"azure-functions-runtime=={worker.runtime_version} ; " in package.REQUIREMENTS.read_text(encoding="utf-8")


def test_requests_come_as_messages_and_not_by_streaming(worker: Worker) -> None:
    assert "HttpUri" not in worker.capabilities
    assert "WorkerOpenTelemetryEnabled" not in worker.capabilities
    assert worker.capabilities.items() >= {"RpcHttpBodyOnly": "true", "RawHttpBodyBytes": "true"}.items()


def test_the_app_is_the_deployed_one_and_not_the_repository(stage: Stage, deployment: Deployment) -> None:
    assert not deployment.app.is_relative_to(ROOT)
    assert {Path(each).name for each in deployment.app.iterdir()} >= {"function_app.py", "host.json"}
    assert not (deployment.app / "function_app/local").exists()
    assert stage.worker.said() == ""


@pytest.mark.parametrize("mode", ["plain", "placeholder"])
def test_wrong_settings_fail_every_call_and_are_named_in_the_log(
    mode: Mode, deployment: Deployment, azure: AzureServices, tmp_path: Path
) -> None:
    wrong = {**azure.settings("nowhere"), "AUTH_MODE": "local", "COSMOS_ENDPOINT": "https://account.example"}
    with Worker(deployment, wrong, mode, tmp_path) as worker:
        health = protos.RpcHttp(method="GET", url="https://api.example/api/health")
        answer = worker.invoke("CheckHealth", protos.TypedData(http=health)).result(SECONDS_TO_ANSWER).http
    assert answer.status_code == "500"
    (told,) = [record.message for record in worker.logs if record.message.startswith("The settings are not valid")]
    assert "AUTH_MODE: " in told
    assert "COSMOS_KEY: " in told
    assert "account.example" not in told + answer.body.bytes.decode()
