"""The local host as started by `make run`, but it settles several times a second, and waits for a slow store."""

from __future__ import annotations

import os
from functools import partial

from support.limits import set_limits
from support.process import LONG_S

from function_app import bootstrap
from function_app.api.capacity import Capacity
from function_app.local.__main__ import serve
from function_app.services import settle
from function_app.settings import read_settings

settle.EVERY_S = 0.2
set_limits(setattr, LONG_S)
vars(bootstrap).update(REQUEST_WITHIN_S=3 * LONG_S, Capacity=partial(Capacity, begin_within_s=LONG_S))
serve(read_settings({**os.environ, "AUTH_MODE": "local"}))
