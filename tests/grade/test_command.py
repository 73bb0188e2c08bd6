from __future__ import annotations

import io
import json
import sys

import pytest
from tests.grade.exchanges import BEST, CASES, SAMPLE

from security import cli
from security.grade import recorded
from security.grade.card import as_json, grade
from security.grade.exchange import from_recorded
from security.grade.render.text import render

GOOD = next(case["input"] for case in CASES if case["verdict"]["score"] == 150)
WEAK = next(case["input"] for case in CASES if case["verdict"]["score"] == 80)
BROKEN = next(case["input"] for case in CASES if case["verdict"]["error"])


class Pipe:
    """As much of standard input as the command reads."""

    def __init__(self, data):
        self.buffer = io.BytesIO(data)


@pytest.fixture
def graded(tmp_path, monkeypatch, capsys):
    """Return a function that runs the command on lines, and says code, output and errors."""

    def run(lines, *arguments, stdin=False):
        data = lines if isinstance(lines, bytes) else "\n".join(map(json.dumps, lines)).encode()
        path = tmp_path / "recorded.jsonl"
        path.write_bytes(data)
        if stdin:
            monkeypatch.setattr(sys, "stdin", Pipe(data))
        code = cli.main(["grade", "--recorded", "-" if stdin else str(path), *arguments])
        return code, *capsys.readouterr()

    return run


@pytest.mark.parametrize("stdin", [False, True])
def test_json_is_one_array_in_the_order_of_the_inputs(graded, stdin):
    code, out, errors = graded([GOOD, WEAK], "--format=json", stdin=stdin)
    assert (code, errors) == (0, "")
    assert json.loads(out) == [as_json(grade(from_recorded(one))) for one in (GOOD, WEAK)]


def test_jsonl_is_one_object_a_line(graded):
    _, out, _ = graded([GOOD, WEAK], "--format=jsonl")
    scores = [json.loads(line)["observatory"]["score"] for line in out.splitlines()]
    assert scores == [150, 80]


def test_the_object_has_the_documented_keys(graded):
    _, out, _ = graded([WEAK | {"target": "https://shop.test/a"}], "--format=jsonl")
    card = json.loads(out)
    assert card.keys() == {"target", "observatory", "securityheaders", "findings"}
    assert card["target"] == "https://shop.test/a"
    assert card["observatory"].keys() == {"algorithm_version", "score", "grade", "tests"}
    for test in card["observatory"]["tests"].values():
        assert test.keys() == {"result", "score_modifier", "pass"}
    assert card["securityheaders"].keys() == {"grade", "missing", "warnings"}
    for finding in card["findings"]:
        assert list(finding) == [
            "id", "severity", "header", "subject", "message", "hint", "docs",
        ]  # fmt: skip


def test_the_sample_s_own_file_is_read(capsys):
    code = cli.main(["grade", "--recorded", str(SAMPLE), "--format=json"])
    cards = json.loads(capsys.readouterr().out)
    assert code == 2  # two of the cases are not graded
    assert [card["observatory"]["score"] for card in cards] == [
        case["verdict"]["score"] for case in CASES
    ]


@pytest.mark.parametrize(
    "data",
    [
        [GOOD, WEAK],
        {"cases": [{"input": GOOD}, {"input": WEAK}]},
    ],
    ids=["list", "cases"],
)
@pytest.mark.parametrize("indent", [None, 2])
def test_a_document_is_read(graded, data, indent):
    code, out, _ = graded(json.dumps(data, indent=indent).encode(), "--format=json")
    assert (code, len(json.loads(out))) == (0, 2)


def test_one_object_over_several_lines_is_read(graded):
    assert graded(b"\xef\xbb\xbf" + json.dumps(GOOD, indent=1).encode())[0] == 0


def test_text_has_each_point_and_the_arithmetic(graded):
    code, out, errors = graded([GOOD])
    assert (code, errors) == (0, "")
    card = grade(from_recorded(GOOD))
    assert out == render(card, width=100, colour=False) + "Graded: 1 of 1.\n"
    for verdict in card.observatory.verdicts:
        assert f"  {verdict.result}\n" in out
    assert "  100 - 0 for faults = 100, + 50 for extras = 150 (algorithm 6)\n" in out
    assert "\x1b" not in out


def test_colour_is_for_terminals():
    card = grade(from_recorded(WEAK))
    assert "\x1b[31m -20\x1b[0m" in render(card, width=80, colour=True)


def test_no_text_of_a_site_reaches_the_terminal_as_a_command(graded):
    lines = [[name, value] for name, value in (BEST | {"Referrer-Policy": "\x1b[2J"}).items()]
    evil = WEAK | {"target": "\x1b]0;a\x07", "response": {"status": 200, "headers": lines}}
    assert "\x1b" not in graded([evil])[1]


