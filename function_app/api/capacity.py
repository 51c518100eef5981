"""How much work this worker accepts: what it can't begin in time is refused before it begins.

Large requests, batches and long pages, take turns in the order in which they came, so that small ones never wait for
many of them; reads and writes have separate turns. How long one takes is known from those before it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from time import monotonic

import azure.functions as func

from function_app.api.allowance import Allowance
from function_app.api.operation import Operation
from function_app.api.paging import rows_asked
from function_app.api.request import MAX_BODY_BYTES
from function_app.domain.feed import LOOK_UP_WITHIN_S, REQUEST_WITHIN_S, WRITE_WITHIN_S
from function_app.errors import Busy

BEGIN_WITHIN_S = REQUEST_WITHIN_S - LOOK_UP_WITHIN_S - WRITE_WITHIN_S
"""How long after its receipt a part of a request may begin, so that it ends before the request's time limit."""
MAX_SMALL = 2_000
_SMALL_BYTES, _SMALL_ROWS, _ROWS_A_CUSTOMER = 16_384, 100, 10
_FIRST_GUESS_S = {True: 3e-5, False: 1e-6}  # a row that is read, a byte that is written
_WEIGHT = 0.25  # of the newest one


class _Turns:
    """The large reads, or the large writes, in progress and waiting, by how long each is expected to take."""

    def __init__(self, at_once: int) -> None:
        self._at_once, self.free, self.expected_s = at_once, asyncio.Semaphore(at_once), dict[object, float]()

    @property
    def length_s(self) -> float:
        """How long all of them are expected to take."""
        return sum(self.expected_s.values()) / self._at_once


class Capacity:
    """The requests in progress in this worker.

    `at_once` is how many large reads, and large writes, may be; `items_at_once`, how many items of each of them. Each
    part of a request may begin `begin_within_s` after its receipt.
    """

    def __init__(self, at_once: int = 1, items_at_once: int = 16, begin_within_s: float = BEGIN_WITHIN_S) -> None:
        self._items_at_once, self._begin_within_s = items_at_once, begin_within_s
        self._turns = {is_read: _Turns(at_once) for is_read in (True, False)}
        self._seconds_a_unit: dict[str, float] = {}
        self._small = 0

    def begin_small(self) -> Allowance:
        """Count one more small request; Busy if there are too many. `end_small` must follow."""
        if self._small >= MAX_SMALL:
            raise Busy(1)
        self._small += 1
        return self._allowance()

    def _allowance(self) -> Allowance:
        return Allowance(monotonic() + self._begin_within_s, self._items_at_once)

    def end_small(self) -> None:
        """Count one small request less."""
        self._small -= 1

    @asynccontextmanager
    async def turn(self, operation: Operation, size: int) -> AsyncGenerator[Allowance]:
        """Wait until it is this request's turn.

        Busy at once if its work, by its size, could not be done in time, and later if it has waited for too long.
        """
        allowance, turns = self._allowance(), self._turns[operation.verb == "GET"]
        before, alone = turns.length_s, size * self._seconds_a_unit_of(operation)
        if turns.free.locked() and before + alone > self._begin_within_s:
            raise Busy(before)  # when those before it are done: many that return sooner only cost time
        turns.expected_s[allowance] = alone
        try:
            async with turns.free:
                if not allowance.may_begin():
                    raise Busy(turns.length_s)
                begun, is_whole = monotonic(), False
                try:
                    yield allowance
                    is_whole = allowance.may_begin()
                finally:
                    self._learn(operation, (monotonic() - begun) / size, is_whole=is_whole)
        finally:
            del turns.expected_s[allowance]

    def _seconds_a_unit_of(self, operation: Operation) -> float:
        return self._seconds_a_unit.get(operation.id, _FIRST_GUESS_S[operation.verb == "GET"])

    def _learn(self, operation: Operation, newest: float, *, is_whole: bool) -> None:
        """Note how long a unit took; of a request that was cut short only that it takes at least so long."""
        known = self._seconds_a_unit_of(operation)
        if is_whole or newest > known:
            self._seconds_a_unit[operation.id] = known + _WEIGHT * (newest - known)


def size_of(operation: Operation, request: func.HttpRequest) -> int:
    """Return the size of a large request, in bytes to write or rows to read; 0 if it is small, or refused unread."""
    if operation.body and operation.body.items_of:
        size = len(request.get_body())
        return size if _SMALL_BYTES < size <= MAX_BODY_BYTES else 0
    if not operation.is_paged:
        return 0
    rows = rows_asked(request.params, request.headers.get("prefer", ""))
    if "$expand" in request.params:
        rows *= _ROWS_A_CUSTOMER
    return rows if rows > _SMALL_ROWS else 0
