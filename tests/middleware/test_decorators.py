from __future__ import annotations

from inspect import isfunction

import pytest
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ImproperlyConfigured
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET
from tests import views
from tests.pages import on_class

from security import decorators
from security.decorators import frame_options, no_store, referrer_policy, security_headers

# Decorator, header, what it says; ``None`` for no such header.
ROWS = {
    "security_headers": (
        security_headers(X_FRAME_OPTIONS="SAMEORIGIN"),
        "X-Frame-Options",
        "SAMEORIGIN",
    ),
    "security_headers none": (security_headers(), "X-Frame-Options", "DENY"),
    "frame_options": (frame_options("SAMEORIGIN"), "X-Frame-Options", "SAMEORIGIN"),
    "frame_options None": (frame_options(None), "X-Frame-Options", None),
    "referrer_policy": (referrer_policy("origin"), "Referrer-Policy", "origin"),
    "referrer_policy list": (
        referrer_policy(["origin", "no-referrer"]),
        "Referrer-Policy",
        "origin, no-referrer",
    ),
    "referrer_policy None": (referrer_policy(None), "Referrer-Policy", None),
    "content_type_nosniff": (
        decorators.content_type_nosniff(False),
        "X-Content-Type-Options",
        None,
    ),
    "strict_transport_security": (
        decorators.strict_transport_security(60),
        "Strict-Transport-Security",
        "max-age=60",
    ),
    "strict_transport_security 0": (
        decorators.strict_transport_security(0),
        "Strict-Transport-Security",
        None,
    ),
    "cross_origin_opener_policy": (
        decorators.cross_origin_opener_policy("same-origin-allow-popups"),
        "Cross-Origin-Opener-Policy",
        "same-origin-allow-popups",
    ),
    "cross_origin_embedder_policy": (
        decorators.cross_origin_embedder_policy("require-corp"),
        "Cross-Origin-Embedder-Policy",
        "require-corp",
    ),
    "cross_origin_resource_policy": (
        decorators.cross_origin_resource_policy("cross-origin"),
        "Cross-Origin-Resource-Policy",
        "cross-origin",
    ),
    "origin_agent_cluster": (
        decorators.origin_agent_cluster(False),
        "Origin-Agent-Cluster",
        "?0",
    ),
    "permissions_policy": (
        decorators.permissions_policy({"camera": ["self"]}),
        "Permissions-Policy",
        "camera=(self)",
    ),
    "permissions_policy None": (decorators.permissions_policy(None), "Permissions-Policy", None),
    "integrity_policy": (
        decorators.integrity_policy({"blocked-destinations": ["script"]}),
        "Integrity-Policy",
        "blocked-destinations=(script), sources=(inline)",
    ),
    "clear_site_data": (
        decorators.clear_site_data(),
        "Clear-Site-Data",
        '"cookies", "storage"',
    ),
    "clear_site_data cache": (decorators.clear_site_data("cache"), "Clear-Site-Data", '"cache"'),
    "no_store": (
        no_store,
        "Cache-Control",
        "no-cache, no-store, max-age=0, must-revalidate",
    ),
    "csp_override": (
        decorators.csp_override({"img-src": ["'none'"]}),
        "Content-Security-Policy",
        "img-src 'none'",
    ),
    "csp_override {}": (decorators.csp_override({}), "Content-Security-Policy", None),
    "csp_override None": (decorators.csp_override(None), "Content-Security-Policy", None),
    "csp_update": (
        decorators.csp_update({"default-src": ["data:"]}),
        "Content-Security-Policy",
        "default-src 'self' data:",
    ),
    "csp_remove": (
        decorators.csp_remove({"default-src": ["'self'"]}),
        "Content-Security-Policy",
        "default-src 'none'",
    ),
    "csp_replace": (
        decorators.csp_replace({"default-src": ["*"]}),
        "Content-Security-Policy",
        "default-src *",
    ),
    "csp_exempt": (decorators.csp_exempt, "Content-Security-Policy", None),
    "csp_report_only_override": (
        decorators.csp_report_only_override({"img-src": "*"}),
        "Content-Security-Policy-Report-Only",
        "img-src *",
    ),
    "csp_report_only_override {}": (
        decorators.csp_report_only_override({}),
        "Content-Security-Policy-Report-Only",
        None,
    ),
}


@pytest.fixture(autouse=True)
def installed(settings):
    settings.MIDDLEWARE = ["security.middleware.SecurityMiddleware"]
    settings.SECURITY_HSTS_RAMP = [("2020-01-01", 100)]
    settings.SECURE_CSP = {"default-src": ["'self'"]}
    settings.SECURE_CSP_REPORT_ONLY = {"default-src": ["'self'"]}
    settings.PERMISSIONS_POLICY = {"usb": []}


