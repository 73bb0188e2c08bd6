"""The load test sees what it is there to see."""

from __future__ import annotations

from benchmarks.load_browser import Answer
from benchmarks.load_guesses import Attempt, Judged, allowed, judge

QUICK = 0.1  # seconds from a question to its answer


def attempts(*rows: tuple[float, int]) -> tuple[list[Attempt], dict[str, list[float]]]:
    """Return attempts, sent at these times and answered so, and the checks that they had."""
    sent = [
        Attempt("anna", 0, f"guess-{n}", Answer("guess", at, at + QUICK, status))
        for n, (at, status) in enumerate(rows)
    ]
    ran = {a.password: [a.answer.sent + QUICK / 2] for a in sent if a.answer.status == 200}
    return sent, ran


def judged(*rows: tuple[float, int]) -> Judged:
    (found,) = judge(*attempts(*rows))
    return found


def test_what_the_delays_allow_is_no_violation():
    found = judged((0, 200), (0, 200), (0, 200), (4, 429), (5.1, 200), (15, 429), (15.2, 200))
    assert found == Judged("anna", 5, 5, 2, [])


def test_a_fourth_guess_at_once_is_a_violation():
    found = judged((0, 200), (0, 200), (0, 200), (0, 200))
    assert found.problems == ["anna: check 4 only 0.050 s later"]
    assert (found.ran, found.allowed) == (4, 3)


def test_a_guess_before_the_delay_is_over_is_a_violation():
    found = judged((0, 200), (0, 200), (0, 200), (4.9, 200))
    assert found.problems == ["anna: check 4 only 4.950 s later"]


def test_a_refusal_after_the_delay_is_a_violation():
    found = judged((0, 200), (0, 200), (0, 200), (5.2, 429), (8, 200))
    assert found.problems == ["anna: refused at 5.200 without a reason"]


def test_a_refusal_of_a_free_guess_is_a_violation():
    assert judged((0, 200), (1, 429)).problems == ["anna: refused at 1.000 without a reason"]


def test_a_refused_password_that_was_checked_is_a_violation():
    sent, _ = attempts((0, 429))
    (found,) = judge(sent, {"guess-0": [0.05]})
    assert "anna: 429 after 1 checks of one password" in found.problems


def test_a_password_that_was_checked_twice_is_a_violation():
    sent, _ = attempts((0, 200))
    (found,) = judge(sent, {"guess-0": [0.05, 0.06]})
    assert found.problems == ["anna: 200 after 2 checks of one password"]


def test_the_room_grows_with_the_time():
    assert [allowed(seconds) for seconds in (0, 4.9, 5, 14.9, 15, 120)] == [3, 3, 4, 4, 5, 15]
