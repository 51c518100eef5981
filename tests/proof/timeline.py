"""The posts and timelines of one customer, and the serial order that they imply."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .history import Life
from .order import BrokenError, Order, Span


@dataclass(frozen=True, eq=False)
class Posted(Life):
    """An accepted activity; its content is its title, and `shows` the span in which it appeared on the timeline."""

    shows: Span


@dataclass(frozen=True, eq=False)
class Page:
    """A timeline in a response: titles by ActivityId; None if the customer was unknown."""

    span: Span
    rows: Mapping[str, str]


@dataclass
class Timeline:
    """All responses about one customer's timeline."""

    posted: list[Posted] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)


@dataclass(frozen=True)
class _Shown:
    """The moment at which an activity, parked before or not, appeared on the timeline."""

    posted: Posted


def place_timeline(order: Order, timeline: Timeline) -> None:
    """Add a timeline's events and the order that its pages imply; BrokenError if a page is impossible."""
    for posted in timeline.posted:
        order.add(posted, posted.span)
        order.add(_Shown(posted), posted.shows)
        order.before(posted, _Shown(posted))
    for page in timeline.pages:
        order.add(page, page.span)
        for name, title in page.rows.items():
            fit = [posted for posted in timeline.posted if posted.name == name and _may_show(posted, page, title)]
            if not fit:
                raise BrokenError(f"Nothing explains '{name}' with '{title}' on {page}")
            if len(fit) == 1:
                order.before(_Shown(fit[0]), page)
        for posted in _missing(timeline.posted, page):
            order.before(page, _Shown(posted))


def _may_show(posted: Posted, page: Page, title: str) -> bool:
    began = not page.span.is_before(posted.shows)
    return began and page.span.start < posted.valid_until and posted.content == title


def _missing(posted: Sequence[Posted], page: Page) -> list[Posted]:
    """Return the activities that the page would contain if they had happened before it."""
    return [each for each in posted if each.name not in page.rows and page.span.end < each.valid_until]
