from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import override_settings
from tests.gradesite import site
from tests.gradesite.conftest import by_path

from security.site_grade import ask
from security.site_grade.faults import NAMES, path_of
from security.site_grade.pages import Notes, Options, grade_pages

FLOOD = type("Flood", (), {"urlpatterns": site.flooding})
TRAP = type("Trap", (), {"urlpatterns": site.trapping})
FAULTS = {name: path_of(name) for name in NAMES}


def results(card):
    return {name: test["result"] for name, test in card["observatory"]["tests"].items()}


def test_every_url_without_arguments_is_graded_with_a_name_or_without(whole):
    assert {
        "/", "/deep/er/", "/old/page.html", "/unnamed/", "/data/", "/private/", "/away/",
        "/waiting/", "/admin/login/", "/admin/",
    } <= set(by_path(whole))  # fmt: skip


def test_urls_with_arguments_are_found_by_links_and_loaded_files(whole):
    assert {"/post/tea/", "/files/a.css", "/unnamed/?q=1", "/nowhere/"} <= set(by_path(whole))


def test_what_was_not_found_is_told(whole):
    assert "No link leads to /never/<int:number>/" in whole.errors


def test_nothing_that_ends_a_session_is_asked_for_unless_it_is_named(run, whole):
    assert not {"/logout/", "/quit/", "/sign-out/"} & {path for _, path in whole.asked}
    assert "Not asked for, as a GET may end a session there: /logout/, /quit/" in whole.errors
    run("/logout/")
    assert ("GET", "/logout/") in site.asked


def test_only_get_and_options_reach_the_site(whole):
    assert {method for method, _ in whole.asked} == {"GET", "OPTIONS"}


def test_a_user_gets_pages_of_their_own(cards, alice):
    found = cards("--user", "alice")
    assert "/only/alice/ as alice" in found
    assert "/only/alice/" not in found


def test_the_admin_is_graded_as_those_may_see_it_who_may(cards, root):
    found = cards("--user", "root")
    assert {"/admin/auth/user/ as root", f"/admin/auth/user/{root.pk}/change/ as root"} <= set(
        found
    )
    assert results(found["/admin/auth/user/ as root"])["content-security-policy"].startswith("csp-")


@pytest.mark.parametrize(("name", "path"), FAULTS.items())
def test_pages_of_errors_are_graded_by_what_they_carry(whole, name, path):
    card = by_path(whole)[path]
    assert card["observatory"]["score"] >= 130
    assert results(card)["strict-transport-security"].startswith("hsts-implemented")


def test_the_page_of_error_500_comes_from_the_handler_of_the_site(db):
    with override_settings(ROOT_URLCONF=site.__name__, ALLOWED_HOSTS=["shop.test"], MIDDLEWARE=[]):
        found = {page.fault: exchange for page, exchange, _ in grade_pages(Options("shop.test"))}
    assert found["500"].response.value("x-error") == "mine"
    assert {name: found[name].response.status for name in ("400", "403", "404", "500")} == {
        "400": 400, "403": 403, "404": 404, "500": 500,
    }  # fmt: skip
    assert "CSRF" not in found  # nobody refuses a forged POST there


def test_the_page_of_a_refused_post_is_django_s_or_that_of_the_site(db):
    with override_settings(
        ROOT_URLCONF=site.__name__, ALLOWED_HOSTS=["shop.test"], MIDDLEWARE=site.MIDDLEWARE
    ):
        found = {page.fault: exchange for page, exchange, _ in grade_pages(Options("shop.test"))}
    assert found["CSRF"].response.status == 403
    assert "CSRF" in found["CSRF"].response.body


def test_a_view_that_raises_is_named_without_the_text_of_its_error(whole):
    told, place = whole.errors, "ZeroDivisionError in tests.gradesite.site"
    assert f"/failing/: 500, {place}.failing, line" in told
    assert f"/broken/: 200, {place}.broken" in told
    assert "secret of the view" not in told + whole.out


def test_a_view_that_ends_the_process_is_a_page_that_could_not_be_graded(run):
    done = run("/leaving/", "/")
    assert (done.code, "Graded: 1 of 2 pages." in done.out) == (2, True)
    assert "/leaving/: no answer, SystemExit in tests.gradesite.site.leaving" in done.errors


@pytest.mark.parametrize("path", ["/broken/", "/file/", "/waiting/", "/astreaming/"])
def test_streams_and_coroutines_are_graded(whole, path):
    assert by_path(whole)[path]["observatory"]["score"] >= 130


