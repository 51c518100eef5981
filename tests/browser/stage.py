"""The shared host of the browser tests: a separate local host with customers."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from support import ROOT, definition

INSTANCE = "22222222-2222-4222-8222-222222222222"
SCRIPT = "<img src=x onerror=document.title='run'><script>document.title='run'</script>"
SECONDS_TO_START = 15.0
_LOCAL = [sys.executable, "-m", "function_app.local"]
_PEOPLE = """CustomerId,FullName,City,Tier,Points,BirthDate,OptIn,Crm_Contacts_ContactId
ada,Ada Lovelace,London,Gold,1200,1815-12-10,true,K-1
noor,نور الهدى عبد الرحمن بن سليمان,القاهرة,Silver,40,1990-02-03,false,K-2
long,Wolfeschlegelsteinhausenbergerdorff,{long},,7,,,K-3
evil,Mallory <b>,"{script}",,,,,"{script}"
"""


class Stage:
    """A local host in a separate process, with a data folder that outlives it."""

    def __init__(self, folder: Path, **settings: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        kept = {name: text for name, text in os.environ.items() if not name.startswith(("STORE", "AUTH_", "ENTRA_"))}
        self._environment = kept | {"PORT": str(self.port), "DATA_DIR": str(folder / "data")} | {"AUTH_MODE": "local"}
        self._process: subprocess.Popen[bytes] | None = None
        self.start()
        self._load(folder / "source")
        if settings:
            self.stop()
            self._environment |= settings
            self.start()

    @property
    def base(self) -> str:
        return f"http://localhost:{self.port}/api"

    @property
    def instance(self) -> str:
        return f"{self.base}/instances/{INSTANCE}"

    def card(self, customer: str = "ada") -> str:
        return f"{self.instance}/card/{customer}"

    def _load(self, folder: Path) -> None:
        (folder / "Customer").mkdir(parents=True)
        (folder / "definition.json").write_text(json.dumps(marked_definition()), encoding="utf-8")
        people = _PEOPLE.format(long="x" * 80, script=SCRIPT)
        (folder / "Customer" / "people.csv").write_text(people, encoding="utf-8")
        command = [*_LOCAL, "load", str(folder), "--instance", INSTANCE]
        subprocess.run(command, cwd=ROOT, env=self._environment, check=True, capture_output=True)

    def start(self) -> None:
        self._process = subprocess.Popen([*_LOCAL, "serve"], cwd=ROOT, env=self._environment, stdout=subprocess.DEVNULL)
        began = time.monotonic()
        while True:
            try:
                httpx.get(f"{self.base}/health").raise_for_status()
            except httpx.TransportError:
                assert time.monotonic() - began < SECONDS_TO_START
                time.sleep(0.05)
            else:
                return

    def stop(self) -> None:
        if self._process:
            self._process.terminate()
            self._process.wait()

    def update(self, customer: str, seconds: int = 3600, **attributes: Any) -> None:
        query = {"validFor": f"PT{seconds}S", "caller": "Flow of the day"}
        address = f"{self.instance}/data/Customer/{customer}"
        httpx.patch(address, json=attributes, params=query).raise_for_status()

    def post(self, customer: str, title: str, kind: str = "Feedback", days: int = 0, **more: str) -> None:
        when = (datetime.now(UTC) - timedelta(days=days)).isoformat()
        event = {"CustomerId": customer, "ActivityTime": when, "ActivityType": kind, "Title": title, **more}
        httpx.post(f"{self.instance}/data/UnifiedActivity", json=event).raise_for_status()


def marked_definition() -> dict[str, Any]:
    """The definition of the other tests, with script in display names."""
    described = definition()
    described["entities"][0]["attributes"][2]["friendlyName"] = f"City {SCRIPT}"
    described["entities"][0]["attributes"][2].pop("maxLength")
    described["entities"][1]["activity"]["activityTypeDisplay"] = SCRIPT
    return described
