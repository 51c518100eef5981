"""All faults of a request that has one: what the checks of its operation find besides."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from function_app.api.call import Call
from function_app.api.operation import Operation
from function_app.error_detail import ErrorDetail
from function_app.errors import ServiceError

_BAD_REQUEST = 400


def other_faults(operation: Operation, call: Call, error: ServiceError) -> list[ErrorDetail]:
    """Return the faults that the checks find besides those of an error; none if it is not about the request's form."""
    if error.faults[0].status != _BAD_REQUEST:
        return []
    found, known = faults_of(*(partial(check, call) for check in operation.checks)), frozenset(error.faults)
    return [fault for fault in found if fault not in known]


def faults_of(*checks: Callable[[], object]) -> list[ErrorDetail]:
    """Return the faults that checks raise, each once."""
    found: list[ErrorDetail] = []
    for check in checks:
        try:
            check()
        except ServiceError as error:
            found += error.faults
    return list(dict.fromkeys(found))
