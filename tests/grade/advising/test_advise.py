from __future__ import annotations

import pytest
from tests.grade.advising.advised import (
    READY,
    SECURITY,
    SITE,
    STRICT,
    a_site,
    advice_for,
    lines,
    work_on,
)
from tests.grade.exchanges import a_page, an_exchange, chain, preflight

from security.grade.advice.advise import advise
from security.grade.advice.change import APPS, MIDDLEWARE, OURS, PRESET, settings_overrides
from security.grade.advice.improved import forecast, improved
from security.grade.card import grade
from security.grade.exchange import Exchange
from security.grade.observatory_tests import ORIGIN


def test_a_site_without_settings_gets_the_preset_in_place_of_ten_lines():
    advice = advice_for(a_site())
    assert lines(advice) == STRICT
    assert forecast(a_site(), advice) == "D 35 -> A+ 150"
    assert not advice.work


def test_the_installation_comes_first_and_django_middleware_goes():
    advice = advice_for(a_site())
    assert [edit.setting for edit in advice.edits][:3] == [APPS, MIDDLEWARE, PRESET]
    assert settings_overrides(advice) == {
        APPS: [*SITE["INSTALLED_APPS"], "security"],
        MIDDLEWARE: [OURS, "shop.middleware.Basket"],
        **STRICT,
    }


def test_a_site_without_users_gets_the_middleware_alone():
    advice = advice_for(a_site(), {"MIDDLEWARE": [SECURITY]})
    assert APPS not in settings_overrides(advice)
    assert settings_overrides(advice)[MIDDLEWARE] == [OURS]


def test_a_site_that_nobody_knows_gets_lines_for_any_file():
    advice = advise(grade(a_site()), a_site())
    assert lines(advice) == STRICT
    assert settings_overrides(advice)[MIDDLEWARE] == [OURS]


def test_what_the_project_sets_well_stays():
    own = {**READY, "X_FRAME_OPTIONS": "SAMEORIGIN", "SECURE_HSTS_SECONDS": 31_536_000}
    exchange = a_site(X_Frame_Options="SAMEORIGIN", Strict_Transport_Security="max-age=31536000")
    advice = advice_for(exchange, own)
    assert not own.keys() & settings_overrides(advice).keys()
    policy = improved(exchange, advice).response.value("content-security-policy")
    assert policy.endswith("frame-ancestors 'self'")


def test_two_faults_get_their_lines_and_no_preset():
    best = an_exchange(Strict_Transport_Security="max-age=60; includeSubDomains")
    advice = advice_for(best, {**READY, "SECURE_HSTS_SECONDS": 60})
    assert lines(advice) == {"SECURE_HSTS_SECONDS": 31_536_000}
    (change,) = advice.changes
    assert change.mends == ("hsts.short", "hsts-implemented-max-age-less-than-six-months")
    assert change.docs == "headers/hsts.md"
    assert "SECURITY_HSTS_RAMP" in change.risk


def test_what_django_honours_needs_no_middleware_of_ours():
    best = an_exchange(without="Referrer-Policy", site={"http": chain("http://shop.test/")})
    advice = advice_for(best)
    assert settings_overrides(advice) == {
        "SECURE_REFERRER_POLICY": "same-origin",
        "SECURE_SSL_REDIRECT": True,
    }


COOKIES = {
    "sessionid=1": {"SESSION_COOKIE_SECURE": True, "SESSION_COOKIE_HTTPONLY": True},
    "csrftoken=1": {"CSRF_COOKIE_SECURE": True, "CSRF_COOKIE_SAMESITE": "Lax"},
    "django_language=en": {"LANGUAGE_COOKIE_SECURE": True, "LANGUAGE_COOKIE_SAMESITE": "Lax"},
}


@pytest.mark.parametrize("line", COOKIES)
def test_a_cookie_of_django_gets_its_settings(line):
    best = an_exchange(lines=[("Set-Cookie", line)])
    advice = advice_for(best, READY)
    assert COOKIES[line].items() <= lines(advice).items()
    seen = grade(improved(best, advice)).observatory
    assert "cookies-secure-with-httponly-sessions-and-samesite" in [v.result for v in seen.verdicts]


def test_a_renamed_cookie_is_found_by_its_setting():
    best = an_exchange(lines=[("Set-Cookie", "shop=1; HttpOnly; SameSite=Lax")])
    advice = advice_for(best, {**READY, "CSRF_COOKIE_NAME": "shop"})
    assert lines(advice) == {"CSRF_COOKIE_SECURE": True}


