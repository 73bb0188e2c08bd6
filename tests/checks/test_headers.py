from __future__ import annotations

import pytest
from django.urls import path
from tests import views
from tests.checks.catalogue import MIDDLEWARE, OURS, SESSIONS, ids, ramp, say
from tests.settings import INSTALLED_APPS

from security.decorators import cross_origin_opener_policy

DJANGO = "django.middleware.security.SecurityMiddleware"
DJANGO_CSP = "django.middleware.csp.ContentSecurityPolicyMiddleware"
FRAMES = "django.middleware.clickjacking.XFrameOptionsMiddleware"
OUR_CSP = "security.middleware.ContentSecurityPolicyMiddleware"
OUR_HSTS = "security.middleware.StrictTransportSecurityMiddleware"
REFERRER = "security.middleware.ReferrerPolicyMiddleware"
COOP = "SECURE_CROSS_ORIGIN_OPENER_POLICY"
LOOSE = ["'self'", "'unsafe-inline'"]
INLINE = {"default-src": LOOSE}


def texts(found):
    return [str(message.msg) for message in found]


@pytest.mark.parametrize("django", [DJANGO, FRAMES])
def test_a_header_of_djangos_own_middleware_is_left_to_django(settings, django):
    values = {
        "MIDDLEWARE": [django, OURS],
        "X_FRAME_OPTIONS": None,
        "SECURE_REFERRER_POLICY": None,
        "SECURE_CSP": {},
    }
    asked = {"headers.check_no_frames": FRAMES, "headers.check_no_referrer": DJANGO}
    for check, middleware in asked.items():
        assert bool(say(settings, check, values)) is (middleware != django)


def test_a_route_that_tells_where_a_visitor_comes_from_is_named(settings):
    row = {"SECURE_REFERRER_POLICY": "no-referrer-when-downgrade"}
    values = {"SECURITY_ROUTES": {"shop:index": row, "shop:about": {"X_FRAME_OPTIONS": "DENY"}}}
    (found,) = say(settings, "headers.check_referrer", values)
    assert found.msg.startswith("SECURITY_ROUTES['shop:index']['SECURE_REFERRER_POLICY'] is ")
    assert 'SECURITY_ROUTES["shop:index"]["SECURE_REFERRER_POLICY"] = "strict' in found.hint


def test_the_documented_policy_is_asked_too(settings):
    values = {"MIDDLEWARE": [*MIDDLEWARE[1:], REFERRER], "REFERRER_POLICY": "no-referrer"}
    assert ids(say(settings, "headers.check_referrer_forms", values)) == ["bulwark.W041"]
    values["REFERRER_POLICY"] = "off"
    assert say(settings, "headers.check_referrer_forms", values) == []
    assert say(settings, "headers.check_referrer_forms", {"MIDDLEWARE": [REFERRER]}) == []


def frames(settings, option, ancestors):
    values = {
        "X_FRAME_OPTIONS": option,
        "SECURE_CSP": {"default-src": ["'self'"], "frame-ancestors": ancestors},
    }
    return [message.hint for message in say(settings, "headers.check_frames", values)]


@pytest.mark.parametrize(
    ("option", "ancestors"),
    [
        ("deny", ["'none'"]),
        ("SAMEORIGIN", ["'self'"]),
        ("SAMEORIGIN", ["'self'", "https://partner.example"]),
        (None, ["https://partner.example"]),
        ("allow-from https://partner.example", ["https://partner.example"]),
    ],
)
def test_a_header_and_a_policy_that_agree_are_fine(settings, option, ancestors):
    assert frames(settings, option, ancestors) == []


@pytest.mark.parametrize(
    ("option", "ancestors", "fix"),
    [
        ("SAMEORIGIN", ["'none'"], 'X_FRAME_OPTIONS = "DENY"'),
        ("DENY", ["'SELF'"], 'X_FRAME_OPTIONS = "SAMEORIGIN"'),
        ("DENY", ["https://partner.example"], "X_FRAME_OPTIONS = None, since"),
    ],
)
def test_a_header_and_a_policy_that_do_not_agree_are_told_how_to(settings, option, ancestors, fix):
    (hint,) = frames(settings, option, ancestors)
    assert fix in hint


def test_frames_are_of_no_interest_where_nobody_sends_the_header(settings):
    values = {
        "MIDDLEWARE": [OUR_CSP],
        "CSP_DICT": {"frame-ancestors": ["self"]},
        "X_FRAME_OPTIONS": "DENY",
    }
    assert say(settings, "headers.check_frames", values) == []
    values["MIDDLEWARE"] = [OUR_CSP, FRAMES]
    assert ids(say(settings, "headers.check_frames", values)) == ["bulwark.W042"]


