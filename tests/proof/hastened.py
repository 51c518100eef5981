"""The local host as started by `make run`, but with a clock that runs faster by a given factor."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime

from function_app.local.__main__ import serve
from function_app.settings import read_settings

_BEGUN = datetime.now(UTC)
_SPEED = float(sys.argv[1])


def _now() -> datetime:
    return _BEGUN + (datetime.now(UTC) - _BEGUN) * _SPEED


serve(read_settings({**os.environ, "AUTH_MODE": "local"}), _now)