def test_a_session_cookie_gets_the_prefix_and_all_that_it_takes():
    line = "sessionid=1; Domain=shop.test; Path=/; Secure; HttpOnly; SameSite=Lax"
    best = an_exchange(lines=[("Set-Cookie", line)])
    advice = advice_for(best, {**READY, "SESSION_COOKIE_DOMAIN": "shop.test"})
    sent = improved(best, advice).response.value("set-cookie")
    assert sent == "__Host-sessionid=1; Path=/; HttpOnly; SameSite=Lax; Secure"


def test_a_cookie_of_a_view_is_work():
    best = an_exchange(lines=[("Set-Cookie", "basket=1; SameSite=Lax")])
    advice = advice_for(best, READY)
    assert not advice.changes
    (text,) = work_on(advice, "cookies.no-secure")
    assert "set_cookie(): secure=True" in text


def test_what_a_setting_mends_for_one_cookie_is_work_for_another():
    both = [("Set-Cookie", f"{name}=1; SameSite=Lax") for name in ("csrftoken", "basket")]
    advice = advice_for(an_exchange(lines=both), READY)
    assert lines(advice) == {"CSRF_COOKIE_SECURE": True}
    assert len(work_on(advice, "cookies.no-secure")) == 1


def test_what_a_setting_mends_on_one_page_is_work_where_a_view_has_its_own():
    pages = [
        an_exchange(without="Referrer-Policy"),
        an_exchange(Referrer_Policy="unsafe-url"),
    ]
    advice = advise([grade(page) for page in pages], pages, installed=READY)
    assert lines(advice) == {"SECURE_REFERRER_POLICY": "same-origin"}
    assert len(work_on(advice, "referrer.unsafe")) == 1


def test_what_a_view_or_a_server_sends_is_work():
    advice = advice_for(an_exchange(Permissions_Policy="camera=(", Referrer_Policy="unsafe-url"))
    assert not advice.changes
    assert "a view, or a server before Django" in work_on(advice, "permissions.invalid")[0]
    assert "a view or a server before Django" in work_on(advice, "referrer.unsafe")[0]


def test_a_setting_that_nothing_reads_waits_for_the_middleware_alone():
    own = {**SITE, "PERMISSIONS_POLICY": {"camera": []}}
    best = an_exchange(without="Permissions-Policy")
    advice = advice_for(best, own)
    assert [edit.setting for edit in advice.edits] == [APPS, MIDDLEWARE]
    assert improved(best, advice).response.value("permissions-policy") == "camera=()"


def test_a_ramp_is_left_to_rise():
    best = an_exchange(Strict_Transport_Security="max-age=60; includeSubDomains")
    advice = advice_for(best, {**READY, "SECURITY_HSTS_RAMP": [("2027-01-01", 60)]})
    assert not advice.changes
    assert "SECURITY_HSTS_RAMP raises it" in work_on(advice, "hsts.short")[0]


def test_a_certificate_is_work():
    untrusted = an_exchange(site={"is_trusted": False})
    advice = advice_for(untrusted, READY)
    assert not advice.changes
    (text,) = work_on(advice, "hsts-invalid-cert")
    assert text.startswith("Install a certificate")


def test_a_script_of_another_site_is_work_and_rules_isolation_out():
    body = a_page('<script src="https://cdn.test/a.js" nonce="a"></script>')
    advice = advice_for(an_exchange(without="Cross-Origin-Embedder-Policy", body=body), READY)
    assert not advice.changes
    assert "integrity" in work_on(advice, "scripts.no-integrity")[0]
    assert "other sites" in work_on(advice, "coep.missing")[0]


def test_credentials_are_withdrawn_where_the_project_has_the_setting():
    best = an_exchange(site={"preflight": preflight(ORIGIN, "true")})
    advice = advice_for(best, {**READY, "CORS_ALLOW_CREDENTIALS": True})
    assert lines(advice) == {"CORS_ALLOW_CREDENTIALS": False}
    assert work_on(advice_for(best, READY), "sharing.any-origin") == [
        "Name the origins that may read answers: CORS_ALLOWED_ORIGINS."
    ]


def test_the_debug_page_goes_and_the_host_is_named():
    body = "because you have <code>DEBUG = True</code>"
    best = an_exchange(status=404, body=body)
    advice = advice_for(best, {**READY, "DEBUG": True, "ALLOWED_HOSTS": []})
    assert lines(advice) == {"DEBUG": False, "ALLOWED_HOSTS": ["shop.test"]}


def test_a_site_without_a_fault_gets_no_advice():
    best = an_exchange()
    advice = advice_for(best, READY)
    assert (advice.changes, advice.work) == ((), ())
    assert forecast(best, advice) == "A+ 150 -> A+ 150"
    assert improved(best, advice) is best


def test_a_site_that_does_not_answer_gets_no_changes():
    silent = Exchange("shop.test", None)
    advice = advice_for(silent)
    assert not advice.changes
    assert forecast(silent, advice) == "not graded -> not graded"
