"""The local host as `make run` starts it, except that its clock is ahead by the seconds in a file, if it exists."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from function_app.local.__main__ import serve
from function_app.settings import read_settings

_AHEAD = Path(sys.argv[1])


def _now() -> datetime:
    ahead = float(_AHEAD.read_text(encoding="ascii")) if _AHEAD.exists() else 0.0
    return datetime.now(UTC) + timedelta(seconds=ahead)


serve(read_settings({"AUTH_MODE": "local", **os.environ}), _now)
