"""The shared host of the browser tests: a separate local host with customers."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import httpx
from support import ROOT, definition
from support.local_host import environment, free_port, serving
from support.process import LONG_S

INSTANCE = "22222222-2222-4222-8222-222222222222"
SCRIPT = "<img src=x onerror=document.title='run'><script>document.title='run'</script>"
_PEOPLE = """CustomerId,FullName,City,Tier,Points,BirthDate,OptIn,Crm_Contacts_ContactId
ada,Ada Lovelace,London,Gold,1200,1815-12-10,true,K-1
noor,نور الهدى عبد الرحمن بن سليمان,القاهرة,Silver,40,1990-02-03,false,K-2
long,Wolfeschlegelsteinhausenbergerdorff,{long},,7,,,K-3
evil,Mallory <b>,"{script}",,,,,"{script}"
"""


class Stage:
    """A local host in a separate process, with a data folder that outlives it; it runs within a `with`."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.port, self._folder, self._ahead = free_port(), folder, folder / "ahead"
        self._settings = {"PORT": str(self.port), "DATA_DIR": str(folder / "data"), "AUTH_MODE": "local"}
        self._settings_after = settings
        self._running = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            stack.callback(self.stop)
            self.start()
            self._load(self._folder / "source")
            if self._settings_after:
                self.stop()
                self._settings |= self._settings_after
                self.start()
            stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def base(self) -> str:
        return f"http://localhost:{self.port}/api"

    @property
    def instance(self) -> str:
        return f"{self.base}/instances/{INSTANCE}"

    @property
    def snapshots(self) -> Path:
        """The folder of the instance's snapshots."""
        return self._folder / "data" / "snapshots" / INSTANCE

    def card(self, customer: str = "ada") -> str:
        return f"{self.instance}/card/{customer}"

    def _load(self, folder: Path) -> None:
        (folder / "Customer").mkdir(parents=True)
        (folder / "definition.json").write_text(json.dumps(marked_definition()), encoding="utf-8")
        people = _PEOPLE.format(long="x" * 80, script=SCRIPT)
        (folder / "Customer" / "people.csv").write_text(people, encoding="utf-8")
        command = [sys.executable, "-m", "function_app.local", "load", str(folder), "--instance", INSTANCE]
        subprocess.run(command, cwd=ROOT, env=environment(**self._settings), check=True, capture_output=True)

    def start(self) -> None:
        command = [sys.executable, "-m", "tests.browser.moved", str(self._ahead)]
        self._running.enter_context(serving(command, **self._settings))

    def stop(self) -> None:
        self._running.close()

    def advance(self, seconds: int) -> None:
        """Set the host's clock this many seconds ahead of the machine's."""
        new = self._ahead.with_suffix(".new")
        new.write_text(str(seconds), encoding="ascii")
        new.rename(self._ahead)

    def ask(self, verb: str, path: str, **options: Any) -> httpx.Response:
        """Call the API of the instance."""
        return httpx.request(verb, f"{self.instance}/{path}", timeout=LONG_S, **options)

    def update(self, customer: str, seconds: int = 3600, **attributes: Any) -> datetime:
        """Update a customer; return the end of its validity."""
        query = {"validFor": f"PT{seconds}S", "caller": "Flow of the day"}
        answer = self.ask("PATCH", f"data/Customer/{customer}", json=attributes, params=query).raise_for_status()
        return datetime.fromisoformat(answer.headers["x-ms-valid-until"])

    def post(self, customer: str, title: str, kind: str = "Feedback", days: int = 0, **more: str) -> None:
        when = (datetime.now(UTC) - timedelta(days=days)).isoformat()
        event = {"CustomerId": customer, "ActivityTime": when, "ActivityType": kind, "Title": title, **more}
        self.ask("POST", "data/UnifiedActivity", json=event).raise_for_status()


def marked_definition() -> dict[str, Any]:
    """The definition of the other tests, with script in display names."""
    described = definition()
    described["entities"][0]["attributes"][2]["friendlyName"] = f"City {SCRIPT}"
    described["entities"][0]["attributes"][2].pop("maxLength")
    described["entities"][1]["activity"]["activityTypeDisplay"] = SCRIPT
    return described
