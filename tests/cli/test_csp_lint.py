from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

import security
from security import cli
from security.policy.csp.lint import MAX_POLICY, Severity

GOOD = (
    "default-src 'none'; script-src 'nonce-bm9uY2Vub25jZQ' 'strict-dynamic'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
SAMPLE = json.loads(
    (Path(__file__).parents[1] / "data" / "csp_evaluator-sample.json").read_text(encoding="utf-8")
)
LINES = [case["csp"] for case in SAMPLE["cases"] if case["csp"].isprintable()]
SOURCE = str(Path(security.__file__).parents[1])


def bulwark(*arguments, stdout=subprocess.PIPE, variables=(), **options):
    """Run the command as a user does."""
    environment = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    return subprocess.run(
        [sys.executable, "-m", "security", *arguments],
        stdout=stdout,
        stderr=subprocess.PIPE,
        env={**environment, "PYTHONPATH": SOURCE, **dict(variables)},
        check=False,
        **options,
    )


def lint(*arguments, text=None):
    data = {"stdin": subprocess.DEVNULL} if text is None else {"input": text}
    return bulwark("csp", "lint", *arguments, **data)


def answers(done):
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def terminal():
    """Return both ends of a terminal: the user's, and the command's."""
    ends = pty.openpty()
    yield ends
    for end in ends:
        os.close(end)


def test_the_program_says_its_version():
    done = bulwark("--version")
    assert done.stdout.split() == [b"django-bulwark", security.__version__.encode()]


def test_each_line_gets_one_json_object_on_one_line():
    done = lint("-", "--format", "json", text="\n".join(LINES).encode())
    assert done.stderr == b""
    assert [answer["policy"] for answer in answers(done)] == LINES
    for answer in answers(done):
        assert answer.keys() == {"policy", "findings"}
        for finding in answer["findings"]:
            assert list(finding) == ["type", "severity", "directive", "value", "message"]


def test_the_findings_of_each_line_are_those_of_csp_evaluator():
    names = ("type", "severity", "directive", "value")
    cases = {case["csp"]: case["findings"] for case in SAMPLE["cases"] if not case["error"]}
    done = lint("--format=json", text="\n".join(LINES).encode())
    for answer in answers(done):
        if answer["policy"] in cases:
            wanted = {tuple(map(one.get, names)) for one in cases[answer["policy"]]}
            ours = {tuple(map(one.get, names)) for one in answer["findings"]}
            assert {one for one in ours if not one[0].startswith("BULWARK_")} == wanted


def test_a_policy_on_the_command_line_is_judged():
    (answer,) = answers(lint("script-src *; object-src 'none'", "--format", "json"))
    assert answer["policy"] == "script-src *; object-src 'none'"
    assert answer["findings"][0] == {
        "type": "PLAIN_WILDCARD",
        "severity": "HIGH",
        "directive": "script-src",
        "value": "*",
        "message": "Any server in the world may serve what script-src loads. "
        "Name the hosts that you need, or use a nonce.",
    }


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["script-src *"], 1),
        ([GOOD], 0),
        ([GOOD, "--fail-on", "info"], 0),
        ([GOOD, "--fail-on", "INFO", "--strict"], 1),
        ([GOOD, "--reporting", "--fail-on", "INFO"], 1),
        (["script-src *", "--fail-on", "never"], 0),
        ([f"{GOOD}; report-to main", "--fail-on", "INFO"], 1),
        ([f"{GOOD}; report-to main", "--fail-on", "INFO", "--endpoint", "main"], 0),
        ([f"{GOOD}; report-to main", "--endpoint", "other"], 1),
        (["script-src 'nonce-abcdefgh' 'unsafe-inline'; object-src 'none'; base-uri 'none'"], 0),
        (
            [
                "script-src 'nonce-abcdefgh' 'unsafe-inline'; object-src 'none'; base-uri 'none'",
                "--level=1",
            ],
            1,
        ),
    ],
    ids=str,
)
def test_the_exit_code_says_whether_something_that_bad_was_found(arguments, code):
    assert lint(*arguments).returncode == code


def test_one_bad_line_among_good_ones_fails():
    assert lint(text=f"{GOOD}\nscript-src *\n{GOOD}\n".encode()).returncode == 1
    assert lint(text=f"{GOOD}\n{GOOD}\n".encode()).returncode == 0


def test_no_policy_at_all_is_not_a_clean_one():
    done = lint("-", text=b"")
    assert (done.returncode, done.stdout) == (2, b"")
    message = b"bulwark: standard input must hold at least one line (got none).\n"
    assert done.stderr == message


def test_a_closed_standard_input_cannot_be_read():
    done = bulwark("csp", "lint", "-", preexec_fn=lambda: os.close(0))
    assert (done.returncode, done.stderr) == (2, b"bulwark: standard input must be open.\n")


def test_a_standard_input_that_fails_cannot_be_read():
    ours, theirs = os.pipe()
    done = bulwark("csp", "lint", "-", stdin=theirs)  # the end that only writes
    os.close(ours)
    os.close(theirs)
    assert done.returncode == 2
    assert done.stderr == b"bulwark: standard input cannot be read: Bad file descriptor.\n"


