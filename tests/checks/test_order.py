from __future__ import annotations

import pytest
from tests.checks.catalogue import COMMON, CSRF, OURS, SESSIONS, ids, say

CLASSES = "tests.checks.classes"
DJANGO = "django.middleware.security.SecurityMiddleware"
FRAMES = "django.middleware.clickjacking.XFrameOptionsMiddleware"
UPDATE = "django.middleware.cache.UpdateCacheMiddleware"
GZIP = "django.middleware.gzip.GZipMiddleware"
SINGLE = "security.middleware.{}".format


def test_all_that_stands_in_front_is_told_in_one_warning(settings):
    values = {"MIDDLEWARE": [f"{CLASSES}.OwnSessions", COMMON, f"{CLASSES}.OwnSecurity", CSRF]}
    (found,) = say(settings, "order.check_first", values)
    assert found.msg.startswith(
        f"MIDDLEWARE has {CLASSES}.OwnSessions and {COMMON} in front of {CLASSES}.OwnSecurity:"
    )
    assert f'MIDDLEWARE.index("{CLASSES}.OwnSecurity")' in found.hint


@pytest.mark.parametrize(
    "middleware",
    [[], [SESSIONS], [UPDATE, OURS], ["shop.middleware.Mine", OURS], [DJANGO, OURS]],
    ids=repr,
)
def test_what_may_stand_in_front_is_not_told(settings, middleware):
    assert say(settings, "order.check_first", {"MIDDLEWARE": middleware}) == []


def test_djangos_in_front_of_ours_leaves_us_the_say(settings):
    values = {"MIDDLEWARE": [DJANGO, FRAMES, OURS]}
    assert say(settings, "order.check_two_middlewares", values) == []


@pytest.mark.parametrize("rival", [DJANGO, FRAMES, f"{CLASSES}.OwnFrames"])
def test_djangos_behind_ours_has_the_say(settings, rival):
    (found,) = say(settings, "order.check_two_middlewares", {"MIDDLEWARE": [OURS, rival]})
    assert found.msg.startswith(f"MIDDLEWARE has {rival} behind {OURS}:")
    assert f'MIDDLEWARE.remove("{rival}")' in found.hint
    assert "security.W001" in found.hint
    assert "security.W002" in found.hint


@pytest.mark.parametrize("rival", [FRAMES, SINGLE("DoNotTrackMiddleware"), "shop.Mine"])
def test_who_reads_the_same_setting_is_no_rival(settings, rival):
    assert say(settings, "order.check_singles", {"MIDDLEWARE": [OURS, rival]}) == []


@pytest.mark.parametrize(
    ("rival", "setting"),
    [
        ("ContentNoSniff", "SECURE_CONTENT_TYPE_NOSNIFF"),
        ("StrictTransportSecurityMiddleware", "SECURE_HSTS_SECONDS"),
        ("XFrameOptionsDenyMiddleware", "X_FRAME_OPTIONS"),
        ("XssProtectMiddleware", "XSS_PROTECT"),
        ("ContentSecurityPolicyMiddleware", "SECURE_CSP"),
    ],
)
def test_a_middleware_for_a_header_that_is_sent_is_a_rival(settings, rival, setting):
    values = {"MIDDLEWARE": [OURS, SINGLE(rival)], "CSP_DICT": {"default-src": ["self"]}}
    (found,) = say(settings, "order.check_singles", values)
    assert setting in found.hint
    assert say(settings, "order.check_singles", {"MIDDLEWARE": [SINGLE(rival)]}) == []


@pytest.mark.parametrize(
    ("rival", "off"),
    [
        ("StrictTransportSecurityMiddleware", {"SECURE_HSTS_SECONDS": 0}),
        ("XssProtectMiddleware", {"XSS_PROTECT": None}),
        ("ContentSecurityPolicyMiddleware", {"SECURE_CSP": {}}),
        ("NoConfidentialCachingMiddleware", {}),
    ],
)
def test_a_middleware_for_a_header_that_is_not_sent_is_none(settings, rival, off):
    values = {"MIDDLEWARE": [OURS, SINGLE(rival)], **off}
    assert say(settings, "order.check_singles", values) == []


def test_a_ramp_is_a_header_that_is_sent(settings):
    values = {
        "MIDDLEWARE": [OURS, SINGLE("StrictTransportSecurityMiddleware")],
        "SECURE_HSTS_SECONDS": 0,
        "SECURITY_HSTS_RAMP": [("2026-01-01", 300)],
    }
    assert ids(say(settings, "order.check_singles", values)) == ["bulwark.W035"]


def test_compression_of_packages_is_not_padded(settings):
    brotli = "django_brotli.middleware.BrotliMiddleware"
    values = {"MIDDLEWARE": [OURS, GZIP, brotli]}
    (found,) = say(settings, "order.check_compression", values)
    assert found.msg.startswith(f"MIDDLEWARE has {brotli},")
