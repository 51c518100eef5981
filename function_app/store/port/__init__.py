"""What the services need of a store.

Every method may raise `Throttled` or `Unavailable`. A write is durable when the method returns. Creates become visible
in call order, or within WRITE_WITHIN_S; reads of one customer or key take at most LOOK_UP_WITHIN_S. `Unavailable` is
raised for what takes longer.

`now` decides what has expired. "Live" means not expired at `now`.
"""

from __future__ import annotations

from typing import Protocol

from function_app.store.port.activities import Activities, Feed, Keys
from function_app.store.port.control import Access, Control, Readings, Usage
from function_app.store.port.customers import Customers
from function_app.store.port.removal import Deletions, Persons
from function_app.store.port.subscriptions import Subscriptions


class Store(Protocol):
    """The whole store; a process has one."""

    @property
    def customers(self) -> Customers: ...

    @property
    def activities(self) -> Activities: ...

    @property
    def feed(self) -> Feed: ...

    @property
    def keys(self) -> Keys: ...

    @property
    def control(self) -> Control: ...

    @property
    def access(self) -> Access: ...

    @property
    def persons(self) -> Persons: ...

    @property
    def deletions(self) -> Deletions: ...

    @property
    def subscriptions(self) -> Subscriptions: ...

    @property
    def usage(self) -> Usage: ...

    @property
    def readings(self) -> Readings: ...

    async def check(self) -> None:
        """Return if the store takes a write; raises if not."""

    async def close(self) -> None:
        """Finish pending writes and close connections."""
