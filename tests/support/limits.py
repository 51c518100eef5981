"""The time limits of requests to Cosmos DB, in every module that has them: tests set what no slow machine reaches."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

from function_app.store import cosmos
from function_app.store.cosmos import account, customers, readings

_MODULES: tuple[ModuleType, ...] = (account, customers, readings, cosmos)


def set_limits(set_: Callable[[ModuleType, str, float], object], seconds: float, *names: str) -> None:
    """Set the limits with these names, all by default, by calling `set_` as `setattr` is called."""
    for module in _MODULES:
        for name in names or ("ANSWERS_WITHIN_S", "LOOK_UP_WITHIN_S", "WRITE_WITHIN_S"):
            if hasattr(module, name):
                set_(module, name, seconds)
