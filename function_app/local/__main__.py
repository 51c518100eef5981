"""The command line of the laptop: `serve` the function app, `define` an instance from files, or `load` a folder."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from errno import EACCES, EADDRINUSE
from pathlib import Path

from function_app import bootstrap
from function_app.api.dispatch import create_app
from function_app.errors import ServiceError
from function_app.local.client import HostRefusedError, NoAnswerError, NotThereError, ask
from function_app.local.host import Host, read_custom_headers
from function_app.local.load import Target, copy_snapshots, load_folder
from function_app.local.running import RunningHost, announced, find_host
from function_app.local.sample import write_sample
from function_app.local.server import Server, wait_for_signal
from function_app.operations.definition import InstanceDefinition
from function_app.services.services import Services, utc_now
from function_app.settings import InvalidSettingsError, Settings, read_settings
from function_app.telemetry import name_of

_AUTH_MODES = {
    "local": "AUTH_MODE=local: everyone on this machine is Administrator.",
    "entra": "AUTH_MODE=entra: callers need a Microsoft Entra token or an API key.",
}
HOST_JSON = Path(__file__).parents[2] / "host.json"
SAMPLE = "11111111-1111-4111-8111-111111111111"
_SOMEBODY = "0098760b43d551eb84e36d0f81d17400"  # of the sample


def main(arguments: list[str]) -> int:
    """Run one command; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m function_app.local", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("serve", help="serve on http://localhost:PORT/api")
    load = commands.add_parser("load", help="load a folder with definition.json and a folder for each entity")
    load.add_argument("folder", type=Path, nargs="?")
    load.add_argument("--instance", default=SAMPLE, help="the instance's id")
    load.add_argument("--replace", action="store_true", help="replace an instance of another name")
    define = commands.add_parser("define", help="propose a definition.json for a folder of CSV or Parquet files")
    define.add_argument("folder", type=Path, nargs="?")
    wanted = parser.parse_args(arguments)
    os.environ.setdefault("AUTH_MODE", "local")
    try:
        settings = read_settings(os.environ)
        if wanted.command == "load":
            folder = _existing(wanted.folder, wanted.command)
            base, snapshots = _find(settings)
            return load_folder(folder, Target(base, snapshots, wanted.instance, wanted.replace))
        if wanted.command == "define":
            return _define(_existing(wanted.folder, wanted.command), settings)
        serve(settings)
    except (InvalidSettingsError, HostRefusedError) as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{error.filename}: {error.strerror}." if error.filename else error, file=sys.stderr)
        return 1
    return 0


def _existing(folder: Path | None, command: str) -> Path:
    if folder is None:
        raise HostRefusedError(f"FOLDER is missing: make {command} FOLDER=/path/to/folder")
    folder = folder.expanduser()
    if not folder.exists():
        raise HostRefusedError(f"The folder {folder} does not exist.")
    if not folder.is_dir():
        raise HostRefusedError(f"{folder} is a file; FOLDER must be the folder that holds it.")
    return folder


def _define(folder: Path, settings: Settings) -> int:
    from function_app.local.define.command import NothingToDefineError, define_folder  # noqa: PLC0415  # pyarrow

    try:
        define_folder(folder, f"http://localhost:{settings.PORT}/api/definition.schema.json")
    except NothingToDefineError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def serve(settings: Settings, clock: Callable[[], datetime] = utc_now) -> None:
    """Serve until interrupted, with the sample instance if there is no instance yet."""
    import uvloop  # noqa: PLC0415  # loading a folder needs no server

    uvloop.run(_serve(settings, clock))