def test_a_line_beyond_the_limit_ends_the_run_after_the_lines_before_it():
    done = lint("--format=json", text=f"{GOOD}\n{'x' * 5 * MAX_POLICY}\n{GOOD}".encode())
    assert done.returncode == 2
    assert [answer["policy"] for answer in answers(done)] == [GOOD]
    assert done.stderr == b"bulwark: line 2 must be at most 1,048,578 bytes long.\n"


def test_a_line_may_end_as_on_windows_and_hold_any_byte():
    done = lint("--format=json", text=b"img-src \xff\xc3\xa4\r\n\n")
    assert [answer["policy"] for answer in answers(done)] == ["img-src \udcff\u00e4", ""]


def test_the_text_is_readable_by_a_stranger():
    done = lint("script-src 'unsafe-inline'; object-src 'none'; img-src `self`")
    assert done.stdout.decode("ascii") == (
        """\
script-src 'unsafe-inline'; object-src 'none'; img-src `self`

HIGH  an attacker gets round the policy
  script-src 'unsafe-inline'  SCRIPT_UNSAFE_INLINE
      Every inline script and event handler runs, an injected one too. Give your own scripts a nonce
      or a hash, and take this out.

SYNTAX  a browser does not read it as it was meant
  img-src `self`              BULWARK_INVALID_SOURCE
      Browsers ignore it: it must be one source: a keyword, a nonce, a hash, a scheme such as
      'https:', or a host (got '`self`').

MEDIUM_MAYBE  perhaps a weakness: look at it
  form-action                 BULWARK_FORM_ACTION_MISSING
      default-src does not cover forms: an injected one may send what visitors type to any site. Add
      "form-action 'self'".

INFO  good to know
  frame-ancestors             BULWARK_FRAME_ANCESTORS_MISSING
      default-src does not cover framing, so any site may frame the page unless X-Frame-Options
      forbids it. Add "frame-ancestors 'none'", or 'self'.

Found: 1 HIGH, 1 SYNTAX, 1 MEDIUM_MAYBE, 1 INFO.

"""
    )


def test_a_clean_policy_says_so():
    text = f"{GOOD[:97]}...\n\nFound: nothing.\n\n"
    assert lint(GOOD).stdout.decode("ascii") == text


def test_no_policy_can_command_the_terminal():
    done = lint("img-src \x1b[2J\x07 \u202e \u00e4" + "x" * 999)
    assert all(line.isascii() and line.isprintable() for line in done.stdout.decode().splitlines())
    assert rb"\x1b[2J\x07" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 100


@pytest.mark.parametrize(
    ("variables", "heading"),
    [
        ({}, "\x1b[1;31mHIGH\x1b[0m  an attacker gets round the policy"),
        ({"NO_COLOR": ""}, "\x1b[1;31mHIGH\x1b[0m  an attacker gets round the policy"),
        ({"NO_COLOR": "1"}, "HIGH  an attacker gets round the policy"),
    ],
    ids=str,
)
def test_a_terminal_gets_colours_unless_it_asks_for_none(terminal, variables, heading):
    user, command = terminal
    variables = {**variables, "COLUMNS": "80"}
    done = bulwark("csp", "lint", "script-src *", stdout=command, variables=variables)
    lines = os.read(user, 65_536).decode("ascii").split("\r\n")
    assert (done.returncode, heading in lines) == (1, True)
    assert max(len(line) for line in lines if "\x1b" not in line) <= 80


def test_a_user_who_types_is_told_what_to_type(terminal):
    user, command = terminal
    os.write(user, b"img-src *\n\x04")
    done = bulwark("csp", "lint", "--format=json", stdin=command)
    assert [answer["policy"] for answer in answers(done)] == ["img-src *"]
    assert done.stderr == b"Type one policy a line; Ctrl-D ends.\n"


def test_a_reader_that_leaves_early_gets_no_traceback():
    ours, theirs = os.pipe()
    os.close(ours)
    done = bulwark("csp", "lint", GOOD, stdout=theirs)
    os.close(theirs)
    assert (done.returncode, done.stderr) == (2, b"")


def test_an_interrupted_run_gets_no_traceback(monkeypatch):
    def interrupt(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "lint", interrupt)
    assert cli.main(["csp", "lint", GOOD]) == 130


@pytest.mark.parametrize(
    "arguments", [[], ["csp"], ["csp", "lint", "x", "--level", "4"], ["csp", "lint", "x", "y"]]
)
def test_a_command_that_makes_no_sense_explains_itself(arguments):
    done = bulwark(*arguments)
    assert done.returncode == 2
    assert done.stderr.startswith(b"usage: bulwark")


def test_every_severity_has_a_meaning():
    assert cli.MEANINGS.keys() == set(Severity)


def test_the_command_needs_no_django():
    program = "import security.cli, sys; sys.exit(bool({'django', 'asgiref'} & sys.modules.keys()))"
    environment = {**os.environ, "PYTHONPATH": SOURCE}
    done = subprocess.run([sys.executable, "-c", program], env=environment, check=False)
    assert done.returncode == 0
