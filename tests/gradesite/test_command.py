from __future__ import annotations

import json

import pytest
from tests.gradesite import site
from tests.gradesite.conftest import by_path

from security.grade.render import FORMATS

WEAK = {"SECURITY_PRESET": None, "SECURE_SSL_REDIRECT": False}


@pytest.mark.parametrize(
    ("arguments", "settings", "code"),
    [
        ([], {}, 0),
        (["--fail-under", "A+"], {}, 0),
        (["--fail-under", "130"], {}, 0),
        (["--fail-under", "a"], WEAK, 1),
        (["--fail-under", "F"], WEAK, 0),
    ],
)
def test_the_exit_code_says_whether_all_is_as_good_as_asked_for(run, arguments, settings, code):
    done = run("/", *arguments, **settings)
    assert (done.code, done.complaint) == (code, "")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--user", "nobody"], "--user must be the name of a user (got 'nobody')."),
        (["--host", "a b"], "--host must be a host name, with a port or without (got 'a b')."),
        (["--max-pages", "0"], "--max-pages must be a number of pages, 1 to 1000 (got 0)."),
        (["--per-route", "2000"], "--per-route must be a number of pages, 1 to 1000 (got 2000)."),
        (["nowhere"], "Reverse for 'nowhere' not found."),
        (["/", "--exclude", "*"], "No page was graded: name one, or mend urls.py."),
    ],
)
def test_what_cannot_be_done_is_said(run, arguments, complaint):
    done = run(*arguments)
    assert (done.code, done.out) == (2, "" if arguments[0] != "/" else done.out)
    assert done.complaint.startswith(complaint)


def test_a_site_that_cannot_start_is_an_error_and_no_grade(run):
    done = run(X_FRAME_OPTIONS="sometimes")
    assert (done.code, done.out) == (2, "")
    assert "X_FRAME_OPTIONS must be" in done.complaint
    assert run(urls="nowhere.urls").code == 2
    assert run(MIDDLEWARE=["nowhere.Middleware"]).code == 2


def test_pages_of_one_result_stand_together_and_what_differs_is_shown(run):
    routes = {"home": {"X_FRAME_OPTIONS": None, "SECURE_CSP": None}}
    out = run("/", "/unnamed/", "/data/", "/old/page.html", SECURITY_ROUTES=routes).out
    lines = out.splitlines()
    assert lines[2].startswith("A+ 140  3 pages: /unnamed/, /data/, /old/page.html")
    weak = next(index for index, line in enumerate(lines) if line.endswith("  1 page: /"))
    assert lines[weak : weak + 4] == [
        "C   55  1 page: /",
        "  content-security-policy        -25  csp-not-implemented",
        "  x-frame-options                -20  x-frame-options-not-implemented",
        "  securityheaders.com  B: Content-Security-Policy, X-Frame-Options",
    ]
    assert out.endswith("\nGraded: 4 of 4 pages.\n")


def test_findings_are_counted_with_three_examples(run):
    out = run("/", "/unnamed/", "/data/", "/old/page.html", **WEAK).out
    place = out.index("  hsts.missing  Strict-Transport-Security\n")
    assert out[place:].splitlines()[1:3] == [
        "      4 pages: /, /unnamed/, /data/ and 1 more",
        "      A browser may be led to plain HTTP at every visit.",
    ]
    assert out.count("hsts.missing") == 1


def test_what_is_below_is_counted(run):
    assert (
        "Graded: 2 of 2 pages. Below 90 points: 2."
        in run("/", "/data/", "--fail-under", "A", **WEAK).out
    )


def test_every_card_is_printed_when_asked_for(run):
    short, long = run("/", "/data/").out, run("/", "/data/", "-v", "2").out
    assert long.endswith(short)
    assert long.count("cross-origin-resource-sharing ") == 2


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "text"])
def test_every_format_of_the_grader_is_one_of_the_command(run, name):
    done = run("/", "/private/", "--format", name)
    assert (done.code, done.complaint) == (0, "")
    assert "https://shop.test/private/" in done.out


def test_json_lines_are_one_object_a_page(run):
    lines = run("/", "/data/", "--format", "jsonl").out.splitlines()
    assert [json.loads(line)["target"] for line in lines] == [
        "https://shop.test/",
        "https://shop.test/data/",
    ]


def test_the_host_is_that_of_the_settings_or_the_one_that_is_named(run):
    def target(*arguments, **settings):
        (card,) = json.loads(run("/", "--format", "json", *arguments, **settings).out)
        return card["target"]

    assert target() == "https://shop.test/"
    assert target(ALLOWED_HOSTS=[".b.test", "c.test"]) == "https://b.test/"
    assert target("--host", "c.test:8443", ALLOWED_HOSTS=["*"]) == "https://c.test:8443/"


def test_debug_is_warned_of(run):
    assert "DEBUG is on" in run("/", DEBUG=True).errors
    assert run("/").errors == ""


def test_pages_of_debug_are_graded_as_what_they_are(run):
    done = run("/failing/", "--format", "json", DEBUG=True)
    ids = [finding["id"] for finding in by_path(done)["/failing/"]["findings"]]
    assert "disclosure.debug" in ids


def test_a_page_with_arguments_is_asked_for_by_its_name(run):
    run("post word=tea")
    assert ("GET", "/post/tea/") in site.asked


def test_nothing_that_comes_from_the_site_reaches_the_terminal_as_a_command(run):
    pages = [site.path("", site.page(Server="\x1b[31m/1.0"))]
    done = run(urls=type("Urls", (), {"urlpatterns": pages}))
    assert "disclosure.server" in done.out
    assert "\x1b" not in done.out + done.errors


def test_one_finding_about_several_things_is_told_once(run):
    pages = [site.path(f"{number}/", site.page(Server=f"tea/1.{number}")) for number in range(5)]
    out = run(urls=type("Urls", (), {"urlpatterns": pages})).out
    place = out.index("  disclosure.server  Server  ")
    assert out[place:].splitlines()[:2] == [
        "  disclosure.server  Server  tea/1.0, tea/1.1, tea/1.2 and 2 more",
        "      5 pages: /0/, /1/, /2/ and 2 more",
    ]
