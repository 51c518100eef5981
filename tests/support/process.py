"""Programs in separate processes: tests wait for what they do, and they always end."""

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
    """Return a deadline for this machine; choose a long one, as a machine with other work is slow too."""
    return seconds * SLOWNESS


LONG_S = scaled(60)  # what takes longer hangs
_END_S, _POLL_S = scaled(30), 0.02


class ProgramError(AssertionError):
    """A program ended or was not ready in time; the message contains its output."""


class Program:
    """A running program; a thread reads its output, so that the program never blocks on it."""

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
                self._unread.put("")  # for the next call
                raise self._ended(f"ended and did not print {text!r}")
            if text in line:
                return line

    def tell(self, line: str) -> None:
        """Write a line to its stdin."""
        assert self.process.stdin
        print(line, file=self.process.stdin, flush=True)

    def until(self, done: Callable[[], T | None], within: float = LONG_S) -> T:
        """Call `done` until it returns something other than None; return that."""
        end = time.monotonic() + within
        while (found := done()) is None:
            if self.process.poll() is not None:
                raise self._ended("ended")
            if time.monotonic() > end:
                raise self._failure(f"was not ready within {within:.0f} s")
            time.sleep(_POLL_S)
        return found

    def said(self) -> str:
        """Return its stderr so far."""
        self._errors.seek(0)
        return self._errors.read()

    def printed(self) -> str:
        """Return its stdout so far."""
        return "".join(self._lines)

    def cpu_seconds(self) -> float:
        """Return the processor time it has used, which does not depend on other programs."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def queued_seconds(self) -> float:
        """Return how long its main thread has waited for a processor that other programs used."""
        return int(Path(f"/proc/{self.process.pid}/schedstat").read_text(encoding="ascii").split()[1]) / 1e9

    def end(self, number: int = signal.SIGTERM) -> int:
        """Send a signal, and SIGKILL if it does not end; return its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(number)
            try:
                self.process.wait(_END_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)  # its child processes
        status = self.process.wait()
        self._reader.join()
        return status

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self._lines.append(line)
            self._unread.put(line)
        self._unread.put("")

    def _ended(self, what: str) -> ProgramError:
        self.end()  # its last lines may still be on their way
        return self._failure(what)

    def _failure(self, what: str) -> ProgramError:
        return ProgramError(f"{self.process.args!r} {what}:\n{self.printed()}{self.said()}")


@contextmanager
def running(
    command: Sequence[str | Path], *, cwd: Path | None = None, environment: Mapping[str, str] | None = None
) -> Iterator[Program]:
    """Start a program; terminate it at the end of the block, even after an exception, and kill it if it does not end.

    Start the block with `hear` or `until`, which wait until it is ready.
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
            process_group=0,  # so that `end` reaches its child processes
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
