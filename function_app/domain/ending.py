"""Updates that end before they expire: a caller ends them, or a refresh brings their values; and their states.

Each attribute of an update ends by itself. What has ended counts no more, whatever the source says later.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal, NamedTuple

from function_app.domain.fitting import Fitting
from function_app.domain.profile import Attributes, End, Update
from function_app.domain.projection import Kept

State = Literal["shows", "superseded", "expired", "landed", "contradicted", "ended"]


class AttributeState(NamedTuple):
    """The state of one attribute of an update, with its value and the source's, and its end if it ended early."""

    name: str
    value: Any
    source: Any
    state: State
    end: End | None = None


def remember(update: Update, kept: Kept) -> Update:
    """Return a new update with the source's values of its attributes."""
    return replace(update, before={name: kept.source_of(name) for name in update.attributes})


def end_early(
    updates: Iterable[Update], end: End, names: Collection[str] | None = None, update_id: str | None = None
) -> list[Update]:
    """Return the updates that end, or of which something ends: these attributes or all, of one update or of all."""
    wanted = [update for update in updates if update_id is None or update.update_id == update_id]
    return _ended(wanted, lambda _, name: names is None or name in names, end)


def land(kept: Kept, updates: Iterable[Update], fitting: Fitting, at: datetime) -> list[Update]:
    """Return the updates of which something lands: where the source has the value that shows, up to the winner."""
    source = fitting.attributes(kept.source)
    landed = {name: winner for name, winner in kept.live.items() if source.get(name) == kept.attributes[name]}
    return _ended(
        updates,
        lambda update, name: name in landed and update.order <= landed[name].order,
        End(at, landed=True),
    )


def end_by_refresh(updates: Iterable[Update], begun_at: datetime, at: datetime) -> list[Update]:
    """Return the updates that a refresh ends that began after them, because they were sent to last until then."""
    due = [update for update in updates if update.until_refresh and update.received_at < begun_at]
    return _ended(due, lambda _, __: True, End(at))


def _ended(updates: Iterable[Update], ends: Callable[[Update, str], bool], end: End) -> list[Update]:
    found = []
    for update in updates:
        names = [name for name in update.attributes if name not in update.ends and ends(update, name)]
        if names:
            found.append(replace(update, ends={**update.ends, **dict.fromkeys(names, end)}))
    return found


def is_contradicted(before: Sequence[Any], source: Any, value: Any) -> bool:
    """Return whether the source has changed since an update came, and not to the update's value."""
    return bool(before) and source not in (before[0], value)


def states(update: Update, kept: Kept | None, fitting: Fitting, now: datetime) -> list[AttributeState]:
    """Return the state of each attribute that fits; `kept` is what shows of the customer, None if it is not there."""
    source: Attributes = {name: kept.source_of(name) for name in update.attributes} if kept else {}
    source = fitting.attributes(source)
    return [
        AttributeState(name, value, source.get(name), _state(update, name, kept, now), update.ends.get(name))
        for name, value in fitting.update(update).attributes.items()
    ]


def _state(update: Update, name: str, kept: Kept | None, now: datetime) -> State:
    if name in update.ends:
        return "landed" if update.ends[name].landed else "ended"
    if not update.is_live(now):
        return "expired"
    winner = kept.live.get(name) if kept else None
    if kept is None or winner is None or winner.update_id != update.update_id:
        return "superseded"
    return "contradicted" if is_contradicted(winner.before, kept.source_of(name), kept.attributes[name]) else "shows"