@pytest.mark.parametrize(
    ("lines", "arguments", "code"),
    [
        ([GOOD, WEAK], [], 0),
        ([GOOD, WEAK], ["--fail-under", "B+"], 0),
        ([GOOD, WEAK], ["--fail-under=80"], 0),
        ([GOOD, WEAK], ["--fail-under=81"], 1),
        ([GOOD, WEAK], ["--fail-under=a-"], 1),
        ([GOOD], ["--fail-under=A+"], 0),
        ([GOOD, BROKEN], [], 2),
        ([WEAK, BROKEN], ["--fail-under=A+"], 2),
        ([], [], 2),
    ],
    ids=str,
)
@pytest.mark.parametrize("form", ["text", "json", "jsonl"])
def test_the_exit_code_says_how_good_the_sites_are(graded, lines, arguments, code, form):
    assert graded(lines, *arguments, "--format", form)[0] == code


@pytest.mark.parametrize("least", ["G", "a", "-1", "1000", "1.5", "", "\u0665"])
def test_a_limit_that_is_none_is_refused(graded, least, capsys):
    if least == "a":
        assert graded([GOOD], f"--fail-under={least}")[0] == 0
        return
    with pytest.raises(SystemExit) as stopped:
        graded([GOOD], f"--fail-under={least}")
    assert stopped.value.code == 2
    assert "must be one of A+, A, A-" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"{", "line 2 must be JSON: Expecting property name"),
        (b"1", "line 2 must be an object (got 1)."),
        (b'{"host": 1}', 'line 2["https"] must be true or false (got None).'),
        (b'{"cases": [1]}', "case 1 of line 2 must be an object (got 1)."),
        (b"\xff", "line 2 must be UTF-8."),
        (b"9" * 5000, "line 2 must be JSON of usual depth: ValueError."),
        (b"[" * 100_000, "line 2 must be JSON of usual depth: RecursionError."),
    ],
    ids=lambda value: value[:12].decode(errors="replace") if isinstance(value, bytes) else "",
)
def test_a_line_that_cannot_be_read_is_named_and_the_others_are_graded(graded, line, message):
    good = json.dumps(GOOD).encode()
    code, out, errors = graded(b"\n".join([good, line, b"", good]), "--format=jsonl")
    assert (code, len(out.splitlines())) == (2, 2)
    assert errors.startswith(f"grade: {message}")
    assert errors.count("\n") == 1


def test_a_line_beyond_the_limit_is_passed_over(graded, monkeypatch):
    good = json.dumps(GOOD).encode()
    monkeypatch.setattr(recorded, "MAX_LINE", len(good))
    code, out, errors = graded(b"\n".join([good, b"a" * len(good) * 3, good]), "--format=jsonl")
    assert (code, len(out.splitlines())) == (2, 2)
    assert errors == f"grade: line 2 must be at most {len(good):,} bytes long.\n"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b'{\n"a": ', "line 2 must be JSON: Expecting value, column 6."),
        (b"{\n\xff", "a document must be UTF-8."),
        (b"[\n" * 100_000, "a document must be JSON of usual depth: RecursionError."),
        (b"[\n1]", "case 1 of the document must be an object (got 1)."),
    ],
    ids=["cut", "bytes", "deep", "number"],
)
def test_a_document_that_cannot_be_read_is_named(graded, data, message):
    code, out, errors = graded(data, "--format=json")
    assert (code, out, errors.splitlines()[0]) == (2, "[]\n", f"grade: {message}")


def test_a_document_beyond_the_limit_is_refused(graded, monkeypatch):
    monkeypatch.setattr(recorded, "MAX_DOCUMENT", 1)
    errors = graded(b"[\n1]")[2]
    assert errors.startswith("grade: a document must be at most 1 bytes long")


def test_complaints_come_to_an_end(graded):
    errors = graded(b"{\x00}\n" * 100)[2]
    assert errors.splitlines()[20:] == ["grade: more of the same is not shown."]


def test_a_file_that_is_not_there_is_named(capsys, tmp_path):
    path = tmp_path / "absent"
    assert cli.main(["grade", "--recorded", str(path)]) == 2
    assert capsys.readouterr().err == f"grade: {path}: No such file or directory.\n"


def test_what_is_not_graded_has_no_score_and_no_tests(graded):
    _, out, _ = graded([BROKEN], "--format=jsonl")
    card = json.loads(out)
    seen = card["observatory"]
    assert (seen["score"], seen["grade"], seen["tests"]) == (None, None, None)
    assert card == as_json(grade(from_recorded(BROKEN)))
