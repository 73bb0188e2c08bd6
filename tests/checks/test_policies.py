from __future__ import annotations

import pytest
from tests.checks.catalogue import OUR_CSP, SESSIONS, say, texts

DJANGO_CSP = "django.middleware.csp.ContentSecurityPolicyMiddleware"
LOOSE = ["'self'", "'unsafe-inline'"]
INLINE = {"default-src": LOOSE}


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
