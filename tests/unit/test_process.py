from __future__ import annotations

import os
import signal
import sys
from select import select

import pytest
from support.process import LONG_S, Program, ProgramError, running

FOREVER = "import signal; print('ready', flush=True); signal.pause()"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {FOREVER}"
PARENT = f"""import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", {FOREVER!r}])
print("child", child.pid)
{FOREVER}"""


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def has_ended(program: Program) -> bool:
    return program.process.returncode is not None


def test_a_program_that_ends_before_it_is_ready_is_reported_with_its_output() -> None:
    code = "import sys; print('half way'); print('no port', file=sys.stderr)"
    with pytest.raises(ProgramError, match=r"(?s)ended.*half way.*no port"), running(python(code)) as program:
        program.hear("ready")
    with pytest.raises(ProgramError, match=r"(?s)ended.*half way.*no port"), running(python(code)) as program:
        program.until(lambda: None)


def test_a_program_that_is_not_ready_in_time_is_reported_and_ended() -> None:
    with pytest.raises(ProgramError, match="within"), running(python(FOREVER)) as program:
        program.hear("more", within=0)
    assert has_ended(program)
    with pytest.raises(ProgramError, match="within"), running(python(FOREVER)) as program:
        program.until(lambda: None, within=0)
    assert has_ended(program)


def test_a_program_ends_with_its_block_even_if_that_fails() -> None:
    def fail(program: Program) -> None:
        program.hear("ready")
        seen.append(program)
        raise KeyError

    seen = list[Program]()
    with pytest.raises(KeyError), running(python(FOREVER)) as program:
        fail(program)
    assert seen[0].process.returncode == -signal.SIGTERM


def test_a_program_that_ignores_the_signal_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("support.process._END_S", 0.1)
    with running(python(STUBBORN)) as program:
        program.hear("ready")
    assert program.process.returncode == -signal.SIGKILL


def test_child_processes_end_with_the_program() -> None:
    with running(python(PARENT)) as program:
        child = os.pidfd_open(int(program.hear("child").split()[1]))
    ended, _, _ = select([child], [], [], LONG_S)
    os.close(child)
    assert ended == [child]


def test_processor_time_counts_only_the_work_of_the_program() -> None:
    code = "from time import process_time\nwhile process_time() < 0.2: pass\n" + FOREVER
    with running(python(code)) as program:
        program.hear("ready")
        assert 0.15 < program.cpu_seconds() < 2


def test_an_exception_after_the_program_has_ended_contains_its_stderr() -> None:
    def fail(program: Program) -> None:
        program.process.wait(LONG_S)
        raise KeyError

    code = "import sys; sys.exit('out of memory')"
    with pytest.raises(KeyError) as raised, running(python(code)) as program:
        fail(program)
    assert "ended with 1:\nout of memory" in raised.value.__notes__[0]