FORMS = {
    "sync": lambda decorator: decorator(views.sync_view),
    "async": lambda decorator: decorator(views.async_view),
    "class": lambda decorator: on_class(decorator, views.SyncPage),
    "async class": lambda decorator: on_class(decorator, views.AsyncPage),
    "as_view": lambda decorator: decorator(views.SyncPage.as_view()),
    "async as_view": lambda decorator: decorator(views.AsyncPage.as_view()),
    "object": lambda decorator: decorator(views.Callable()),
    "under login_required": lambda decorator: login_required(decorator(views.sync_view)),
    "over login_required": lambda decorator: decorator(login_required(views.sync_view)),
    "under csrf_exempt": lambda decorator: csrf_exempt(decorator(views.sync_view)),
    "over require_GET": lambda decorator: decorator(require_GET(views.sync_view)),
}


def test_every_decorator_has_a_row():
    names = {
        name
        for name, value in vars(decorators).items()
        if getattr(value, "__module__", "") == decorators.__name__ and isfunction(value)
    }
    opens = {"login_not_required"}  # says who may see the page, nothing about its headers
    assert names - opens - {name.partition(" ")[0] for name in ROWS} == set()


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize(("decorator", "header", "text"), ROWS.values(), ids=ROWS)
def test_a_decorator_changes_the_header_of_its_view(page, settings, form, decorator, header, text):
    settings.MIDDLEWARE += [
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
    ]
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
    assert page(form(decorator), secure=True).headers.get(header) == text


@pytest.mark.parametrize(("decorator", "header", "text"), ROWS.values(), ids=ROWS)
@pytest.mark.parametrize("path", ["/sync/", "/async/", "/sync-page/", "/async-page/", "/callable/"])
def test_the_view_itself_stays_as_it_was(get, decorator, header, text, path):
    unmarked = get("/moved/", secure=True).headers.get(header)
    assert get(path, secure=True).headers.get(header) == unmarked


BROKEN = [
    (lambda: frame_options("NEVER"), 'X_FRAME_OPTIONS"] must be '),
    (lambda: frame_options(""), 'X_FRAME_OPTIONS"] must be '),
    (lambda: referrer_policy("same_origin"), 'SECURE_REFERRER_POLICY"'),
    (lambda: decorators.content_type_nosniff("no"), 'SECURE_CONTENT_TYPE_NOSNIFF"] must be True'),
    (lambda: decorators.strict_transport_security(-1), 'SECURE_HSTS_SECONDS"] must be a whole '),
    (lambda: decorators.clear_site_data("cookie"), 'SECURITY_CLEAR_SITE_DATA"][0] must be one of '),
    (lambda: decorators.csp_override({"img-src": ["self"]}), 'SECURE_CSP"]["img-src"][0] must '),
    (lambda: decorators.csp_override([]), 'SECURE_CSP"] must be a dictionary'),
    (lambda: decorators.csp_report_only_override({"x": []}), 'SECURE_CSP_REPORT_ONLY"] must be '),
    (lambda: decorators.permissions_policy({"x": []}), 'PERMISSIONS_POLICY"]["x"] must be '),
    (
        lambda: decorators.integrity_policy({"x": []}),
        'SECURITY_INTEGRITY_POLICY"] must be made of ',
    ),
    (
        lambda: decorators.origin_agent_cluster(1),
        'SECURITY_ORIGIN_AGENT_CLUSTER"] must be True or ',
    ),
]


@pytest.mark.parametrize(("decorate", "message"), BROKEN)
def test_a_value_that_cannot_work_fails_where_the_decorator_stands(decorate, message):
    with pytest.raises(ImproperlyConfigured) as error:
        decorate()
    assert str(error.value).startswith(f'@security_headers["{message}')


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("X_FRAME_OPTION", "X_FRAME_OPTIONS"),
        ("SECURE_SSL_REDIRECT", None),
        ("SECURITY_TRUSTED_PROXIES", None),
    ],
)
def test_an_unknown_setting_fails_where_the_decorator_stands(name, hint):
    with pytest.raises(ImproperlyConfigured) as error:
        security_headers(**{name: "DENY"})
    assert str(error.value).startswith(
        f"@security_headers must be made of header settings (got '{name}')."
    )
    assert hint is None or f"Did you mean '{hint}'?" in str(error.value)
