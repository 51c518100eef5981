"""The running local host that the clients call."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from support import INSTANCE, Clock, definition, put_customers
from support.served import served

from function_app.api.dispatch import create_app
from function_app.api.runtime import Runtime
from function_app.api.sign_in.auth import authenticate_local
from function_app.bootstrap import OPERATIONS
from function_app.domain.feed import TRAILS
from function_app.local.host import Host
from function_app.services.services import Services
from function_app.store.embedded import EmbeddedStore

NAME = "connector/apiDefinition.swagger.json"
DEFINITIONS = {"general": NAME, "instance": f"instances/{INSTANCE}/{NAME}"}
"""The addresses of the definition for all instances, and of that for one."""

CUSTOMERS = ("ada", "bob", "dag", "eve", "fay", "gro", "ida", "kim")
"""Ada has the key K-1."""


@dataclass(frozen=True)
class Stage:
    """The local host on a port, with the definition in `support` and customers of Oslo, one for each test."""

    base: str
    clock: Clock

    def definition_url(self, kind: str) -> str:
        """Return the address of a definition."""
        return f"{self.base}/{DEFINITIONS[kind]}"

    def wait_for_events(self) -> None:
        """Move the clock until triggers return what has happened."""
        self.clock.advance(seconds=TRAILS.total_seconds() + 1)


@contextmanager
def staged(folder: Path) -> Iterator[Stage]:
    """Serve it until the block ends."""
    clock = Clock()
    services = Services(EmbeddedStore(folder), clock=clock)

    async def start() -> None:
        await services.instances.define(INSTANCE, definition(), clock())
        people = [{"CustomerId": each, "City": "Oslo", "BirthDate": "1990-12-31"} for each in CUSTOMERS]
        people[0]["Crm_Contacts_ContactId"] = "K-1"
        await put_customers(services, INSTANCE, people, clock)

    runtime = Runtime(services, authenticate_local, clock)
    with served(Host(create_app(OPERATIONS, lambda: runtime)), start, services.close) as port:
        yield Stage(f"http://localhost:{port}/api", clock)
