"""The command line of the laptop: `serve` the function app, or `load` a folder."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
from pathlib import Path

from function_app import app, bootstrap
from function_app.errors import ServiceError
from function_app.local.host import Host
from function_app.local.load import load_folder
from function_app.local.sample import write_sample
from function_app.services.suite import Suite
from function_app.settings import InvalidSettingsError, Settings, read_settings

_AUTH_MODES = {
    "local": "AUTH_MODE=local: everyone on this machine is Administrator.",
    "entra": "AUTH_MODE=entra: callers need a Microsoft Entra token or an API key.",
}
SAMPLE = "11111111-1111-4111-8111-111111111111"
_SOMEBODY = "0098760b43d551eb84e36d0f81d17400"  # of the sample


def main(arguments: list[str]) -> int:
    """Run one command; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m function_app.local", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("serve", help="serve on http://localhost:PORT/api")
    load = commands.add_parser("load", help="load a folder with definition.json and Customer/*.csv")
    load.add_argument("folder", type=Path)
    load.add_argument("--instance", default=SAMPLE, help="the instance's id")
    wanted = parser.parse_args(arguments)
    os.environ.setdefault("AUTH_MODE", "local")
    try:
        settings = read_settings(os.environ)
        if wanted.command == "serve":
            serve(settings)
        else:
            asyncio.run(_load(settings, wanted.instance, wanted.folder))
    except (InvalidSettingsError, ServiceError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def serve(settings: Settings) -> None:
    """Serve until interrupted, with the sample instance if there is no instance yet."""
    import uvicorn  # noqa: PLC0415  # loading a folder needs no server

    services = bootstrap.get_runtime().services

    async def start() -> None:
        if not await services.instances.all():
            with tempfile.TemporaryDirectory() as folder:
                write_sample(Path(folder))
                await load_folder(services, SAMPLE, Path(folder))
        print(_greeting(settings), flush=True)

    host = Host(app, start, services.close)
    uvicorn.run(host, host="127.0.0.1", port=settings.PORT, log_level="warning", access_log=False)


async def _load(settings: Settings, instance_id: str, folder: Path) -> None:
    services = Suite(bootstrap.open_store(settings))
    try:
        loaded = await load_folder(services, instance_id, folder)
    finally:
        await services.close()
    for row, fault in loaded.rejected:
        print(f"row {row}: {fault.message}", file=sys.stderr)
    print(f"{loaded.rows} rows, {len(loaded.rejected)} faults, {loaded.joined} parked activities joined.")


def _greeting(settings: Settings) -> str:
    base = f"http://localhost:{settings.PORT}/api"
    customers = f"{base}/instances/{SAMPLE}/data/Customer"
    return (
        f"Real-time Customer Profiles at {base}\n"
        f"{_AUTH_MODES[settings.AUTH_MODE]}\n"
        f"Data in {settings.DATA_DIR}; Ctrl-C ends it. Try:\n"
        f"  curl '{customers}?$top=3&$select=CustomerId,FullName,City'\n"
        f"  curl '{base}/instances'\n"
        f"Customer card: {base}/instances/{SAMPLE}/card/{_SOMEBODY}\n"
        f"Usage page: {base}/instances/{SAMPLE}/usage/page"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
