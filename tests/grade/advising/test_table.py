from __future__ import annotations

import re

import pytest
from tests.grade.exchanges import CASES, an_exchange
from tests.grade.test_rules import EXAMPLES, FINDINGS
from tests.meta.tree import ROOT

from security.grade.advice.advise import advise
from security.grade.advice.change import PRESET
from security.grade.advice.cookie_lines import OWNERS
from security.grade.advice.improved import improved
from security.grade.advice.problem import problems
from security.grade.advice.risks import RISKS, risk_of
from security.grade.advice.same import HEADERS, RESULTS
from security.grade.advice.table import DIRECTIVES
from security.grade.advice.table import FINDINGS as ROWS
from security.grade.card import grade
from security.grade.exchange import from_recorded
from security.grade.observatory_scores import EXPECTATIONS
from security.grade.securityheaders import HEADERS as COUNTED
from security.policy.csp.finding import Type

DOCS = ROOT / "docs"
ALL = [*ROWS.values(), *DIRECTIVES.values()]
FAILING = {name for name, (points, passes) in EXPECTATIONS.items() if points < 0 or not passes}
INSTALLED = {
    "of-startproject": {
        "DEBUG": True,
        "ALLOWED_HOSTS": [],
        "INSTALLED_APPS": ["django.contrib.auth", "django.contrib.contenttypes"],
        "MIDDLEWARE": ["django.middleware.security.SecurityMiddleware"],
    },
    "ours": {"MIDDLEWARE": ["security.middleware.SecurityMiddleware"], PRESET: "balanced"},
    "own-policy": {
        "MIDDLEWARE": ["security.middleware.SecurityMiddleware"],
        "SECURE_CSP": {"default-src": ["'self'"]},
        "SECURITY_CSP_REPLACE": {},
    },
    "unknown": None,
}


def told(advice):
    ids = [*(change.mends for change in advice.changes), *(work.about for work in advice.work)]
    return {one for group in ids for one in group}


def test_every_finding_of_the_page_has_a_row():
    page = (DOCS / "grade.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^\| `([a-z-]+\.[a-z-]+)` \|", page, re.MULTILINE))
    assert listed == set(FINDINGS)
    assert set(ROWS) == listed | {f"csp.{one}" for one in Type}


def test_every_failing_result_of_the_observatory_has_a_finding_with_a_row():
    assert set(RESULTS) == FAILING
    assert {cause for causes in RESULTS.values() for cause in causes} <= set(ROWS)


def test_every_missing_header_and_every_warning_has_a_finding_with_a_row():
    graded = grade(an_exchange(site={"is_secure": False}, Referrer_Policy="unsafe-url"))
    unsafe = an_exchange(Content_Security_Policy="default-src 'unsafe-inline'")
    unsafe_scripts = an_exchange(Content_Security_Policy="script-src 'unsafe-inline'")
    cards = [graded, grade(unsafe), grade(unsafe_scripts)]
    warnings = {text for card in cards for text in card.securityheaders.warnings}
    assert len(warnings) == 4
    assert set(HEADERS) == {*COUNTED, *warnings}
    assert {cause for causes in HEADERS.values() for cause in causes} <= set(ROWS)


@pytest.mark.parametrize("id_", ROWS)
def test_every_row_says_what_to_do(id_):
    assert ROWS[id_].settings or ROWS[id_].work
    assert "  " not in ROWS[id_].work


def test_every_suggested_setting_has_a_risk_of_one_sentence():
    for row in ALL:
        for name, value in row.settings.items():
            for kind in OWNERS:
                text, _ = risk_of(name.format(kind), value)
                assert re.fullmatch(r"[A-Z].+\.", text)


def test_every_page_and_every_section_exists():
    for reference in {row.docs for row in ALL} | {risk.docs for risk in RISKS.values()}:
        page, _, section = reference.partition("#")
        text = (DOCS / page).read_text(encoding="utf-8")
        titles = [
            title.lower().replace(" ", "-")
            for title in re.findall(r"^#+ (.+)$", text, re.MULTILINE)
        ]
        assert not section or section in titles


@pytest.mark.parametrize("settings", INSTALLED)
@pytest.mark.parametrize("id_", EXAMPLES)
def test_no_finding_is_without_advice(id_, settings):
    exchange = EXAMPLES[id_]
    card = grade(exchange)
    assert id_ in told(advise(card, exchange, installed=INSTALLED[settings]))


@pytest.mark.parametrize("settings", INSTALLED)
def test_nothing_that_the_recorded_sites_lack_is_without_advice(settings):
    for case in CASES:
        exchange = from_recorded(case["input"])
        card = grade(exchange)
        advice = advise(card, exchange, installed=INSTALLED[settings])
        assert {problem.id for problem in problems(card)} <= told(advice)


@pytest.mark.parametrize("settings", INSTALLED)
def test_a_change_mends_what_it_says_and_never_lowers_the_grade(settings):
    for case in CASES:
        exchange = from_recorded(case["input"])
        card = grade(exchange)
        advice = advise(card, exchange, installed=INSTALLED[settings])
        after = grade(improved(exchange, advice))
        still = set(problems(after))
        mended = {problem.id for problem in problems(card) if problem not in still}
        left = {problem.id for problem in still}
        for change in advice.changes:
            assert change.mends
            assert left.isdisjoint(set(change.mends) - mended)
        assert left <= {one for work in advice.work for one in work.about}
        assert (after.observatory.score or 0) >= (card.observatory.score or 0)
