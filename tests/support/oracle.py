"""The plain merge: what a customer shows, from all that is stored of it. The service's projection is held to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from function_app.domain.fitting import Fitting
from function_app.domain.profile import Attributes, Update


class Merged(NamedTuple):
    """The merged profile, and for each updated attribute the update that its value is from."""

    attributes: Attributes
    winners: dict[str, Update]


def merge(source: Attributes, updates: Iterable[Update], now: datetime, fitting: Fitting | None = None) -> Merged:
    """Return the source with the updates live at `now` applied; for each attribute the greatest order wins.

    With a fitting, only what fits its types. What has ended does not count.
    """
    attributes: dict[str, Any] = dict(fitting.attributes(source) if fitting else source)
    winners: dict[str, Update] = {}
    for update in sorted(updates, key=lambda update: (update.occurred_at, update.received_at, update.update_id)):
        if update.is_live(now):
            counting = replace(update, attributes={k: v for k, v in update.attributes.items() if k not in update.ends})
            shown = fitting.update(counting).attributes if fitting else counting.attributes
            attributes.update(shown)
            winners.update(dict.fromkeys(shown, update))
    return Merged(attributes, winners)
