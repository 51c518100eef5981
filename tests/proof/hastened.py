"""The local host as `make run` starts it, but for its clock: from now on that runs so many times faster."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

from function_app import bootstrap
from function_app.local.__main__ import main

_BEGUN = datetime.now(UTC)
_SPEED = float(sys.argv[1])


def _now() -> datetime:
    return _BEGUN + (datetime.now(UTC) - _BEGUN) * _SPEED


bootstrap._now = _now  # noqa: SLF001  # the one clock of the whole host, asked for nowhere else
sys.exit(main(["serve"]))
