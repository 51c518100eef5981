"""Merge a source profile with live updates."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any, NamedTuple

from function_app.domain.profile import Attributes, Update


class Merged(NamedTuple):
    """The merged profile, and for each updated attribute the update that its value is from."""

    attributes: Attributes
    winners: dict[str, Update]


_ORDER = attrgetter("order")


def merge(source: Attributes, updates: Iterable[Update], now: datetime) -> Merged:
    """Return the source with the updates live at `now` applied; for each attribute the greatest order wins."""
    live = sorted((update for update in updates if update.is_live(now)), key=_ORDER)
    if not live:
        return Merged(source, {})
    attributes: dict[str, Any] = dict(source)
    winners: dict[str, Update] = {}
    for update in live:
        attributes.update(update.attributes)
        winners.update(dict.fromkeys(update.attributes, update))
    return Merged(attributes, winners)


@dataclass(frozen=True, slots=True)
class Superseded:
    """An update that newer ones supersede in every attribute, at least until an instant.

    If that instant is not before the update's end, the update never becomes visible again.
    """

    update: Update
    until: datetime


def superseded(updates: Collection[Update], now: datetime) -> list[Superseded]:
    """Return the updates that newer ones supersede in every attribute at `now`, each with the end of that state."""
    longest: dict[str, datetime] = {}
    found: list[Superseded] = []
    for update in sorted(updates, key=_ORDER, reverse=True):
        until = min((longest.get(name, now) for name in update.attributes), default=update.valid_until)
        if until > now:
            found.append(Superseded(update, until))
        for name in update.attributes:
            longest[name] = max(longest.get(name, update.valid_until), update.valid_until)
    return found
