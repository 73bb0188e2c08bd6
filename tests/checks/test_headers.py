from __future__ import annotations

import pytest
from django.urls import path
from tests import views
from tests.checks.catalogue import DJANGO, MIDDLEWARE, OUR_CSP, OURS, SESSIONS, ids, say, texts
from tests.settings import INSTALLED_APPS

from security.decorators import cross_origin_opener_policy

FRAMES = "django.middleware.clickjacking.XFrameOptionsMiddleware"
REFERRER = "security.middleware.ReferrerPolicyMiddleware"
COOP = "SECURE_CROSS_ORIGIN_OPENER_POLICY"


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


def test_each_of_the_policies_in_one_string_is_read(settings):
    text = "default-src 'self', frame-ancestors 'self', frame-ancestors 'none'"
    values = {"MIDDLEWARE": [OUR_CSP, FRAMES], "CSP_STRING": text, "X_FRAME_OPTIONS": "DENY"}
    (found,) = texts(say(settings, "headers.check_frames", values))
    assert "CSP_STRING says frame-ancestors 'self':" in found
