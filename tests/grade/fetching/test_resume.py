from __future__ import annotations

import json
import signal

import pytest
from tests.grade.fetching.servers import Server, answer

from security.grade.fetch.resume import Done, NotOursError, finished


@pytest.fixture
def results(tmp_path):
    return tmp_path / "results.jsonl"


def line(target, score=50):
    return json.dumps({"target": target, "observatory": {"score": score}}) + "\n"


def targets_in(path):
    return [json.loads(text)["target"] for text in path.read_text().splitlines()]


def test_a_file_that_is_not_there_holds_nothing(results):
    assert finished(results) == ()
    assert not results.exists()


def test_what_is_done_is_read(results):
    results.write_text(line("a") + line("b", None))
    assert finished(results) == (Done("a", 50), Done("b", None))


@pytest.mark.parametrize("length", range(1, len(line("b"))))
def test_half_a_line_is_cut_off(results, length):
    results.write_text(line("a") + line("b")[:length])
    assert finished(results) == (Done("a", 50),)
    assert results.read_text() == line("a")


@pytest.mark.parametrize(
    "text",
    [
        "example.com",
        "a\n",
        "[]\n",
        "{}\n",
        '{"target": 1, "observatory": {"score": 1}}\n',
        "[" * 9**6,
    ],
    ids=lambda text: text[:12],
)
@pytest.mark.parametrize("before", [0, 2])
def test_a_file_of_something_else_is_left_as_it_is(results, text, before):
    whole = line("a") * before + text
    results.write_text(whole)
    with pytest.raises(NotOursError, match=rf"^line {before + 1} must be a result of this comm"):
        finished(results)
    assert results.read_text() == whole


def test_targets_that_have_their_line_are_left_out(graded, results):
    with Server(lambda request: answer()) as server:
        names = [f"{server.url}/{n}" for n in range(4)]
        results.write_text(line(names[1]) + line(names[2])[:-9])
        code, out, errors = graded(*names, "--resume", results, form="jsonl")
    assert (code, out, errors) == (0, "", "")
    assert {request.path for request in server.requests} == {"/0", "/2", "/3"}
    assert targets_in(results)[0] == names[1]
    assert sorted(targets_in(results)) == names


@pytest.mark.parametrize(("score", "code"), [(None, 2), (10, 1), (90, 0)])
def test_the_exit_code_counts_what_was_done_before(graded, results, score, code):
    results.write_text(line("a", score))
    assert graded("a", "--resume", results, "--fail-under=B", form="jsonl") == (code, "", "")


def test_another_file_is_named_and_nothing_is_asked(graded, results):
    results.write_text("example.com\n")
    with Server(lambda request: answer()) as server:
        code, _, errors = graded(server.url, "--resume", results, form="jsonl")
    message = "line 1 must be a result of this command (got b'example.com\\n')."
    assert (code, errors, server.requests) == (2, f"grade: {results}: {message}\n", [])


@pytest.mark.parametrize("stop", [signal.SIGKILL, signal.SIGINT])
def test_a_run_that_was_stopped_goes_on_where_it_was(command, results, stop):
    def respond(request):
        if request.path.endswith("5") and not is_second:
            request.over.wait(60)
        return answer()

    is_second = False
    with Server(respond) as server:
        names = [f"{server.url}/{n}" for n in range(20)]
        arguments = (*names, "--resume", results, "--timeout=60")
        with command(*arguments) as run:
            while not results.exists() or results.read_bytes().count(b"\n") < 18:
                assert run.poll() is None
            run.send_signal(stop)
            assert run.communicate(timeout=30) == (b"", b"")
        is_second = True
        done = targets_in(results)
        server.requests.clear()
        with command(*arguments) as run:
            assert run.communicate(timeout=60) == (b"", b"")
    assert (run.returncode, len(done)) == (0, 18)
    assert targets_in(results)[:18] == done
    assert sorted(targets_in(results)) == sorted(names)
    assert {request.path for request in server.requests} == {"/5", "/15"}


def test_only_jsonl_can_be_gone_on_with(graded, results, capsys):
    with pytest.raises(SystemExit) as stopped:
        graded("a", "--resume", results)
    assert stopped.value.code == 2
    assert "--resume writes the format jsonl, and no other" in capsys.readouterr().err
