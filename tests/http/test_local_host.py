from __future__ import annotations

import asyncio
import json
import re
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from support import ROOT
from support.local_host import COMMAND, Served, environment, free_port, serving
from support.process import LONG_S, scaled

from function_app.store.embedded import EmbeddedStore

SAMPLE = "11111111-1111-4111-8111-111111111111"
CUSTOMERS = f"instances/{SAMPLE}/data/Customer"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(DATA_DIR=str(tmp_path_factory.mktemp("served") / "data")) as host:
        yield host


def test_it_is_ready_soon(served: Served) -> None:
    assert served.cpu_seconds_to_start < scaled(10)


def test_it_serves_the_sample(served: Served) -> None:
    (instance,) = served.get("instances").json()
    assert instance["instanceId"] == SAMPLE
    page = served.get(CUSTOMERS, params={"$count": "true", "$top": 3}).json()
    assert page["@odata.count"] >= 200
    wanted = {"FirstName", "LastName", "FullName", "Email", "Telephone", "City", "Country", "BirthDate"}
    assert wanted | {"LoyaltyTier", "LoyaltyPoints"} <= set(page["value"][0])
    names = {row["FullName"] for row in served.get(CUSTOMERS, params={"$top": 1000}).json()["value"]}
    assert any(not name.isascii() for name in names)
    entities = served.get(f"instances/{SAMPLE}/manage/entities").json()["entities"]
    assert {"eCommerce_eCommercePurchases", "PoS_posPurchases"} <= {e["qualifiedEntityName"] for e in entities}


def test_it_follows_links_and_updates_over_the_wire(served: Served) -> None:
    first = served.get(CUSTOMERS, headers={"Prefer": "odata.maxpagesize=1"}).json()
    second = httpx.get(first["@odata.nextLink"], timeout=LONG_S).json()
    assert first["value"][0]["CustomerId"] < second["value"][0]["CustomerId"]
    address = f"{served.base}/{CUSTOMERS}/{first['value'][0]['CustomerId']}"
    answer = httpx.patch(address, json={"City": "Ålesund"}, params={"validFor": "PT1H"}, timeout=LONG_S)
    assert answer.status_code == 204
    assert httpx.get(address, timeout=LONG_S).json()["City"] == "Ålesund"


def test_the_connector_for_one_of_its_instances_is_written_into_a_folder(served: Served, tmp_path: Path) -> None:
    def make(instance_id: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "connector.build.instance", instance_id, str(tmp_path)]
        settings = environment(PORT=str(served.port))
        return subprocess.run(
            command, cwd=ROOT, env=settings, capture_output=True, text=True, timeout=LONG_S, check=False
        )

    assert make(SAMPLE).returncode == 0
    written = json.loads((tmp_path / f"apiDefinition.{SAMPLE}.swagger.json").read_text(encoding="utf-8"))
    assert written["info"]["title"] == "Contoso Coffee Profiles"
    assert f"/{CUSTOMERS}" in written["paths"]
    refused = make("nowhere")
    assert refused.returncode == 1
    assert "no instance 'nowhere'" in refused.stderr


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80"])
def test_a_foreign_host_header_is_refused(served: Served, host: str) -> None:
    answer = served.get("instances", headers={"Host": host})
    assert answer.status_code == 421
    assert SAMPLE not in answer.text


def test_it_listens_on_loopback_only(served: Served) -> None:
    addresses = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), served.port, socket.AF_INET)}
    for address in {*addresses, "127.0.0.2"} - {"127.0.0.1", "127.0.1.1"}:
        with socket.socket() as one:
            one.settimeout(scaled(10))
            assert one.connect_ex((address, served.port)) != 0


def test_a_port_in_use_ends_it_with_a_message_and_no_traceback(served: Served, tmp_path: Path) -> None:
    settings = environment(PORT=str(served.port), DATA_DIR=str(tmp_path / "data"))
    ended = subprocess.run(COMMAND, cwd=ROOT, env=settings, capture_output=True, text=True, timeout=LONG_S, check=False)
    assert ended.returncode != 0
    assert f"Port {served.port} is in use" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_it_prints_what_to_try_and_ctrl_c_ends_it_cleanly(tmp_path: Path) -> None:
    with serving(DATA_DIR=str(tmp_path / "data")) as host:
        status, out, err = host.end(signal.SIGINT)
    assert status in {0, 130}
    assert "Traceback" not in out + err
    assert f"http://localhost:{host.port}/api" in out
    assert "AUTH_MODE=local" in out
    assert str(tmp_path / "data") in out
    tried = [shlex.split(line)[1:] for line in out.splitlines() if line.strip().startswith("curl ")]
    paths = [each[-1].partition("?")[0].partition("/api/")[2] for each in tried]
    assert paths[:3] == [CUSTOMERS, "instances", f"instances/{SAMPLE}/updates"]
    assert tried[3][:2] == ["-X", "POST"]
    assert re.fullmatch(f"{CUSTOMERS}/[0-9a-f]{{32}}/revert", paths[3])


