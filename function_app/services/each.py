"""Work of timers over several instances, persons or chores."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from function_app.errors import Throttled, Unavailable
from function_app.telemetry import safe_trace

_log = logging.getLogger(__name__)
_T = TypeVar("_T")


async def do_each(subjects: Iterable[_T], act: Callable[[_T], Awaitable[object]], failed: str) -> None:
    """Act on each subject; where that fails, `failed` is logged, and the others are still acted on."""
    for subject in subjects:
        try:
            await act(subject)
        except (Throttled, Unavailable) as error:
            _log.warning("%s; the next time tries again: %s", failed, error)
        except Exception as error:  # noqa: BLE001  # one stops no other
            _log.error("%s; the next time tries again: %s", failed, safe_trace(error))
