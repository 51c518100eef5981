"""The first receiver of the reference, run as it is written there."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import httpx
from support.local_host import free_port, serving
from support.process import LONG_S, running
from support.readme import REFERENCE, SAMPLE

LOCAL = "http://localhost:7071/api"


def written() -> str:
    section = REFERENCE.read_text(encoding="utf-8").split("\n## Webhooks\n")[1].split("\n## ")[0]
    found = re.search(r"```python\n(.*?)```", section, re.DOTALL)
    assert found
    return found[1]


def test_the_first_receiver_prints_events_and_refuses_what_is_not_signed(tmp_path: Path) -> None:
    port, program = free_port(), tmp_path / "receiver.py"
    with serving(DATA_DIR=str(tmp_path / "data")) as host:
        program.write_text(written().replace(LOCAL, host.base).replace("8099", str(port)), encoding="utf-8")
        [customer] = host.get(f"instances/{SAMPLE}/data/Customer?$top=1").json()["value"]
        address = f"{host.base}/instances/{SAMPLE}/data/Customer/{customer['CustomerId']}"
        with running([sys.executable, program]) as receiver:
            receiver.until(lambda: host.get(f"instances/{SAMPLE}/subscriptions").json() or None)
            httpx.patch(address, json={"LoyaltyPoints": 7}, timeout=LONG_S).raise_for_status()
            assert receiver.hear().split() == ["profile.updated", customer["CustomerId"]]
            forged = {"webhook-id": "evt", "webhook-timestamp": "1", "webhook-signature": "v1,AAAA"}
            refused = httpx.post(f"http://127.0.0.1:{port}/", content=b"{}", headers=forged, timeout=LONG_S)
            assert refused.status_code == 401