async def _serve(settings: Settings, clock: Callable[[], datetime]) -> None:
    runtime = bootstrap.make_runtime(settings, clock)
    services, app = runtime.services, create_app(bootstrap.OPERATIONS, lambda: runtime)
    bootstrap.tune_process()
    server = Server(Host(app, read_custom_headers(HOST_JSON)))
    chores = [asyncio.create_task(services.settle.run()), asyncio.create_task(services.webhooks.run())]
    try:
        if settings.STORE == "cosmos":
            await _reach_store(services, settings)
        if not await services.instances.all():
            await _load_sample(services, _snapshots(settings))
        await services.refresh.resume(datetime.now(UTC), timedelta())
        await _listen(server, settings.PORT)
        await services.webhooks.wake_all()
        place = settings.SNAPSHOTS or str((settings.DATA_DIR / "snapshots").absolute())
        with announced(settings.DATA_DIR, RunningHost(settings.PORT, os.getpid(), place)):
            print(_greeting(settings), flush=True)
            await wait_for_signal()
    finally:
        for chore in chores:
            chore.cancel()
        await server.close()
        await services.close()


async def _listen(server: Server, port: int) -> None:
    try:
        await server.start(port)
    except OSError as error:
        why = {EADDRINUSE: "is in use by another program", EACCES: "is not allowed for this user"}.get(error.errno or 0)
        if why is None:
            raise
        raise HostRefusedError(f"Port {port} {why}. Set PORT to another one: make run PORT=...") from None


async def _reach_store(services: Services, settings: Settings) -> None:
    try:
        await services.store.check()
    except ServiceError as error:
        raise HostRefusedError(
            f"The database {settings.COSMOS_DATABASE} at {settings.COSMOS_ENDPOINT} takes no writes "
            f"({name_of(error.__cause__ or error)}). Start it, or correct the settings that begin with COSMOS_."
        ) from None


async def _load_sample(services: Services, snapshots: Path) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_sample(folder)
        definition = InstanceDefinition.model_validate_json((folder / "definition.json").read_bytes())
        copy_snapshots(folder, snapshots, SAMPLE)
    now = datetime.now(UTC)
    await services.instances.define(SAMPLE, definition.as_sent(), now)
    job = await services.refresh.start(SAMPLE, "onDemand", now)
    while job.is_running:
        await asyncio.sleep(0.05)
        job = await services.refresh.get(SAMPLE, job.job_id)


def _find(settings: Settings) -> tuple[str, Path]:
    """Return the address of the host that serves with this DATA_DIR, and its folder of snapshots."""
    host, data_dir = find_host(settings.DATA_DIR), settings.DATA_DIR.absolute()
    port = settings.PORT if "PORT" in settings.model_fields_set or host is None else host.port
    base = f"http://localhost:{port}/api"
    try:
        ask("GET", f"{base}/health")
    except (NoAnswerError, NotThereError):
        raise HostRefusedError(f"No host serves {base}. Start one in another terminal: make run") from None
    if host is None or host.port != port:
        other = f", which is that of the host on port {host.port}" if host else ""
        raise HostRefusedError(
            f"The host at {base} was not started with DATA_DIR={data_dir}{other}, so it would not see the files.\n"
            "It printed its DATA_DIR when it started; load with the same: make load ... DATA_DIR=..."
        )
    return base, _local_folder(host.snapshots)


def _snapshots(settings: Settings) -> Path:
    return _local_folder(settings.SNAPSHOTS or str(settings.DATA_DIR / "snapshots"))


def _local_folder(place: str) -> Path:
    if "://" in place:
        raise InvalidSettingsError(["SNAPSHOTS: only a folder takes copies of files; give a folder"])
    return Path(place)


def _greeting(settings: Settings) -> str:
    base = f"http://localhost:{settings.PORT}/api"
    customers = f"{base}/instances/{SAMPLE}/data/Customer"
    return (
        f"Real-time Customer Profiles at {base}\n"
        f"{_AUTH_MODES[settings.AUTH_MODE]}\n"
        f"Data in {settings.DATA_DIR}; Ctrl-C ends it. Try:\n"
        f"  curl '{customers}?$top=3&$select=CustomerId,FullName,City'\n"
        f"  curl '{base}/instances'\n"
        f"  curl '{base}/instances/{SAMPLE}/updates'\n"
        f"  curl -X POST '{customers}/{_SOMEBODY}/revert'\n"
        f"Start page: http://localhost:{settings.PORT}/\n"
        f"Customer card: {base}/instances/{SAMPLE}/card/{_SOMEBODY}\n"
        f"Usage page: {base}/instances/{SAMPLE}/usage/page"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