def test_what_was_answered_204_survives_kill_9(tmp_path: Path) -> None:
    with serving(DATA_DIR=str(tmp_path / "data")) as host:
        ids = [row["CustomerId"] for row in host.get(CUSTOMERS, params={"$top": 20}).json()["value"]]
        for number, customer_id in enumerate(ids):
            address, body = f"{host.base}/{CUSTOMERS}/{customer_id}", {"City": f"Kept {number}"}
            assert httpx.patch(address, json=body, timeout=LONG_S).status_code == 204
        host.end(signal.SIGKILL)
    with serving(DATA_DIR=str(tmp_path / "data")) as again:
        for number, customer_id in enumerate(ids):
            assert again.get(f"{CUSTOMERS}/{customer_id}").json()["City"] == f"Kept {number}"
        status, _, err = again.end(signal.SIGTERM)
        assert "Traceback" not in err
        assert status in {0, 143, -signal.SIGTERM}


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"AUTH_MODE": "entra"}, ["AUTH_MODE"]),
        ({"STORE": "cosmos"}, ["COSMOS_ENDPOINT", "AUTH_MODE"]),
        ({"WEBSITE_SITE_NAME": "contoso"}, ["Azure"]),
        ({"STORE": "disk", "PORT": "high"}, ["STORE", "'disk'", "PORT", "'high'"]),
        (
            {"AUTH_MODE": "entra", "STORE": "cosmos", "COSMOS_KEY": "k3y", "WEBSITE_SITE_NAME": "contoso"},
            ["ENTRA_TENANT_ID", "ENTRA_AUDIENCE", "COSMOS_ENDPOINT", "COSMOS_KEY"],
        ),
    ],
)
def test_it_refuses_to_start_naming_every_fault(tmp_path: Path, settings: dict[str, str], named: list[str]) -> None:
    wanted = environment(**{"PORT": str(free_port()), "DATA_DIR": str(tmp_path / "data"), **settings})
    ended = subprocess.run(COMMAND, cwd=ROOT, env=wanted, capture_output=True, text=True, timeout=LONG_S, check=False)
    assert ended.returncode == 1
    assert [word for word in named if word not in ended.stderr] == []
    assert "Traceback" not in ended.stderr
    assert "k3y" not in ended.stderr
    assert not (tmp_path / "data").exists()


def started(folder: Path, **settings: str) -> tuple[int, str]:
    """Start a host that ends by itself; return the exit status and its stderr."""
    wanted = environment(**{"PORT": str(free_port()), "DATA_DIR": str(folder), **settings})
    ended = subprocess.run(COMMAND, cwd=ROOT, env=wanted, capture_output=True, text=True, timeout=LONG_S, check=False)
    return ended.returncode, ended.stderr


def test_a_second_process_on_one_data_dir_is_refused_and_the_first_continues(tmp_path: Path) -> None:
    with serving(DATA_DIR=str(tmp_path)) as host:
        status, reported = started(tmp_path)
        assert (status, "Another process uses" in reported, "Traceback" in reported) == (1, True, False)
        assert host.get("instances").status_code == 200
    with serving(DATA_DIR=str(tmp_path)) as again:  # the lock ends with its process
        assert again.get("instances").status_code == 200


@pytest.mark.parametrize("at", [0, 40])
def test_a_damaged_file_is_reported_with_what_to_do_and_left_as_it_is(tmp_path: Path, at: int) -> None:
    path = tmp_path / "profiles.sqlite"
    asyncio.run(EmbeddedStore(tmp_path).close())
    damaged = bytearray(path.read_bytes())
    damaged[at : at + 60] = b"\xff" * 60
    path.write_bytes(damaged)
    status, reported = started(tmp_path)
    assert (status, "Traceback" in reported) == (1, False)
    assert f"{path} is damaged" in reported
    assert "move it away" in reported
    assert path.read_bytes() == damaged


def test_an_absent_cosmos_db_is_reported_with_its_address(tmp_path: Path) -> None:
    endpoint = f"http://127.0.0.1:{free_port()}"
    status, reported = started(tmp_path, STORE="cosmos", COSMOS_ENDPOINT=endpoint, COSMOS_KEY="ZW11bGF0b3I=")
    assert (status, "Traceback" in reported) == (1, False)
    assert f"at {endpoint} takes no writes" in reported
    assert "COSMOS_" in reported
