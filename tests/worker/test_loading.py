from __future__ import annotations

from worker.client import Worker

from function_app.api.routes import make_routes
from function_app.bootstrap import OPERATIONS


def test_the_worker_indexes_every_function_and_no_other(worker: Worker) -> None:
    routes = {route.name for operation in OPERATIONS for route in make_routes(operation, OPERATIONS)}
    assert worker.functions.keys() - routes == {"DoRefreshStep", "StartRefreshes", "ResumeRefreshes"}
    assert worker.functions.keys() >= routes
