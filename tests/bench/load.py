"""Load on a host: by wrk, or by a simple client if wrk is missing; always in another process."""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from random import Random
from time import perf_counter

from .measure import ROOT

CONNECTIONS = 32
SECONDS = 1
_BETWEEN = "\x1e"
_RATE = re.compile(r"^Requests/sec:\s*([\d.]+)", re.MULTILINE)
_FAILED = re.compile(r"Non-2xx or 3xx responses: .*|Socket errors: .*")
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_random = Random(7)  # noqa: S311  # where to start, no secret

_LUA = """
local requests, at = {}, 0
function init(args)
  for request in io.open(args[1], "rb"):read("*a"):gmatch("[^\\30]+") do requests[#requests + 1] = request end
  at = tonumber(args[2]) % #requests
end
function request()
  at = at % #requests + 1
  return requests[at]
end
"""


def raw_request(verb: str, path: str, port: int, body: str = "") -> str:
    headers = f"Content-Type: application/json\r\nContent-Length: {len(body.encode())}\r\n" if body else ""
    return f"{verb} {path} HTTP/1.1\r\nHost: localhost:{port}\r\n{headers}\r\n{body}"


def requests_file(folder: Path, name: str, requests: Sequence[str]) -> Path:
    """Write requests to a file for `rate`, which sends them in a loop."""
    path = folder / name
    path.write_bytes(_BETWEEN.join(requests).encode())
    return path


def latency(port: int, requests: Path) -> float:
    """Return the seconds from sending a single request to its response."""
    return 1 / rate(port, requests, connections=1)


def rate(port: int, requests: Path, connections: int = CONNECTIONS) -> float:
    """Return the responses per second; RuntimeError if a request failed."""
    start = str(_random.randrange(1_000_000))
    wrk = shutil.which("wrk")
    if wrk:
        script = requests.with_name("requests.lua")
        script.write_text(_LUA, encoding="utf-8")
        how = [wrk, "-t1", f"-c{connections}", f"-d{SECONDS}s", "-s", str(script), f"http://127.0.0.1:{port}", "--"]
    else:
        how = [sys.executable, "-m", "bench.load", str(port), str(connections)]
    said = subprocess.run([*how, str(requests), start], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    found = _RATE.search(said)
    failed = _FAILED.search(said)
    if failed or not found or float(found[1]) == 0:
        raise RuntimeError(said)
    return float(found[1])


async def _client(port: int, connections: int, requests: Sequence[bytes], start: int) -> str:
    numbers, until, failed = count(start), perf_counter() + SECONDS, 0

    async def connection() -> int:
        nonlocal failed
        answered = 0
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while perf_counter() < until:
            writer.write(requests[next(numbers) % len(requests)])
            head = await reader.readuntil(b"\r\n\r\n")
            length = _LENGTH.search(head)
            if length:
                await reader.readexactly(int(length[1]))
            answered += 1
            failed += head[9:10] != b"2"
        writer.close()
        return answered

    begun = perf_counter()
    answered = sum(await asyncio.gather(*(connection() for _ in range(connections))))
    problem = f"Non-2xx or 3xx responses: {failed}\n" if failed else ""
    return f"{problem}Requests/sec: {answered / (perf_counter() - begun):.2f}\n"


if __name__ == "__main__":
    _port, _connections, _path, _start = sys.argv[1:]
    _requests = Path(_path).read_bytes().split(_BETWEEN.encode())
    sys.stdout.write(asyncio.run(_client(int(_port), int(_connections), _requests, int(_start))))