def test_integrity_is_ours_alone(settings):
    policy = {"SECURITY_INTEGRITY_POLICY": {"blocked-destinations": ["script"]}}
    assert say(settings, "headers.check_integrity", policy, {"MIDDLEWARE": [SESSIONS]}) == []


def test_a_decorator_that_lets_the_popup_answer_is_seen(settings):
    add = {"SECURITY_CSP_ADD": {"frame-src": ["https://shop.firebaseapp.com"]}}
    found = texts(say(settings, "isolation.check_popup_services", add))
    assert len(found) == 1
    assert "https://shop.firebaseapp.com: the pop-up of Firebase" in found[0]
    view = cross_origin_opener_policy("same-origin-allow-popups")(views.sync_view)
    marked = {"ROOT_URLCONF": (path("login/", view, name="login"),)}
    assert say(settings, "isolation.check_popup_services", add, marked) == []


@pytest.mark.parametrize(
    "values",
    [
        {"SECURITY_CSP_ADD": {"img-src": ["https://notaccounts.google.com.example"]}},
        {"SECURITY_CSP_ADD": {"script-src": ["https://accounts.google.com"]}, COOP: "unsafe-none"},
        {"SECURITY_CSP_ADD": {"script-src": ["https://accounts.google.com"]}, COOP: None},
        {"MIDDLEWARE": [SESSIONS], "INSTALLED_APPS": [*INSTALLED_APPS, "social_django"]},
    ],
    ids=["another host", "another policy", "no policy", "no middleware"],
)
def test_popups_that_answer_are_not_told(settings, values):
    assert say(settings, "isolation.check_popup_services", values) == []
    assert say(settings, "isolation.check_popup_apps", values) == []


def test_own_sources_need_no_agreement(settings):
    values = {
        "SECURITY_CROSS_ORIGIN_EMBEDDER_POLICY": "require-corp",
        "SECURE_CSP": {
            "img-src": ["'self'", "data:", "blob:"],
            "connect-src": ["https://a.example"],
        },
    }
    assert say(settings, "isolation.check_embedder", values) == []
    assert say(settings, "isolation.check_embedder", values, {"MIDDLEWARE": [SESSIONS]}) == []


def loose(settings, *changes):
    return texts(say(settings, "strength.check_loose_policies", *changes))


def test_what_a_project_adds_to_a_preset_is_judged_and_the_preset_is_not(settings):
    values = {"SECURITY_PRESET": "balanced", "SECURITY_CSP_REPLACE": {"script-src": LOOSE}}
    (found,) = loose(settings, values)
    assert "Every inline script" in found
    values["SECURITY_CSP_REPLACE"] = {"img-src": ["https:"]}
    assert loose(settings, values) == []
    values["SECURE_CSP"] = {"img-src": ["https:"]}
    (found,) = loose(settings, values)
    assert "script-src: Scripts may come from anywhere." in found


def test_a_nonce_is_no_finding(settings):
    assert (
        loose(settings, {"SECURITY_PRESET": None, "SECURE_CSP": {"default-src": ["'self'"]}}) == []
    )
    values = {"SECURE_CSP": {"script-src": ["<CSP_NONCE_SENTINEL>"], "object-src": ["'none'"]}}
    assert (
        loose(settings, values, {"SECURE_CSP": {**values["SECURE_CSP"], "base-uri": ["'none'"]}})
        == []
    )


def test_a_route_is_judged_by_itself(settings):
    values = {"SECURITY_ROUTES": {"shop:index": {"SECURE_CSP": {"script-src": ["*"]}}}}
    (found,) = loose(settings, values)
    assert found.startswith("SECURITY_ROUTES['shop:index']['SECURE_CSP'] is enforced, and an ")
    rows = {
        "shop:index": {"SECURE_CSP": lambda request, response: None},
        "sync": {"SECURE_CSP": {}},
    }
    assert loose(settings, {"SECURITY_ROUTES": rows}) == []


@pytest.mark.parametrize(
    "documented",
    [
        {"CSP_STRING": "script-src * 'unsafe-inline' data:; object-src *"},
        {"CSP_DICT": {"script-src": ["*", "unsafe-inline", "data:"], "object-src": ["*"]}},
    ],
    ids=["string", "dictionary"],
)
def test_a_documented_policy_is_judged_and_three_findings_are_named(settings, documented):
    values = {"MIDDLEWARE": [OUR_CSP], "SECURITY_PRESET": None, **documented}
    (found,) = loose(settings, values)
    assert found.startswith(f"{next(iter(documented))} is enforced")
    assert found.endswith(" more.")
    assert found.count("-src: ") == 3
    assert loose(settings, values, {"CSP_MODE": "report-only"}) == []


def test_djangos_own_middleware_enforces_the_same_setting(settings):
    values = {"MIDDLEWARE": [DJANGO_CSP], "SECURITY_PRESET": None, "SECURE_CSP": INLINE}
    assert len(loose(settings, values)) == 1
    assert loose(settings, values, {"SECURE_CSP": {}}) == []


