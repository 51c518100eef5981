"""The merge: source profile with live updates on top."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any

from function_app.domain.profile import Attributes, Update


@dataclass(frozen=True, slots=True)
class Merged:
    """The merged profile, and for each live attribute the update that shows."""

    attributes: Attributes
    winners: dict[str, Update]


_ORDER = attrgetter("order")


def merge(source: Attributes, updates: Iterable[Update], now: datetime) -> Merged:
    """Lay the updates live at `now` over the source; the greatest order wins each attribute."""
    live = sorted((update for update in updates if update.is_live(now)), key=_ORDER)
    if not live:
        return Merged(source, {})
    attributes: dict[str, Any] = dict(source)
    winners: dict[str, Update] = {}
    for update in live:
        attributes.update(update.attributes)
        winners.update(dict.fromkeys(update.attributes, update))
    return Merged(attributes, winners)


def dominated(updates: Collection[Update]) -> list[Update]:
    """Return the updates that can never show again: each attribute is covered by a newer one living as long."""
    longest: dict[str, datetime] = {}
    hidden: list[Update] = []
    for update in sorted(updates, key=_ORDER, reverse=True):
        names = update.attributes
        if all(name in longest and longest[name] >= update.valid_until for name in names):
            hidden.append(update)
        for name in names:
            longest[name] = max(longest.get(name, update.valid_until), update.valid_until)
    return hidden
