"""The requests of clients for one customer and their responses, and the search for a serial order that explains them.

The profile shown is a function of which source and which updates a read found: so each answer tells which of the
others came before it and which after, and all of that must fit together, and fit the clock.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any

from .order import BrokenError, Order, Span


@dataclass(frozen=True, eq=False)
class Life:
    """An item accepted under an id: it is valid from its receipt until its end."""

    name: str
    span: Span
    content: Any
    received_at: datetime
    valid_until: datetime


@dataclass(frozen=True, eq=False)
class Update(Life):
    """An accepted update; its content is the attributes it changes; for each attribute the greatest `order` wins."""

    occurred_at: datetime

    @property
    def order(self) -> tuple[datetime, datetime, str]:
        return (self.occurred_at, self.received_at, self.name)


@dataclass(frozen=True, eq=False)
class Source:
    """A profile loaded by a refresh, or None before the customer existed."""

    span: Span
    profile: Mapping[str, Any] | None


@dataclass(frozen=True, eq=False)
class Look:
    """A profile in a response, None if the customer was unknown; that of a receipt includes its `own` update.

    With explanations, `winners` has id and end of the visible update of each attribute, and `beneath` the
    source's value.
    """

    span: Span
    shown: Mapping[str, Any] | None
    own: Update | None = None
    winners: Mapping[str, tuple[str, datetime]] | None = None
    beneath: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Missed:
    """A search by a value of an update, without the customer in its result."""

    span: Span
    attribute: str
    update: Update


@dataclass(frozen=True, eq=False)
class Claim:
    """A call after another with the same id: the same content is a duplicate, other content is refused."""

    span: Span
    content: Any
    valid_until: datetime | None
    """Of the life it is a duplicate of; None where it was refused."""


@dataclass
class Profile:
    """All responses about one customer's profile."""

    sources: list[Source] = field(default_factory=list)
    updates: list[Update] = field(default_factory=list)
    looks: list[Look] = field(default_factory=list)
    missed: list[Missed] = field(default_factory=list)


def place_profile(order: Order, profile: Profile) -> None:
    """Add a customer's events and the order that their responses imply; BrokenError if one is impossible."""
    for source in profile.sources:
        order.add(source, source.span)
    for before, after in pairwise(profile.sources):
        order.before(before, after)
    for update in profile.updates:
        order.add(update, update.span)
    for look in profile.looks:
        order.add(look, look.span)
        ways = [*_ways(profile, look)]
        if not ways:
            raise BrokenError(f"Nothing explains {look}")
        for event in set.intersection(*(earlier for earlier, _ in ways)):
            order.before(event, look)
        for event in set.intersection(*(later for _, later in ways)):
            order.before(look, event)
    for missed in profile.missed:
        if not any(_may_miss(profile, missed, now) for now in _instants(profile, missed.span)):
            raise BrokenError(f"Nothing explains {missed}")


_Way = tuple[set[Any], set[Any]]


def _ways(profile: Profile, look: Look) -> Iterator[_Way]:
    """Yield for each source and instant that explain a read the events before it and those after it."""
    own = look.own
    is_receipt = own is not None and own.span is look.span  # it shows an instant from the receipt of its update on
    instants = _instants(profile, Span(own.received_at, look.span.end) if own and is_receipt else look.span)
    for source, following in zip(profile.sources, [*profile.sources[1:], None], strict=True):
        if look.span.is_before(source.span) or (following and following.span.is_before(look.span)):
            continue
        later: set[Any] = {following} if following else set()
        if look.shown is None or source.profile is None:
            if look.shown is source.profile:
                yield {source}, later
            continue
        for now in instants:
            way = _way(source.profile, _live(profile, look.span, now), look)
            if way:
                yield way[0] | {source}, way[1] | later


def _way(source: Mapping[str, Any], live: Sequence[Update], look: Look) -> _Way | None:
    """Return the updates before the read and those after it; None if this does not explain it."""
    shown = look.shown or {}
    surely = {update for update in live if update is look.own or update.span.is_before(look.span)}
    if shown.keys() != source.keys() or any(source[name] != value for name, value in look.beneath.items()):
        return None
    behind: dict[str, list[Update | None]] = {}
    for name, value in shown.items():
        naming = [update for update in live if name in update.content]
        least = max((update.order for update in naming if update in surely), default=None)
        fit: list[Update | None] = [u for u in naming if u.content[name] == value and (not least or u.order >= least)]
        if least is None and source[name] == value:
            fit.append(None)
        if look.winners is not None:
            fit = [u for u in fit if ((u.name, u.valid_until) if u else None) == look.winners.get(name)]
        behind[name] = fit
    winners = {fit[0] for fit in behind.values() if len(fit) == 1 and fit[0]}
    for winner in winners:
        for name in winner.content:
            behind[name] = [update for update in behind[name] if update and update.order >= winner.order]
    if not all(behind.values()):
        return None
    later = {update for update in live if update not in surely and _would_show(update, behind)}
    return winners - {look.own}, later - winners


def _would_show(update: Update, behind: Mapping[str, Sequence[Update | None]]) -> bool:
    return any(all(not other or other.order < update.order for other in behind[name]) for name in update.content)


def _may_miss(profile: Profile, missed: Missed, now: datetime) -> bool:
    update, live = missed.update, _live(profile, missed.span, now)
    superseded = any(other.order > update.order and missed.attribute in other.content for other in live)
    return superseded or update not in live or not update.span.is_before(missed.span)


def _live(profile: Profile, span: Span, now: datetime) -> list[Update]:
    """Return the updates that a read at `now` may see."""
    return [update for update in profile.updates if now < update.valid_until and not span.is_before(update.span)]


def _instants(profile: Profile, span: Span) -> set[datetime]:
    """Return an instant of each part of a span between the ends of updates."""
    ends = {update.valid_until for update in profile.updates if span.start < update.valid_until <= span.end}
    return ends | {span.start}


def place_claims(order: Order, lives: Collection[Life], claims: Collection[Claim]) -> None:
    """Add repeated calls with one id; BrokenError if two validities overlap, or a repeated call has no accepted one."""
    for one, other in pairwise(sorted(lives, key=lambda life: life.received_at)):
        if other.received_at < one.valid_until:
            raise BrokenError(f"Both were new: {one} and {other}")
    for claim in claims:
        order.add(claim, claim.span)
        fit = [life for life in lives if _lost_against(claim, life)]
        if not fit:
            raise BrokenError(f"There was nothing before {claim}")
        if len(fit) == 1:
            order.before(fit[0], claim)


def _lost_against(claim: Claim, life: Life) -> bool:
    is_same = claim.content == life.content
    fits = claim.valid_until == life.valid_until if is_same else claim.valid_until is None
    return fits and claim.span.start < life.valid_until and not claim.span.is_before(life.span)
