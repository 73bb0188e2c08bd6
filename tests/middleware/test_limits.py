from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured
from tests import views

from security.decorators import csp_update, security_headers
from security.middleware import SecurityMiddleware

CSP = "Content-Security-Policy"
LONG = {"img-src": [f"https://host-number-{number:04}.example" for number in range(480)]}
LONGER = {"img-src": [f"https://more-hosts-{number:04}.example" for number in range(60)]}


@pytest.fixture(autouse=True)
def installed(settings):
    settings.MIDDLEWARE = ["security.middleware.SecurityMiddleware"]
    settings.SECURE_CSP = LONG


def test_a_long_policy_is_sent_whole(get):
    assert get("/sync/")[CSP] == f"img-src {' '.join(LONG['img-src'])}"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECURITY_CSP_ADD", LONGER),
        ("X_FRAME_OPTIONS", f"allow-from https://{'a.' * 120}example"),
    ],
)
def test_what_is_too_long_together_stops_the_start(settings, name, value):
    settings.SECURE_CSP = LONG | {"report-uri": f"/{'x' * 300}/"}
    setattr(settings, name, value)
    with pytest.raises(ImproperlyConfigured, match="must be at most 16384 characters long"):
        SecurityMiddleware(views.sync_view)


@pytest.mark.parametrize(
    "view",
    [
        csp_update(LONGER)(views.sync_view),
        security_headers(SECURITY_CSP_ADD=LONGER)(views.async_view),
    ],
)
def test_what_gets_too_long_for_one_view_leaves_the_policy_of_the_site(page, view):
    response = page(view)
    assert response.content == b"ok"
    assert response[CSP] == f"img-src {' '.join(LONG['img-src'])}"


def test_two_policies_in_one_text_can_be_changed_by_a_view(page, settings):
    settings.MIDDLEWARE = ["security.middleware.ContentSecurityPolicyMiddleware"]
    settings.CSP_STRING = "default-src 'self', img-src 'none'"
    response = page(csp_update({"img-src": ["data:"]})(views.sync_view))
    assert response.content == b"ok"
    assert CSP in response
