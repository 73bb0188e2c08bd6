from __future__ import annotations

import os
import pty
import subprocess

import pytest
from tests.grade.fetching.servers import Server, answer


@pytest.fixture
def terminal():
    """Return both ends of a terminal: the user's, and the command's."""
    ends = pty.openpty()
    yield ends
    os.close(ends[0])


def read_all(end):
    """Read what a terminal shows until nobody holds its other end."""
    shown = b""
    while True:
        try:
            part = os.read(end, 65_536)
        except OSError:  # as Linux says that it is closed
            return shown
        if not part:
            return shown
        shown += part


def test_a_pipe_gets_no_bar(command):
    with Server(lambda request: answer()) as server, command(server.url, "localhost:1") as run:
        out, errors = run.communicate(timeout=60)
    assert b"\x1b" not in out + errors
    assert errors == b"grade: localhost:1: https: connection refused.\n"


def test_a_terminal_gets_a_bar_and_the_lines_of_what_failed(command, terminal):
    mine, its = terminal
    with Server(lambda request: answer()) as server:
        names = [server.url, "localhost:1", "[red]x"]
        with command(*names, "--format=jsonl", stderr=its) as run:
            os.close(its)
            out, shown = run.stdout.read(), read_all(mine)
    assert out.count(b"\n") == 3
    assert b"Grading" in shown
    assert b"3/3" in shown
    assert b"grade: localhost:1: https: connection refused." in shown
    assert b"(got '[red]x')" in shown


def test_cards_and_a_bar_do_not_share_a_terminal(command, terminal):
    mine, its = terminal
    with (
        Server(lambda request: answer()) as server,
        command(server.url, stdout=its, stderr=its) as run,
    ):
        os.close(its)
        shown = read_all(mine)
    assert run.returncode == 0
    assert b"Grading" not in shown
    assert b"Graded: 1 of 1." in shown


def test_without_rich_there_is_no_bar(command, terminal, tmp_path):
    mine, its = terminal
    (tmp_path / "rich.py").write_text("raise ImportError('rich')")
    with Server(lambda request: answer()) as server:
        environment = {"PYTHONPATH": str(tmp_path)}
        with command(server.url, stderr=its, stdout=subprocess.PIPE, more=environment) as run:
            os.close(its)
            out, shown = run.stdout.read(), read_all(mine)
    assert (run.returncode, shown) == (0, b"")
    assert b"Graded: 1 of 1." in out


def test_without_httpx_the_extra_is_named(command, tmp_path):
    (tmp_path / "httpx.py").write_text("raise ModuleNotFoundError(name='httpx')")
    with command("localhost:1", more={"PYTHONPATH": str(tmp_path)}) as run:
        out, errors = run.communicate()
    assert (run.returncode, out) == (2, b"")
    assert errors == b'grade: asking a site needs httpx: pip install "django-bulwark[grade]".\n'


def test_without_httpx_files_are_graded(command, tmp_path):
    (tmp_path / "httpx.py").write_text("raise ModuleNotFoundError(name='httpx')")
    site = tmp_path / "site.json"
    site.write_text('{"host": "a.test", "https": true, "response": {"status": 200, "headers": []}}')
    with command("--recorded", site, more={"PYTHONPATH": str(tmp_path)}) as run:
        out, errors = run.communicate()
    assert (run.returncode, errors) == (0, b"")
    assert b"Graded: 1 of 1." in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "name what to grade: either targets, or --recorded FILE, or --har FILE"),
        (["a", "--har=x"], "name what to grade: either targets, or --recorded FILE, or --har"),
        (["--har=x", "--resume=y"], "--resume goes with targets"),
        (["a", "--timeout=0"], "must be a number of seconds, up to 600 (got '0')"),
        (["a", "--timeout=nan"], "must be a number of seconds, up to 600 (got 'nan')"),
        (["a", "--rate=-1"], "must be a number above 0 (got '-1')"),
        (["a", "--concurrency=2000"], "must be a number from 1 to 1000 (got '2000')"),
        (["a", "--concurrency=1.5"], "must be a number from 1 to 1000 (got '1.5')"),
        (["a", "--http-port=65536"], "must be a port, from 1 to 65535 (got '65536')"),
        (["a", "--user-agent=a\nb"], "must be printable ASCII, up to 512 characters"),
    ],
    ids=str,
)
def test_arguments_that_make_no_sense_are_refused(command, arguments, message):
    with command(*arguments) as run:
        out, errors = run.communicate()
    assert (run.returncode, out) == (2, b"")
    assert message in errors.decode()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["a", "--ca={}/absent"], "--ca {}/absent: No such file or directory."),
        (["a", "--ca={}/empty"], "--ca {}/empty: no certificate in it."),
        (["--targets={}/absent"], "{}/absent: No such file or directory."),
        (["--targets={}/empty"], "there must be at least one target (got none)."),
        (["a", "--resume={}/no/x"], "{}/no/x: No such file or directory."),
        (["a", "--resume={}"], "{}: Is a directory."),
    ],
    ids=str,
)
def test_a_file_that_cannot_be_used_is_named(command, tmp_path, arguments, message):
    (tmp_path / "empty").write_bytes(b"")
    arguments = [argument.format(tmp_path) for argument in arguments]
    with command(*arguments, trusting=not any("--ca" in one for one in arguments)) as run:
        errors = run.communicate()[1]
    assert (run.returncode, errors.decode()) == (2, f"grade: {message.format(tmp_path)}\n")
