from __future__ import annotations

import pytest
from tests.grade.exchanges import a_page, an_exchange, chain, preflight

from security.grade.advice.advise import advise
from security.grade.advice.change import (
    APPS,
    MIDDLEWARE,
    OURS,
    PRESET,
    Advice,
    Assign,
    Change,
    settings_overrides,
)
from security.grade.advice.improved import forecast, improved
from security.grade.card import grade
from security.grade.exchange import Exchange, Reply
from security.grade.observatory_tests import ORIGIN

DJANGO = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
SECURITY = "django.middleware.security.SecurityMiddleware"
FRAMES = "django.middleware.clickjacking.XFrameOptionsMiddleware"
SITE = {
    "INSTALLED_APPS": ["django.contrib.auth", "django.contrib.contenttypes"],
    "MIDDLEWARE": [SECURITY, "shop.middleware.Basket", FRAMES],
}
READY = {"INSTALLED_APPS": ["security"], "MIDDLEWARE": [OURS]}
INLINE = "<script>basket()</script>"


def a_site(body="", *, lines=(), http="http://shop.test/", **headers):
    """Build what a site of Django sends without a setting."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    sent = {"Content-Type": "text/html", **DJANGO, **named}
    reply = Reply(200, (*sent.items(), *lines), a_page(body))
    return Exchange("shop.test", reply, http=chain(http))


def advice_for(exchange, installed=SITE):
    return advise(grade(exchange), exchange, installed=installed)


def lines(advice):
    return {edit.setting: edit.value for edit in advice.edits if edit.setting not in LISTS}


def work_on(advice, id_):
    return [work.text for work in advice.work if id_ in work.about]


LISTS = {APPS, MIDDLEWARE}
STRICT = {
    PRESET: "strict",
    "SECURE_SSL_REDIRECT": True,
    "SECURITY_CROSS_ORIGIN_EMBEDDER_POLICY": "require-corp",
}


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


@pytest.mark.parametrize(
    ("body", "what"),
    {
        INLINE: "an inline script without a nonce",
        '<p onclick="buy()">': "a handler such as onclick=",
        '<a href="javascript:buy()">': "a javascript: link",
        '<img src="https://cdn.test/a.png">': "files of other sites",
        '<iframe src="/map/"></iframe>': "a frame or a plug-in",
        '<script nonce="" src="/a.js"></script>': "an empty nonce",
    }.items(),
    ids=["script", "handler", "link", "image", "frame", "nonce"],
)
def test_a_page_that_the_strict_preset_would_break_gets_the_balanced_one(body, what):
    advice = advice_for(a_site(body))
    assert lines(advice)[PRESET] == "balanced"
    (text,) = work_on(advice, "csp-implemented-with-unsafe-inline")
    assert what in text
    assert text.endswith("; then take the strict preset.")


def test_inline_code_is_work_with_the_command_that_helps():
    (text,) = work_on(advice_for(a_site(INLINE)), "csp.MISSING_DIRECTIVES")
    assert "'manage.py csp inline --fix'" in text
    assert advice_for(a_site(INLINE)).work[0].docs == "csp_inline.md"


def test_once_the_pages_are_ready_the_strict_preset_takes_the_place_of_the_balanced():
    first = advice_for(a_site(INLINE))
    after = improved(a_site("<script nonce='a'>basket()</script>"), first)
    held = {**SITE, **settings_overrides(first)}
    second = advise(grade(after), after, installed=held)
    assert lines(second)[PRESET] == "strict"
    assert grade(improved(after, second)).observatory.grade == "A+"


def test_pages_that_need_a_little_more_get_it_beside_the_preset():
    body = '<script src="/a.js"></script><style>p {}</style><img src="data:image/gif,">'
    advice = advice_for(a_site(body))
    additions = {
        "SECURITY_CSP_REMOVE": {"script-src": ["'strict-dynamic'"]},
        "SECURITY_CSP_ADD": {"script-src": ["'self'"], "img-src": ["data:"]},
        "SECURITY_CSP_REPLACE": {"style-src": ["'self'", "'unsafe-inline'"]},
    }
    assert lines(advice) == {**STRICT, **additions}
    after = improved(a_site(body), advice)
    words = after.response.value("content-security-policy").split("; ")
    assert {"script-src 'self'", "style-src 'self' 'unsafe-inline'"} <= set(words)
    assert grade(after).observatory.grade == "A+"


def test_all_pages_of_a_site_count():
    pages = [a_site(), a_site(INLINE)]
    advice = advise([grade(page) for page in pages], pages, installed=SITE)
    assert lines(advice)[PRESET] == "balanced"


def test_a_page_of_an_error_needs_nothing():
    page = a_site()
    error = Exchange("shop.test", Reply(500, page.response.headers, a_page(INLINE)))
    advice = advise([grade(page), grade(error)], [page, error], installed=SITE)
    assert lines(advice)[PRESET] == "strict"


ADMIN = '<script src="/static/admin/js/theme.js"></script>'


def test_the_scripts_of_the_admin_need_no_exception_of_the_project():
    advice = advice_for(a_site(ADMIN))
    assert lines(advice) == STRICT
    policy = improved(a_site(ADMIN), advice).response.value("content-security-policy")
    assert "script-src 'self';" in policy


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


POLICY = {"default-src": ["'self'"], "script-src": ["'self'", "'unsafe-inline'"]}
TEXT = "default-src 'self'; script-src 'self' 'unsafe-inline'; form-action 'self'"


def test_a_policy_of_the_project_is_edited_and_not_replaced():
    best = an_exchange(Content_Security_Policy=TEXT)
    advice = advice_for(best, {**READY, "SECURE_CSP": POLICY})
    parts = lines(advice)
    assert parts["SECURITY_CSP_REMOVE"] == {"script-src": ["'unsafe-inline'"]}
    assert parts["SECURITY_CSP_REPLACE"] == {"frame-ancestors": ["'none'"]}
    assert PRESET not in parts
    assert grade(improved(best, advice)).observatory.grade == "A+"


def test_parts_of_a_policy_that_the_project_has_are_its_own_to_change():
    own = {**READY, "SECURE_CSP": POLICY, "SECURITY_CSP_REMOVE": {"img-src": ["data:"]}}
    advice = advice_for(an_exchange(Content_Security_Policy=TEXT), own)
    assert "SECURITY_CSP_REMOVE" not in lines(advice)
    (text,) = work_on(advice, "csp.SCRIPT_UNSAFE_INLINE")
    assert text == 'Add {"script-src": ["\'unsafe-inline\'"]} to your SECURITY_CSP_REMOVE.'


def test_inline_code_of_the_page_keeps_unsafe_inline_in_the_policy():
    best = an_exchange(Content_Security_Policy=TEXT, body=a_page(INLINE))
    advice = advice_for(best, {**READY, "SECURE_CSP": POLICY})
    assert "SECURITY_CSP_REMOVE" not in lines(advice)
    assert "csp inline --fix" in work_on(advice, "csp.SCRIPT_UNSAFE_INLINE")[0]


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


def test_a_policy_that_the_project_turned_off_is_its_own_to_turn_on():
    best = an_exchange(without="Content-Security-Policy")
    advice = advice_for(best, {**READY, "SECURE_CSP": None})
    assert not advice.changes
    assert work_on(advice, "csp.missing") == ["Write the policy as a header: SECURE_CSP."]
    asleep = advice_for(a_site(), {**SITE, "SECURE_CSP": None})
    assert not improved(a_site(), asleep).response.has("content-security-policy")


@pytest.mark.parametrize(("option", "end"), [("SAMEORIGIN", "'self'"), (None, "")])
def test_the_policy_of_the_preset_says_of_frames_what_the_project_says(option, end):
    preset = Change(Assign(PRESET, "strict"), (), "None.", "presets.md")
    after = improved(a_site(), Advice((preset,), installed={"X_FRAME_OPTIONS": option}))
    policy = after.response.value("content-security-policy")
    assert policy.partition("frame-ancestors ")[2] == end


def test_a_site_that_nobody_knows_keeps_its_frames():
    site = a_site(X_Frame_Options="SAMEORIGIN")
    policy = improved(site, advise(grade(site), site)).response.value("content-security-policy")
    assert policy.endswith("frame-ancestors 'self'")
