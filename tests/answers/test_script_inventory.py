from __future__ import annotations

import csv
import io

import pytest
from django.core.management import CommandError
from tests.answers.reported import DAY, HOUR, NOW, arrive, script, violation

from security.management.commands.scriptinventory import NOTHING
from security.models import ReportGroup
from security.policy.csp.lint import LISTS, Type, lint
from security.policy.csp.vocabulary import HASH_ALGORITHMS

PAY = "https://shop.example/pay/"
GOLDEN = (
    "host,route,script,hash,first_seen,last_seen,reports,replaces,replaced_on\r\n"
    "shop.example,/basket/,https://cdn.example/pay.js,sha256-AAAA,"
    "2026-11-15T11:06:40Z,2026-11-18T10:06:40Z,12,,2026-11-17T11:06:40Z\r\n"
    "shop.example,/basket/,https://cdn.example/pay.js,sha256-BBBB,"
    "2026-11-17T11:06:40Z,2026-11-18T11:06:40Z,8,sha256-AAAA,\r\n"
    "shop.example,/basket/,https://cdn.example/ui.js,,"
    "2026-11-18T11:06:40Z,2026-11-18T11:06:40Z,5,,\r\n"
    "shop.example,/pay/,https://cdn.example/pay.js,sha256-BBBB,"
    "2026-11-18T11:06:40Z,2026-11-18T11:06:40Z,1,,\r\n"
)
TEXT = """\
shop.example/basket/
  https://cdn.example/pay.js
    sha256-AAAA  since 2026-11-15T11:06:40Z, replaced 2026-11-17T11:06:40Z, last seen \
2026-11-18T10:06:40Z, 12 reports
    sha256-BBBB  since 2026-11-17T11:06:40Z, last seen 2026-11-18T11:06:40Z, 8 reports
  https://cdn.example/ui.js
    (not told)  since 2026-11-18T11:06:40Z, last seen 2026-11-18T11:06:40Z, 5 reports
shop.example/pay/
  https://cdn.example/pay.js
    sha256-BBBB  since 2026-11-18T11:06:40Z, last seen 2026-11-18T11:06:40Z, 1 reports
"""

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now(monkeypatch):
    monkeypatch.setattr("time.time", lambda: NOW)


@pytest.fixture
def scripts():
    """A script that changes, one that does not tell its content, and one on another page."""
    arrive(script("sha256-AAAA"), at=NOW - 3 * DAY, count=10)
    arrive(script("sha256-BBBB"), at=NOW - DAY, count=3)
    arrive(script("sha256-AAAA"), at=NOW - HOUR, count=2)
    arrive(script("sha256-BBBB"), at=NOW, count=5)
    arrive(script("", "https://cdn.example/ui.js"), at=NOW)
    arrive(script("sha256-BBBB", page=PAY), at=NOW, count=1)
    arrive(violation(), at=NOW)


def test_the_csv_tells_which_content_ran_where_since_when_and_what_it_replaced(run, scripts):
    assert run("scriptinventory", "--csv") == (0, GOLDEN, "")


def test_the_text_tells_the_same(run, scripts):
    assert run("scriptinventory") == (0, TEXT, "")


def test_groups_that_are_ignored_or_solved_stay_in_the_inventory(run, scripts):
    ReportGroup.objects.filter(subject="sha256-AAAA").update(status="ignored")
    ReportGroup.objects.filter(subject="sha256-BBBB").update(status="solved")
    assert run("scriptinventory", "--csv").out == GOLDEN


def test_how_far_back_and_which_host_can_be_chosen(run, scripts):
    assert "sha256-AAAA" not in run("scriptinventory", "--host", "blog.example", "--csv").out
    arrive(script("sha256-OLD"), at=NOW - 40 * DAY)
    assert "sha256-OLD" not in run("scriptinventory", "--csv").out
    assert "sha256-OLD" in run("scriptinventory", "--csv", "--days", "50").out


def test_without_reports_the_csv_has_its_columns_and_the_text_says_what_to_do(run):
    assert run("scriptinventory", "--csv").out == GOLDEN.splitlines()[0] + "\r\n"
    assert run("scriptinventory") == (0, "", NOTHING + "\n")


def test_a_number_out_of_range_is_refused(run):
    with pytest.raises(CommandError, match=r"^--days must be a number of days, 1 to 3650") as error:
        run("scriptinventory", "--days", "-1")
    assert error.value.returncode == 2


def test_several_groups_of_one_content_are_one_row(run):
    arrive(script(), at=NOW - DAY)
    with_source = script()
    object.__setattr__(with_source, "source", "https://shop.example/loader.js")
    arrive(with_source, at=NOW)
    assert ReportGroup.objects.count() == 2
    [row] = csv.DictReader(io.StringIO(run("scriptinventory", "--csv").out))
    assert (row["reports"], row["first_seen"], row["last_seen"], row["replaces"]) == (
        "10",
        "2026-11-17T11:06:40Z",
        "2026-11-18T11:06:40Z",
        "",
    )


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_no_cell_is_a_formula(run, start):
    formula = f'{start}HYPERLINK("x","y")'
    arrive(script(formula), at=NOW)
    [row] = csv.DictReader(io.StringIO(run("scriptinventory", "--csv").out))
    assert row["hash"] == "'" + formula


@pytest.mark.parametrize(
    ("reported", "cell"),
    [
        (" =1+1", "' =1+1"),
        ("\xa0@SUM(1)", "'\xa0@SUM(1)"),
        ("x;=1+1;", "x;'=1+1;"),
        ("x; -1;;+1", "x;' -1;;'+1"),
        ("sha256-a+b=;c", "sha256-a+b=;c"),
    ],
)
def test_no_part_of_a_cell_is_a_formula(run, reported, cell):
    arrive(script(reported), at=NOW)
    [row] = csv.DictReader(io.StringIO(run("scriptinventory", "--csv").out))
    assert row["hash"] == cell


def test_what_was_reported_cannot_write_to_the_terminal(run):
    arrive(script("sha256-\x1b[2J\u202e" + "A" * 2000), at=NOW)
    out = run("scriptinventory").out
    assert out.isascii()
    assert out.replace("\n", "").isprintable()
    assert max(map(len, out.splitlines())) == 500


@pytest.mark.parametrize("algorithm", HASH_ALGORITHMS)
def test_the_keyword_that_asks_for_hash_reports_is_read_and_sent(algorithm, settings, client):
    word = f"'report-{algorithm}'"
    settings.MIDDLEWARE = ["security.middleware.SecurityMiddleware"]
    settings.SECURE_CSP = {"script-src": ["'self'", word], "report-to": "csp"}
    settings.SECURITY_REPORTING_ENDPOINTS = {"csp": "https://reports.example/"}
    response = client.get("/", secure=True)
    assert f"script-src 'self' {word}; report-to csp" in response["Content-Security-Policy"]
    assert 'csp="https://reports.example/"' in response["Reporting-Endpoints"]


@pytest.mark.parametrize("algorithm", HASH_ALGORITHMS)
def test_lint_says_no_more_of_the_keyword_than_that_csp_evaluator_does_not_know_it(algorithm):
    word = f"'report-{algorithm}'"
    without = set(lint("script-src 'self'", lists=LISTS))
    [more] = set(lint(f"script-src 'self' {word}", lists=LISTS)) - without
    assert more.type is Type.INVALID_KEYWORD
    assert more.message.endswith("browsers that do apply it.")
