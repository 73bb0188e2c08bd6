from __future__ import annotations

import pytest
from django.test import Client
from tests.pages import sent

from security.policy.presets import PRESETS

COMMON = {
    "X-Content-Type-Options": "nosniff",
    "X-Permitted-Cross-Domain-Policies": "none",
    "X-DNS-Prefetch-Control": "off",
    "X-XSS-Protection": "0",
}
SILENT = (
    "accelerometer=(), autoplay=(), camera=(), display-capture=(), encrypted-media=(), "
    "fullscreen=(), geolocation=(), gyroscope=(), hid=(), idle-detection=(), magnetometer=(), "
    "microphone=(), midi=(), payment=(), screen-wake-lock=(), serial=(), usb=(), "
    "xr-spatial-tracking=()"
)
ALONE = {
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Origin-Agent-Cluster": "?1",
    "Permissions-Policy": SILENT,
}
SENT = {
    "strict": COMMON
    | ALONE
    | {
        "Content-Security-Policy": (
            "default-src 'none'; script-src 'none'; style-src 'self'; img-src 'self'; "
            "font-src 'self'; connect-src 'self'; manifest-src 'self'; media-src 'self'; "
            "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        ),
    },
    "balanced": COMMON
    | {
        "Strict-Transport-Security": "max-age=86400",
        "X-Frame-Options": "SAMEORIGIN",
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "Cross-Origin-Opener-Policy": "same-origin-allow-popups",
        "Cross-Origin-Resource-Policy": "same-site",
        "Permissions-Policy": SILENT.replace("autoplay=()", "autoplay=(self)").replace(
            "fullscreen=()", "fullscreen=(self)"
        ),
        "Content-Security-Policy": (
            "object-src 'none'; base-uri 'self'; form-action 'self' https:; frame-ancestors 'self'"
        ),
    },
    "api": COMMON
    | ALONE
    | {
        "Cache-Control": "no-store",
        "Content-Security-Policy": (
            "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        ),
    },
}
PRESET = pytest.mark.parametrize("preset", SENT)


@pytest.fixture(autouse=True)
def installed(settings):
    settings.MIDDLEWARE = ["security.middleware.SecurityMiddleware"]


def test_every_preset_has_its_row():
    assert set(SENT) == set(PRESETS)


@PRESET
@pytest.mark.parametrize("path", ["/sync/", "/async/", "/async-page/", "/nowhere/"])
def test_a_preset_sends_this_and_nothing_else(get, settings, preset, path):
    settings.SECURITY_PRESET = preset
    assert sent(get(path, secure=True)) == SENT[preset]


@PRESET
def test_over_plain_http_it_sends_all_but_hsts(get, settings, preset):
    settings.SECURITY_PRESET = preset
    plain = {name: v for name, v in SENT[preset].items() if name != "Strict-Transport-Security"}
    assert sent(get("/sync/")) == plain


@PRESET
def test_no_preset_makes_browsers_hide_their_origin(preset):
    assert "no-referrer" not in repr(PRESETS[preset])


@PRESET
def test_what_the_project_sets_wins_even_djangos_default(get, settings, preset):
    settings.SECURITY_PRESET = preset
    settings.SECURE_HSTS_SECONDS = 0
    settings.SECURE_REFERRER_POLICY = "origin"
    settings.PERMISSIONS_POLICY = {}
    settings.SECURE_CSP = {"img-src": "*"}
    settings.XSS_PROTECT = None
    gone = {"Strict-Transport-Security", "Permissions-Policy", "X-XSS-Protection"}
    assert sent(get("/sync/", secure=True)) == {
        name: value for name, value in SENT[preset].items() if name not in gone
    } | {"Referrer-Policy": "origin", "Content-Security-Policy": "img-src *"}


def test_a_preset_of_a_test_is_seen_at_once(settings):
    client = Client()
    for preset, headers in SENT.items():
        settings.SECURITY_PRESET = preset
        assert sent(client.get("/sync/", secure=True)) == headers


@PRESET
@pytest.mark.parametrize(
    ("middleware", "header"),
    [
        ("XFrameOptionsMiddleware", "X-Frame-Options"),
        ("XssProtectMiddleware", "X-XSS-Protection"),
        ("ContentSecurityPolicyMiddleware", "Content-Security-Policy"),
    ],
)
def test_a_documented_middleware_takes_the_preset_for_its_shared_setting(
    get, settings, preset, middleware, header
):
    settings.MIDDLEWARE = [f"security.middleware.{middleware}"]
    settings.SECURITY_PRESET = preset
    assert sent(get("/sync/", secure=True)) == {header: SENT[preset][header]}


ADMIN = "script-src 'self' 'nonce-"


@pytest.mark.parametrize("path", ["/admin/login/", "/admin/"])
def test_the_admin_runs_its_own_scripts_under_the_strict_preset(client, settings, path):
    settings.SECURITY_PRESET = "strict"
    settings.MIDDLEWARE += [
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    ]
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
    policy = client.get(path)["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "script-src 'none'" in client.get("/sync/")["Content-Security-Policy"]


def test_a_row_of_the_project_for_the_admin_replaces_ours(client, settings):
    settings.SECURITY_PRESET = "strict"
    settings.SECURITY_ROUTES = {"admin:*": {"SECURE_CSP": {"img-src": "*"}}}
    settings.MIDDLEWARE += [
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    ]
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
    assert client.get("/admin/login/")["Content-Security-Policy"] == "img-src *"