def test_what_was_not_read_of_a_stream_is_told(run):
    done = run("/endless/", urls=FLOOD)
    assert done.errors == "/endless/: only its first 2,097,152 bytes were read.\n"
    assert "/astreaming/: its body is streamed and was not read." in run("/astreaming/").errors


def test_middleware_that_is_asynchronous_only_is_passed_through(cards):
    found = cards("/", MIDDLEWARE=[*site.MIDDLEWARE, f"{site.__name__}.Asynchronous"])
    assert found["/"]["securityheaders"]["missing"] == []


def test_plain_http_is_asked_too(cards):
    redirected, plain = cards("/"), cards("/", SECURE_SSL_REDIRECT=False)
    assert results(redirected["/"])["redirection"] == "redirection-to-https"
    assert results(plain["/"])["redirection"] == "redirection-missing"


def test_a_redirect_is_graded_as_it_is_and_not_followed_to_other_hosts(whole):
    found = by_path(whole)
    assert found["/away/"]["observatory"]["score"] >= 130
    assert not [path for path in found if "other" in path]


def test_a_redirect_to_another_host_of_the_site_shows(cards):
    found = cards("/", SECURE_SSL_HOST="www.shop.test")
    assert results(found["/"])["redirection"] == "redirection-off-host-from-http"


def test_a_redirect_back_to_plain_http_shows(cards):
    found = cards("/plain/")
    assert results(found["/plain/"])["redirection"] == "redirection-not-to-https"


def test_the_preflight_is_asked(cards):
    found = results(cards("/cors/")["/cors/"])["cross-origin-resource-sharing"]
    assert found == "cross-origin-resource-sharing-implemented-with-public-access"


def test_each_page_is_asked_as_on_a_first_visit(cards):
    found = cards("/token/", "/", "/token/?again")
    cookies = {path: results(card)["cookies"] for path, card in found.items()}
    assert cookies["/token/"] == cookies["/token/?again"] != cookies["/"] == "cookies-not-found"


def test_nothing_stays_in_the_database(run, alice):
    before = User.objects.count(), Session.objects.count()
    assert run("/writing/", "/private/", "--user", "alice").code == 0
    assert (User.objects.count(), Session.objects.count()) == before


def test_one_page_does_not_see_what_another_wrote(run):
    assert "/writing/" not in run("/writing/", "/writing/?again").errors


def test_a_trap_of_links_is_bounded_and_told(run):
    done = run("--max-pages", "6", "--per-route", "1000", urls=TRAP)
    assert "Graded: 11 of 11 pages." in done.out  # and those of five errors
    assert "Not all pages were graded" in done.errors


def test_no_pattern_of_urls_takes_all_places(run):
    done = run("--per-route", "3", urls=TRAP)
    assert "Graded: 9 of 9 pages." in done.out  # the first, three by links, five errors


def test_excluded_paths_are_left_out(cards):
    assert not {"/post/tea/", *FAULTS.values()} & set(
        cards("--exclude", "/post/*", "--exclude", "/no-*")
    )


def test_settings_are_read_anew_for_each_run(db):
    def score(**settings):
        with override_settings(
            ROOT_URLCONF=site.__name__,
            ALLOWED_HOSTS=["shop.test"],
            MIDDLEWARE=site.MIDDLEWARE,
            **settings,
        ):
            ((_page, _exchange, card),) = grade_pages(Options("shop.test", ("/",)), Notes())
        return card.observatory.score

    first = score()
    assert score(SECURITY_PRESET="strict") > first
    assert score(SECURITY_PRESET="strict", X_FRAME_OPTIONS=None, SECURE_CSP=None) <= first
    assert score() == first


def test_a_slow_stream_is_read_no_longer_than_its_time(run, monkeypatch):
    monkeypatch.setattr(ask, "MAX_STREAMING", -1)
    done = run("/broken/")
    assert done.errors == "/broken/: only what its stream held in -1 seconds was read.\n"


def test_a_redirect_to_itself_ends(cards):
    found = cards("/round/", urls=FLOOD, SECURE_SSL_REDIRECT=False)
    assert results(found["/round/"])["redirection"] == "redirection-not-to-https"


def test_a_charset_that_nobody_knows_is_read_all_the_same(cards):
    assert cards("/strange/", urls=FLOOD)["/strange/"]["observatory"]["score"] >= 130


def test_a_page_that_is_named_twice_is_graded_once(run):
    assert "Graded: 1 of 1 pages." in run("/", "/").out


def test_an_error_without_a_place_has_a_name():
    assert ask.describe(ValueError("a secret")) == "ValueError"