def test_a_policy_that_cannot_be_made_is_left_to_the_start(settings):
    assert loose(settings, {"SECURITY_CSP_APPS": ["no-such-app"], "SECURE_CSP": INLINE}) == []


def test_each_of_the_policies_in_one_string_is_read(settings):
    text = "default-src 'self', frame-ancestors 'self', frame-ancestors 'none'"
    values = {"MIDDLEWARE": [OUR_CSP, FRAMES], "CSP_STRING": text, "X_FRAME_OPTIONS": "DENY"}
    (found,) = texts(say(settings, "headers.check_frames", values))
    assert "CSP_STRING says frame-ancestors 'self':" in found


def reported(settings, *changes):
    return texts(say(settings, "strength.check_reported_policies", *changes))


def test_the_documented_mode_that_only_reports_is_found(settings):
    values = {
        "MIDDLEWARE": [OUR_CSP],
        "CSP_MODE": "report-only",
        "CSP_DICT": {"default-src": ["self"]},
    }
    (found,) = reported(settings, values)
    assert found.startswith("CSP_DICT is only reported")
    assert reported(settings, values, {"CSP_MODE": "enforce"}) == []


@pytest.mark.parametrize(
    "values",
    [
        {"SECURITY_CSP_ROLLOUT": {"POLICY": {"img-src": "*"}, "PERCENT": 5}},
        {"SECURITY_CSP_CALLABLE": "tests.views.sync_view"},
        {"MIDDLEWARE": [SESSIONS]},
        {"SECURE_CSP_REPORT_ONLY": {}},
    ],
    ids=["rollout", "callable", "nobody sends it", "none"],
)
def test_a_policy_that_comes_into_force_otherwise_is_fine(settings, values):
    only = {"SECURE_CSP": {}, "SECURE_CSP_REPORT_ONLY": {"default-src": ["'self'"]}}
    assert reported(settings, only, values) == []


@pytest.mark.parametrize(
    ("middleware", "values", "found"),
    [
        ([DJANGO], {"SECURE_HSTS_SECONDS": 60}, ["bulwark.W050"]),
        ([DJANGO], {"SECURE_HSTS_SECONDS": 0}, []),
        ([OUR_HSTS], {"STS_MAX_AGE": 60, "STS_PRELOAD": True}, ["bulwark.W050"]),
        (
            [OUR_HSTS],
            {"STS_INCLUDE_SUBDOMAINS": False, "STS_PRELOAD": True},
            ["bulwark.W049"],
        ),
        ([OURS], {"SECURE_HSTS_SECONDS": 60}, ["bulwark.W049", "bulwark.W050"]),
        ([OURS], {"SECURE_HSTS_SECONDS": 0}, []),
        ([SESSIONS], {"SECURE_HSTS_SECONDS": 60}, []),
    ],
)
def test_preload_is_judged_by_who_sends_it(settings, middleware, values, found):
    base = {
        "SECURITY_PRESET": None,
        "MIDDLEWARE": middleware,
        "SECURE_HSTS_PRELOAD": True,
        "SECURE_HSTS_INCLUDE_SUBDOMAINS": False,
    }
    checks = ("hsts.check_preload_subdomains", "hsts.check_preload_age")
    assert [i for check in checks for i in ids(say(settings, check, base, values))] == found


@pytest.mark.parametrize(
    "steps",
    [
        ramp((-60, 300), (-10, 31_536_000)),
        ramp((-9, 86_400), (5, 0)),
        ramp((1, 300), (8, 86_400)),
    ],
    ids=["just over", "a withdrawal", "tomorrow"],
)
def test_a_ramp_that_goes_its_way_is_silent(settings, steps):
    for check in ("check_ramp_end", "check_ramp_start", "check_ramp_rise"):
        assert say(settings, f"hsts.{check}", steps) == []


def test_a_withdrawal_of_nothing_is_over_the_next_day(settings):
    assert ids(say(settings, "hsts.check_ramp_end", ramp((-1, 0)))) == ["bulwark.W052"]
    assert say(settings, "hsts.check_ramp_end", ramp((0, 0))) == []


def test_a_ramp_that_nobody_reads_is_not_judged(settings):
    values = {"MIDDLEWARE": [DJANGO], **ramp((90, 300), (91, 60))}
    assert say(settings, "hsts.check_ramp_start", values) == []
    assert say(settings, "hsts.check_ramp_rise", values) == []


def test_a_fall_before_the_withdrawal_is_still_a_fall(settings):
    values = ramp((-9, 600), (-5, 300), (1, 0))
    assert texts(say(settings, "hsts.check_ramp_rise", values)) == [
        "SECURITY_HSTS_RAMP must rise, or end with 0 (got 300 after 600): browsers that heard the "
        "higher number forget it with their next visit."
    ]
