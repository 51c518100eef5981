"""`make load` as a user runs it: against a host in another process."""

from __future__ import annotations

import json
import os
import pty
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest
from support import ROOT, definition
from support.local_host import COMMAND, Served, environment, free_port, serving
from support.process import LONG_S

from function_app.local.running import find_host

SAMPLE = "11111111-1111-4111-8111-111111111111"
LOAD = [sys.executable, "-m", "function_app.local", "load"]
CUSTOMERS = "CustomerId,FullName,Points\nC1,Ada Berg,7\nC2,Ben Aas,\n"
Done = subprocess.CompletedProcess[str]


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("host") / "data"


@pytest.fixture(scope="module")
def host(data_dir: Path) -> Iterator[Served]:
    with serving(DATA_DIR=str(data_dir)) as served:
        yield served


def folder_of(folder: Path, customers: str = CUSTOMERS, name: str = "Contoso", **more: Any) -> Path:
    """Make a folder with a definition and a snapshot of Customer."""
    (folder / "Customer").mkdir(parents=True)
    (folder / "Customer" / "part.csv").write_text(customers)
    (folder / "definition.json").write_text(json.dumps({**definition(), "name": name, **more}))
    return folder


def load(folder: Path, *options: str, **settings: str) -> Done:
    """Load a folder, with these settings in the environment."""
    command = [*LOAD, str(folder), *options]
    wanted = environment(**settings)
    return subprocess.run(command, cwd=ROOT, env=wanted, capture_output=True, text=True, timeout=LONG_S, check=False)


def names(host: Served, instance: str) -> list[str]:
    page = host.get(f"instances/{instance}/data/Customer").json()
    return [row["FullName"] for row in page["value"]]


def test_a_folder_is_loaded_by_the_data_dir_alone(host: Served, data_dir: Path, tmp_path: Path) -> None:
    done = load(folder_of(tmp_path / "new"), "--instance", "new", DATA_DIR=str(data_dir))
    assert (done.returncode, names(host, "new")) == (0, ["Ada Berg", "Ben Aas"])
    (line,) = done.stdout.splitlines()
    assert "successful: 2 rows" in line
    assert "rows/s" in line
    assert "has no folder Shop_Purchases" in done.stderr


def test_another_instance_is_replaced_only_if_it_is_said(host: Served, data_dir: Path, tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "mine")
    refused = load(folder, DATA_DIR=str(data_dir))
    assert refused.returncode == 1
    assert "'Contoso Coffee'" in refused.stderr
    assert "INSTANCE=" in refused.stderr
    assert "REPLACE=1" in refused.stderr
    assert host.get(f"instances/{SAMPLE}").json()["name"] == "Contoso Coffee"
    assert len(names(host, SAMPLE)) == 100
    done = load(folder, "--replace", DATA_DIR=str(data_dir))
    assert (done.returncode, names(host, SAMPLE)) == (0, ["Ada Berg", "Ben Aas"])


def test_an_instance_of_the_same_name_is_loaded_again(host: Served, data_dir: Path, tmp_path: Path) -> None:
    for customers in (CUSTOMERS, CUSTOMERS + "C3,Eve Vik,\n"):
        folder = folder_of(tmp_path / str(len(customers)), customers)
        assert load(folder, "--instance", "again", DATA_DIR=str(data_dir)).returncode == 0
    assert len(names(host, "again")) == 3


def test_with_another_data_dir_nothing_is_changed_and_it_says_what_to_do(host: Served, tmp_path: Path) -> None:
    done = load(folder_of(tmp_path / "f"), "--instance", "other", PORT=str(host.port), DATA_DIR=str(tmp_path / "no"))
    assert done.returncode == 1
    assert f"was not started with DATA_DIR={tmp_path / 'no'}" in done.stderr
    assert host.get("instances/other").status_code == 404
    assert not (tmp_path / "no").exists()


