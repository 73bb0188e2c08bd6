from __future__ import annotations

from io import StringIO

import pytest
from django.core import checks as django_checks
from django.core.checks.registry import CheckRegistry
from django.core.management import call_command

from security import checks
from security.checks.deploy import check_allow_from, check_gaps, check_hosts, check_proxies

OURS = "security.middleware.SecurityMiddleware"
SAFE = {
    "SECURE_HSTS_SECONDS": 60,
    "SECURE_SSL_REDIRECT": True,
    "SECURE_CONTENT_TYPE_NOSNIFF": True,
    "SECURE_CSP": {"default-src": ["'self'"]},
}


@pytest.fixture(autouse=True)
def installed(settings):
    settings.MIDDLEWARE = [OURS]


def ids(found):
    return [message.id for message in found]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECURE_PROXY_SSL_HEADER", ("HTTP_X_FORWARDED_PROTO", "https")),
        ("USE_X_FORWARDED_HOST", True),
        ("USE_X_FORWARDED_PORT", True),
    ],
)
def test_a_header_that_is_believed_from_nobody_is_an_error(settings, name, value):
    assert check_proxies() == []
    setattr(settings, name, value)
    (found,) = check_proxies()
    assert (found.id, found.level) == ("bulwark.E003", django_checks.ERROR)
    assert found.msg == (
        f"SECURITY_TRUSTED_PROXIES must name the proxies that {name} relies on (got [])."
    )
    settings.SECURITY_TRUSTED_PROXIES = ["10.0.0.5"]
    assert check_proxies() == []


def test_it_is_djangos_affair_where_we_are_not_installed(settings):
    settings.MIDDLEWARE = ["djangosecure.middleware.SecurityMiddleware"]
    settings.USE_X_FORWARDED_HOST = True
    assert check_proxies() == []


def test_allow_from_is_said_to_be_dead(settings):
    assert check_allow_from() == []
    settings.X_FRAME_OPTIONS = "allow-from https://a.example/x"
    (found,) = check_allow_from()
    assert (found.id, found.level) == ("bulwark.W001", django_checks.WARNING)
    assert "no browser honours" in found.msg
    assert "frame-ancestors https://a.example into" in found.hint


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ({"ALLOWED_HOSTS": ["*"], "SECURE_SSL_REDIRECT": True}, ["bulwark.W002"]),
        ({"ALLOWED_HOSTS": ["a.example"], "SECURE_SSL_REDIRECT": True}, []),
        ({"ALLOWED_HOSTS": ["*"], "SECURE_SSL_REDIRECT": False}, []),
        (
            {
                "ALLOWED_HOSTS": ["*"],
                "SECURE_SSL_REDIRECT": True,
                "SECURE_SSL_HOST": "a.example",
            },
            [],
        ),
    ],
)
def test_a_redirect_whose_host_the_client_chooses_is_found(settings, values, found):
    for name, value in values.items():
        setattr(settings, name, value)
    assert ids(check_hosts()) == found


GAPS = {
    "SECURE_HSTS_SECONDS": (0, "bulwark.W003"),
    "SECURE_SSL_REDIRECT": (False, "bulwark.W004"),
    "SECURE_CONTENT_TYPE_NOSNIFF": (False, "bulwark.W005"),
    "SECURE_CSP": ({}, "bulwark.W006"),
}


@pytest.mark.parametrize("name", [None, *GAPS])
def test_each_protection_that_is_off_is_found(settings, name):
    for each, value in SAFE.items():
        setattr(settings, each, value)
    if name is not None:
        setattr(settings, name, GAPS[name][0])
    assert ids(check_gaps()) == ([] if name is None else [GAPS[name][1]])


def test_a_ramp_closes_the_gap_of_hsts(settings):
    for each, value in SAFE.items():
        setattr(settings, each, value)
    settings.SECURE_HSTS_SECONDS = 0
    settings.SECURITY_HSTS_RAMP = [("2030-01-01", 60)]
    assert check_gaps() == []


@pytest.mark.parametrize("preset", ["strict", "balanced", "api"])
def test_a_preset_leaves_the_redirect_only(settings, preset):
    settings.SECURITY_PRESET = preset
    assert ids(check_gaps()) == ["bulwark.W004"]


EVERY_CHECK = (check_proxies, check_allow_from, check_hosts, check_gaps)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECURITY_PRESET", "strictest"),
        ("X_FRAME_OPTIONS", "NEVER"),
        ("SECURITY_TRUSTED_PROXIES", "10.0.0.5"),
        ("SECURITY_ROUTES", []),
        ("SECURE_SSL_HOST", ""),
        ("SECURE_HSTS_SECONDS", "1 year"),
    ],
)
def test_no_check_fails_by_a_setting_that_is_broken(settings, name, value):
    settings.USE_X_FORWARDED_HOST = True
    setattr(settings, name, value)
    for check in EVERY_CHECK:
        assert all(isinstance(found, django_checks.CheckMessage) for found in check())


def test_registering_twice_does_no_harm(monkeypatch):
    registry = CheckRegistry()
    monkeypatch.setattr(checks, "django_register", registry.register)
    checks.register()
    before = registry.get_checks(include_deployment_checks=True)
    checks.register()
    assert registry.get_checks(include_deployment_checks=True) == before


def test_manage_py_check_is_content_with_the_defaults():
    out = StringIO()
    call_command("check", "--tag", "security", stdout=out, stderr=out)
    assert out.getvalue() == "System check identified no issues (0 silenced).\n"
