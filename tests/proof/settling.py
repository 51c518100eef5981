"""The local host as started by `make run`, but it settles customers several times a second."""

from __future__ import annotations

import os

from function_app.local.__main__ import serve
from function_app.services import settle
from function_app.settings import read_settings

settle.EVERY_S = 0.2
serve(read_settings({**os.environ, "AUTH_MODE": "local"}))