def test_of_an_entity_without_a_folder_the_copy_of_an_earlier_load_is_not_read(
    host: Served, data_dir: Path, tmp_path: Path
) -> None:
    purchases = "PurchaseId,PurchasedOn,ContactId\nP1,2026-11-20T10:00:00Z,CRM-1\n"
    first = folder_of(tmp_path / "first", "Name\nAda\n")
    assert load(first, "--instance", "part", DATA_DIR=str(data_dir)).returncode == 1
    later = folder_of(tmp_path / "later")
    (later / "Customer").rename(later / "Shop_Purchases")
    (later / "Shop_Purchases" / "part.csv").write_text(purchases)
    done = load(later, "--instance", "part", DATA_DIR=str(data_dir))
    assert done.returncode == 0, done.stdout
    assert "has no folder Customer, so nothing of this entity is loaded" in done.stderr
    newest, *_ = host.get("instances/part/workflows/main/jobs").json()
    assert (newest["identifiers"], newest["progress"]["rows"]) == (["Shop_Purchases"], 1)


def test_a_folder_of_each_entity_is_a_refresh_of_all(host: Served, data_dir: Path, tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "f")
    (folder / "Shop_Purchases").mkdir()
    assert load(folder, "--instance", "all", DATA_DIR=str(data_dir)).returncode == 0
    (job,) = host.get("instances/all/workflows/main/jobs").json()
    assert job["identifiers"] == []


