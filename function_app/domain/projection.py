"""What shows of a customer, as it is kept: the projection of the source profile and the live updates.

The law: from its last write up to `changes_at`, `attributes` equals the merge of the source profile and the live
updates under the types `form`. For each attribute, the live update with the greatest `order` shows over the source.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from operator import attrgetter
from typing import Any, NamedTuple

from function_app.domain.access import Sender
from function_app.domain.fitting import Fitting
from function_app.domain.profile import Attributes, Customer, Update

_BY_ORDER = attrgetter("order")
_NOTHING = object()
_NONE: Mapping[str, Any] = {}


class Winner(NamedTuple):
    """The update that the value of one attribute is from.

    `beneath` is whether an older update of the attribute may be live when this one ends; `before` has, if it is known,
    the source's value when the update came.
    """

    update_id: str
    occurred_at: datetime
    received_at: datetime
    valid_until: datetime
    caller: str | None = None
    beneath: bool = False
    principal: Sender | None = None
    before: tuple[Any, ...] = ()
    until_refresh: bool = False

    @property
    def order(self) -> tuple[datetime, datetime, str]:
        return (self.occurred_at, self.received_at, self.update_id)


class Kept(NamedTuple):
    """What shows of a customer.

    `live` has the winner of each attribute that has one, `covered` the source's values that do not show: those beneath
    winners, and those that do not fit their types. `form` is `Fitting.form` of the types by which `attributes` show,
    `loaded` that of the types by which a refresh loaded the source profile, empty if not known; `digest` is its row's.
    `unfit_until` is the last end of the live updates with values that do not fit: by other types these may show.
    """

    customer_id: str
    attributes: Attributes
    live: Mapping[str, Winner] = _NONE
    covered: Attributes = _NONE
    form: str = ""
    loaded: str = ""
    digest: str = ""
    unfit_until: datetime | None = None

    @property
    def changes_at(self) -> datetime | None:
        """The first end of a winner: until then, nothing ends that shows. None if nothing is live."""
        return min((winner.valid_until for winner in self.live.values()), default=self.unfit_until)

    @property
    def source(self) -> Attributes:
        """The source profile, as it was loaded."""
        if not self.live and not self.covered:
            return self.attributes
        covered, live = self.covered, self.live
        source = {
            name: covered.get(name, value)
            for name, value in self.attributes.items()
            if name in covered or name not in live
        }
        return {**source, **covered}

    def source_of(self, name: str) -> Any:
        """Return the source's value of one attribute; None if it has none."""
        if name in self.covered:
            return self.covered[name]
        return None if name in self.live else self.attributes.get(name)

    def with_updates(self, *updates: Update) -> Customer:
        """Return the customer that this is a projection of, given its live updates."""
        return Customer(self.customer_id, self.source, updates, self.loaded, self.digest)

    def at_rest(self) -> Kept:
        """Return what is stored: if nothing is live, the source profile itself, whatever of it fits."""
        if self.changes_at or (not self.covered and self.form == self.loaded):
            return self
        return self._replace(attributes=self.source, covered=_NONE, form=self.loaded)


def project(customer: Customer, fitting: Fitting, now: datetime) -> Kept:
    """Return what shows of a customer at `now`, given its source profile and all its live updates."""
    values, winners, longest = dict[str, Any](), dict[str, Winner](), dict[str, datetime]()
    unfit_until: datetime | None = None
    for update in sorted(customer.updates, key=_BY_ORDER):
        if not update.is_live(now):
            continue
        until, counting = update.valid_until, update.counting
        shown = fitting.update(counting)
        unfit_until = _later(unfit_until, counting, shown)
        for name, value in shown.attributes.items():
            beneath = longest.get(name, until)
            values[name], winners[name] = value, _winner(update, name, beneath=beneath > until)
            longest[name] = max(beneath, until)
    return _lay_over(customer, values, winners, unfit_until, fitting)


def advance(kept: Kept, fitting: Fitting, now: datetime) -> Kept | None:
    """Return what shows at `now` if what is kept says it, None if the updates of the customer must be read."""
    if kept.changes_at is None:
        return kept if kept.form == fitting.form else _lay_over(kept.with_updates(), {}, {}, None, fitting)
    if kept.form != fitting.form:
        return None
    if now < kept.changes_at:
        return kept
    live = {name: winner for name, winner in kept.live.items() if now < winner.valid_until}
    if any(winner.beneath for name, winner in kept.live.items() if name not in live):
        return None
    unfit_until = kept.unfit_until if kept.unfit_until and now < kept.unfit_until else None
    return _lay_over(kept.with_updates(), {name: kept.attributes[name] for name in live}, live, unfit_until, fitting)


def add(kept: Kept, update: Update, fitting: Fitting) -> Kept:
    """Return what shows with one more update; the same object if the update can never show.

    What is kept shows at an instant of the update's life, by the types of `fitting`.
    """
    values, winners, shown = dict[str, Any](), dict(kept.live), fitting.update(update)
    unfit_until = _later(kept.unfit_until, update, shown)
    for name, value in shown.attributes.items():
        old = winners.get(name)
        if old is None or update.order > old.order:
            beneath = old is not None and (old.beneath or old.valid_until > update.valid_until)
            values[name], winners[name] = value, _winner(update, name, beneath=beneath)
        elif update.valid_until > old.valid_until:
            winners[name] = old._replace(beneath=True)
    if winners == kept.live and unfit_until == kept.unfit_until:
        return kept
    had, live = kept.attributes, kept.live
    newly = {name: had[name] for name in values if name not in live and name in had}
    covered = {**newly, **kept.covered}  # what did not fit is covered already, as it was loaded
    return kept._replace(attributes={**had, **values}, live=winners, covered=covered, unfit_until=unfit_until)


def _later(until: datetime | None, update: Update, shown: Update) -> datetime | None:
    """Return until when there are updates of which not everything fits, with one more update."""
    if shown is update:
        return until
    return update.valid_until if until is None else max(until, update.valid_until)


def _winner(update: Update, name: str, *, beneath: bool) -> Winner:
    return Winner(
        update.update_id,
        update.occurred_at,
        update.received_at,
        update.valid_until,
        update.caller,
        beneath,
        update.principal,
        () if update.before is None else (update.before.get(name),),
        update.until_refresh,
    )


def _lay_over(
    customer: Customer,
    values: Attributes,
    winners: Mapping[str, Winner],
    unfit_until: datetime | None,
    fitting: Fitting,
) -> Kept:
    """Return what shows of a source profile beneath the values of winners."""
    source = customer.source
    shown = source if customer.form == fitting.form else fitting.attributes(source)
    covered = {name: source[name] for name in values if name in source}
    if shown is not source:
        covered |= {name: value for name, value in source.items() if not _is_same(shown.get(name, _NOTHING), value)}
    return Kept(
        customer.customer_id,
        {**shown, **values},
        winners,
        covered,
        fitting.form,
        customer.form,
        customer.digest,
        unfit_until,
    )


def _is_same(one: Any, other: Any) -> bool:
    """Return whether two values are written alike: 12.0 is not 12."""
    return type(one) is type(other) and bool(one == other)
