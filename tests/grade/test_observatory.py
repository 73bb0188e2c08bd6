from __future__ import annotations

import pytest
from tests.grade.connection_examples import CONNECTION
from tests.grade.content_examples import CONTENT
from tests.grade.exchanges import ABOUT, CASES, an_exchange, chain

from security.grade.exchange import Exchange, Reply, from_recorded
from security.grade.observatory import judge
from security.grade.observatory_scores import EXPECTATIONS, GRADES, grade, score

GRADED = [case for case in CASES if case["verdict"]["error"] is None]
RESULTS = CONTENT | CONNECTION


def results(exchange):
    return {verdict.result for verdict in judge(exchange).verdicts}


@pytest.mark.parametrize("case", GRADED, ids=lambda case: case["id"])
def test_the_verdict_on_a_recorded_site_is_the_observatory_s(case):
    seen = judge(from_recorded(case["input"]))
    tests = {
        one.test: {"result": one.result, "score_modifier": one.modifier, "pass": one.passes}
        for one in seen.verdicts
    }
    assert tests == case["verdict"]["tests"]
    assert (seen.score, seen.grade) == (case["verdict"]["score"], case["verdict"]["grade"])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_what_the_observatory_does_not_grade_is_not_graded(case):
    seen = judge(from_recorded(case["input"]))
    assert (seen.error is None) is (case["verdict"]["error"] is None)
    assert (seen.score is None) is (case["verdict"]["score"] is None)


def test_the_table_has_every_result_with_its_points():
    wanted = {
        name: (row["score_modifier"], row["pass"])
        for rows in ABOUT["expectations"].values()
        for name, row in rows.items()
    }
    assert {name: tuple(row) for name, row in EXPECTATIONS.items()} == wanted


def test_every_result_has_an_example():
    assert RESULTS.keys() == EXPECTATIONS.keys()


@pytest.mark.parametrize("result", RESULTS)
def test_a_result_is_found_where_its_rule_says(result):
    assert [results(exchange) & {result} for exchange in RESULTS[result]] == [
        {result} for _ in RESULTS[result]
    ]


@pytest.mark.parametrize(
    ("modifiers", "points"),
    [([], 100), ([-10, 5, 10], 105), ([-15, 5, 10], 85), ([-50, -40, -30, 65], 0), ([65], 165)],
    ids=str,
)
def test_bonuses_count_from_ninety_on(modifiers, points):
    assert score(modifiers) == points


@pytest.mark.parametrize(("letter", "least"), GRADES.items(), ids=str)
def test_a_grade_begins_with_its_least_score(letter, least):
    assert grade(least) == letter
    assert least == 0 or grade(least - 1) != letter


@pytest.mark.parametrize(
    ("exchange", "text"),
    [
        (an_exchange(), "100 - 0 for faults = 100, + 50 for extras = 150 (algorithm 6)"),
        (
            an_exchange(without="Strict-Transport-Security"),
            "100 - 20 for faults = 80; the 50 for extras count from 90 on only (algorithm 6)",
        ),
        (
            Exchange("shop.test", Reply(200), False, http=chain("http://shop.test/")),
            "100 - 90 for faults = 10 (algorithm 6)",
        ),
        (an_exchange(status=500), "The site answers with status 500; pages and login walls are "
         "graded."),
    ],
    ids=["extras", "faults", "bare", "error"],
)  # fmt: skip
def test_the_arithmetic_is_told(exchange, text):
    assert judge(exchange).arithmetic == text


@pytest.mark.parametrize(
    ("status", "is_graded"),
    [(199, False), (200, True), (301, True), (399, True), (400, False), (401, True), (403, True),
     (404, False), (500, False)],
)  # fmt: skip
def test_pages_and_login_walls_are_graded(status, is_graded):
    assert (judge(an_exchange(status=status)).grade is not None) is is_graded


def test_a_site_that_does_not_answer_is_not_graded():
    seen = judge(Exchange("shop.test", None))
    assert (seen.score, seen.grade, seen.verdicts) == (None, None, ())