@pytest.mark.parametrize(
    "answer",
    [
        b"220 mail ready\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>",
        b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
        b"",
    ],
)
def test_another_program_at_the_port_is_no_host(tmp_path: Path, answer: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(LONG_S)
        thread = Thread(target=answer_once, args=(server, answer))
        thread.start()
        port = server.getsockname()[1]
        done = load(folder_of(tmp_path / "f"), PORT=str(port), DATA_DIR=str(tmp_path))
        thread.join()
    assert (done.returncode, done.stderr) == (
        1,
        f"No host serves http://localhost:{port}/api. Start one in another terminal: make run\n",
    )


def answer_once(server: socket.socket, answer: bytes) -> None:
    connection, _ = server.accept()
    with connection:
        connection.recv(65_536)
        connection.sendall(answer)


def test_a_port_in_use_is_named_with_the_setting(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        wanted = environment(PORT=port, DATA_DIR=str(tmp_path / "data"))
        done = subprocess.run(
            COMMAND, cwd=ROOT, env=wanted, capture_output=True, text=True, timeout=LONG_S, check=False
        )
    assert done.returncode == 1
    assert done.stderr == f"Port {port} is in use by another program. Set PORT to another one: make run PORT=...\n"


def test_without_a_host_it_says_how_to_start_one(tmp_path: Path) -> None:
    done = load(folder_of(tmp_path / "f"), PORT=str(free_port()), DATA_DIR=str(tmp_path))
    assert done.returncode == 1
    assert "make run" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("spoil", "word"),
    [
        (lambda folder: (folder / "definition.json").unlink(), "make define FOLDER="),
        (lambda folder: (folder / "definition.json").write_text('{"name": "Contoso",'), "line 1"),
        (lambda folder: (folder / "definition.json").write_text('{"name": "Contoso"}'), "/entities: "),
        (lambda folder: (folder / "Customer").rename(folder / "customers"), "named: Customer, Shop_Purchases"),
    ],
)
def test_a_folder_that_can_not_be_loaded_is_refused(
    host: Served, data_dir: Path, tmp_path: Path, spoil: Any, word: str
) -> None:
    folder = folder_of(tmp_path / "f")
    spoil(folder)
    done = load(folder, "--instance", "bad", DATA_DIR=str(data_dir))
    assert done.returncode == 1
    assert word in done.stderr
    assert "Traceback" not in done.stderr
    assert host.get("instances/bad").status_code == 404


@pytest.mark.usefixtures("host")
def test_every_fault_of_a_definition_is_shown_at_its_pointer(data_dir: Path, tmp_path: Path) -> None:
    wanted = definition()
    wanted["entities"][0].update(delimiter="||", encoding="klingon")
    folder = folder_of(tmp_path / "f", entities=wanted["entities"])
    said = load(folder, "--instance", "bad", DATA_DIR=str(data_dir)).stderr
    assert "/entities/0/delimiter: " in said
    assert "/entities/0/encoding: " in said


def test_rejected_rows_and_warnings_are_shown(host: Served, data_dir: Path, tmp_path: Path) -> None:
    customers = "CustomerId,FullName,Points,Shoe\nC1,Ada Berg,seven,41\nC2,Ben Aas,,\n"
    folder = folder_of(tmp_path / "f", customers)
    (folder / "notes.txt").write_text("x")
    (folder / "Other").mkdir()
    done = load(folder, "--instance", "odd", DATA_DIR=str(data_dir))
    assert done.returncode == 0
    assert "Rejected rows: 1. The first:" in done.stderr
    assert "2 rows, " in done.stdout
    assert "row 1, line 2, column Points: 'Points' must be a whole number" in done.stderr
    assert f"{host.base}/instances/odd/workflows/main/jobs/00000001/rejected" in done.stderr
    assert "'Shoe'" in done.stderr
    assert "notes.txt" in done.stderr
    assert "Other is not loaded" in done.stderr


@pytest.mark.usefixtures("host")
def test_a_refresh_that_fails_is_an_exit_status(data_dir: Path, tmp_path: Path) -> None:
    done = load(folder_of(tmp_path / "f", "Name\nAda\n"), "--instance", "failed", DATA_DIR=str(data_dir))
    assert done.returncode == 1
    assert "is failed" in done.stdout
    assert "has no column 'CustomerId'" in done.stdout


def obey_ctrl_c() -> None:
    """Undo that a shell lets the programs it starts in the background ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_on_a_terminal_there_is_a_bar_and_ctrl_c_says_that_the_refresh_continues(
    host: Served, data_dir: Path, tmp_path: Path
) -> None:
    rows = "".join(f"C{number},Name {number},{number}\n" for number in range(600_000))
    folder = folder_of(tmp_path / "f", "CustomerId,FullName,Points\n" + rows)
    near, far = pty.openpty()
    command = [*LOAD, str(folder), "--instance", "large"]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment(DATA_DIR=str(data_dir)),
        stderr=far,
        preexec_fn=obey_ctrl_c,  # noqa: PLW1509  # no thread holds a lock that it needs
    ) as process:
        seen = ""
        while "] " not in seen:
            seen += os.read(near, 1024).decode()
        process.send_signal(signal.SIGINT)
        assert process.wait(LONG_S) == 130
        seen += os.read(near, 4096).decode()
    assert " parts, " in seen
    assert "rows/s" in seen
    assert "The refresh continues in the host" in seen
    running = load(folder, "--instance", "large", DATA_DIR=str(data_dir))
    assert running.returncode == 1
    assert "is running. Wait for its end, or cancel it: curl -X DELETE" in running.stderr
    (job,) = host.get("instances/large/workflows/main/jobs").json()
    ended = httpx.delete(f"{host.base}/instances/large/workflows/main/jobs/{job['jobId']}", timeout=LONG_S)
    assert ended.json()["jobStatus"] == "aborted"


def test_the_file_of_a_host_is_there_only_while_it_serves(tmp_path: Path) -> None:
    with serving(DATA_DIR=str(tmp_path / "data")) as served:
        found = served.program.until(lambda: find_host(tmp_path / "data"))
        assert (found.port, found.snapshots) == (served.port, str(tmp_path / "data" / "snapshots"))
        served.end(signal.SIGINT)
        assert not (tmp_path / "data" / "host.json").exists()
    with serving(DATA_DIR=str(tmp_path / "data")) as served:
        served.program.until(lambda: find_host(tmp_path / "data"))
        served.end(signal.SIGKILL)
        assert find_host(tmp_path / "data") is None
