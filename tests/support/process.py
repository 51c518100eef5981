"""Programs in processes of their own: waited for by what they do, and ended whatever happens."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from tempfile import TemporaryFile
from threading import Thread
from typing import IO, TypeVar

T = TypeVar("T")
SLOWNESS = float(os.environ.get("TEST_SLOWNESS", "1"))  # how many times slower than usual this machine is


def scaled(seconds: float) -> float:
    """Return a deadline as this machine needs it; choose it far away, for a machine with other work is slow too."""
    return seconds * SLOWNESS


LONG_S = scaled(60)  # what takes longer than this does not come
_END_S, _POLL_S = scaled(30), 0.02


class ProgramError(AssertionError):
    """A program ended, or did not do in time what it was waited for; the message is all it wrote."""


class Program:
    """A program that runs; what it prints is read all the time, so that it never waits for its reader."""

    def __init__(self, process: subprocess.Popen[str], errors: IO[str]) -> None:
        self.process, self._errors = process, errors
        self._lines, self._unread = list[str](), SimpleQueue[str]()
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    def hear(self, text: str = "", within: float = LONG_S) -> str:
        """Return the next line that it prints with this text in it."""
        until = time.monotonic() + within
        while True:
            try:
                line = self._unread.get(timeout=max(0.0, until - time.monotonic()))
            except Empty:
                raise self._failure(f"did not print {text!r} within {within:.0f} s") from None
            if not line:
                self._unread.put("")  # for the next one who listens
                raise self._failure(f"ended and did not print {text!r}")
            if text in line:
                return line

    def tell(self, line: str) -> None:
        """Write a line to its stdin."""
        assert self.process.stdin
        print(line, file=self.process.stdin, flush=True)

    def until(self, done: Callable[[], T | None], within: float = LONG_S) -> T:
        """Return what `done` returns once that is not None, asked again and again while the program runs."""
        end = time.monotonic() + within
        while (found := done()) is None:
            if self.process.poll() is not None:
                raise self._failure("ended")
            if time.monotonic() > end:
                raise self._failure(f"was not ready within {within:.0f} s")
            time.sleep(_POLL_S)
        return found

    def said(self) -> str:
        """Return what it has written to stderr."""
        self._errors.seek(0)
        return self._errors.read()

    def printed(self) -> str:
        """Return what it has written to stdout."""
        return "".join(self._lines)

    def cpu_seconds(self) -> float:
        """Return the processor time it has used: what other programs do does not count."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def queued_seconds(self) -> float:
        """Return for how long its first thread could have run, had other programs left it a processor."""
        return int(Path(f"/proc/{self.process.pid}/schedstat").read_text(encoding="ascii").split()[1]) / 1e9

    def end(self, number: int = signal.SIGTERM) -> int:
        """Send a signal, kill it if it goes on all the same; return its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(number)
            try:
                self.process.wait(_END_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)  # what it has started itself
        status = self.process.wait()
        self._reader.join()
        return status

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self._lines.append(line)
            self._unread.put(line)
        self._unread.put("")

    def _failure(self, what: str) -> ProgramError:
        return ProgramError(f"{self.process.args!r} {what}:\n{self.printed()}{self.said()}")


@contextmanager
def running(
    command: Sequence[str | Path], *, cwd: Path | None = None, environment: Mapping[str, str] | None = None
) -> Iterator[Program]:
    """Start a program; at the end of the block, however it ends, it is terminated, and killed if that is not enough.

    Wait for it first thing in the block, with `hear` or `until`.
    """
    with TemporaryFile("a+") as errors:
        process = subprocess.Popen(
            list(command),
            cwd=cwd,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            process_group=0,  # of its own: `end` ends all of it
        )
        program = Program(process, errors)
        try:
            yield program
        except Exception as error:
            if process.poll() is not None and not isinstance(error, ProgramError):
                error.add_note(f"{command!r} had ended with {process.returncode}:\n{program.said()}")
            raise
        finally:
            program.end()
            for stream in (process.stdin, process.stdout):
                assert stream
                with suppress(BrokenPipeError):
                    stream.close()
