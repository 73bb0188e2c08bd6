from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios

import pytest
from tests.grade.exchanges import BEST
from tests.grade.rendering.cards import EVIL, card, hostile, recorded, refused, written
from tests.meta.tree import ROOT

from security.grade.render import text
from security.grade.render.terminal import write

COMMAND = "import sys; from security.cli import main; sys.exit(main(sys.argv[1:]))"
WITHOUT_RICH = f"import sys; sys.modules['rich'] = None; {COMMAND}"
SEQUENCE = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture
def shown(tmp_path):
    """Return a function that runs the command on a real terminal and says what it got."""

    def run(one, *, columns=80, code=COMMAND, **variables):
        path = tmp_path / "site.json"
        path.write_text(json.dumps(one))
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
        environment = {
            name: value for name, value in os.environ.items() if name not in {"COLUMNS", "NO_COLOR"}
        }
        environment |= {"TERM": "xterm-256color", "PYTHONPATH": str(ROOT / "src")} | variables
        command = [sys.executable, "-c", code, "grade", "--recorded", str(path)]
        data = b""
        with subprocess.Popen(
            command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment
        ) as process:
            os.close(theirs)
            while True:
                try:
                    part = os.read(ours, 65_536)
                except OSError:  # the other end is closed
                    break
                if not part:
                    break
                data += part
        os.close(ours)
        return process.returncode, data.decode().replace("\r\n", "\n")

    return run


@pytest.mark.parametrize("columns", [40, 60, 80, 200])
def test_nothing_hangs_over_the_edge_and_no_word_is_lost(shown, columns):
    code, out = shown(recorded(80), columns=columns)
    plain = SEQUENCE.sub("", out)
    assert code == 0
    assert max(map(len, plain.splitlines())) <= min(columns, 110)
    words = "".join(plain.split())
    one = card(80, "")
    for verdict in one.observatory.verdicts:
        assert verdict.test in words
        assert verdict.result in words
    for finding in one.findings:
        assert "".join((finding.message + finding.hint).split()) in words


def test_a_terminal_gets_a_table_in_colour(shown):
    out = shown(recorded(80))[1]
    assert "\u2500" * 40 in out
    assert re.search(r"\x1b\[31m +-20 *\x1b\[0m", out)
    assert "MDN HTTP Observatory, algorithm 6" in SEQUENCE.sub("", out)


def test_who_wants_no_colour_gets_none(shown):
    out = shown(recorded(80), NO_COLOR="1")[1]
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]", out)


def test_without_rich_the_text_is_as_plain_as_ever(shown):
    code, out = shown(recorded(80), code=WITHOUT_RICH)
    assert (code, "\u2500" in out) == (0, False)
    assert "\x1b[31m -20\x1b[0m" in out


def test_a_dumb_terminal_gets_no_table(shown):
    assert "\u2500" not in shown(recorded(80), TERM="dumb")[1]


def test_no_text_of_a_site_reaches_the_terminal_as_a_command(shown):
    lines = [[name, value] for name, value in (BEST | {"Referrer-Policy": EVIL}).items()]
    evil = recorded(80) | {"target": EVIL, "response": {"status": 200, "headers": lines}}
    out = shown(evil)[1]
    assert set(re.findall(r"\x1b.", out)) == {"\x1b["}
    assert not {"\x07", "\x00"} & set(out)
    assert SEQUENCE.sub("", out).count("\x1b") == 0


def test_markup_of_rich_is_text():
    one = hostile("[bold red]x[/] :smile: [link=https://evil.test]y[/link]")
    out = SEQUENCE.sub("", written(write, [one]))
    assert out.startswith("[bold red]x[/] :smile: [link=https://evil.test]y[/link]")


def test_what_is_not_graded_says_why():
    out = SEQUENCE.sub("", written(write, [refused()]))
    assert out.startswith("gone.test  not graded\nThe site does not answer.\n")


def test_a_pipe_gets_plain_text():
    one = card()
    assert written(text.write, [one]) == text.render(one, width=100, colour=False)
