from __future__ import annotations

import pytest
from django.urls import path
from tests import views

from security.checks.endpoints import check_endpoints, endpoints_in
from security.decorators import security_headers
from security.policy.isolation import CrossOriginEmbedderPolicy, CrossOriginOpenerPolicy
from security.policy.permissions import Directive, PermissionsPolicy

pytestmark = pytest.mark.usefixtures("reporting")


def lost():
    return [(message.id, message.msg) for message in check_endpoints()]


def said(place, name, known="'main'"):
    text = (
        f"SECURITY_REPORTING_ENDPOINTS must declare the endpoint {name!r}, which {place} names, "
        f"or its reports are lost (got {known})."
    )
    return [("bulwark.W015", text)]


@pytest.mark.parametrize(
    ("setting", "value", "name"),
    [
        ("SECURE_CSP", {"report-to": "x"}, "x"),
        ("SECURE_CSP_REPORT_ONLY", {"report-to": "x"}, "x"),
        ("SECURITY_CSP_ADD", {"img-src": ["*"], "report-to": ["x"]}, "x"),
        ("SECURITY_CSP_ROLLOUT", {"POLICY": {"report-to": "x"}}, "x"),
        ("CSP_DICT", {"report-to": "x"}, "x"),
        ("CSP_STRING", "img-src *; report-to x", "x"),
        (
            "SECURITY_INTEGRITY_POLICY",
            {"blocked-destinations": ["script"], "endpoints": ["main", "x"]},
            "x",
        ),
    ],
)
def test_a_name_that_nobody_declares_is_warned_of(settings, setting, value, name):
    assert lost() == []
    setattr(settings, setting, value)
    assert lost() == said(setting, name)
    settings.SECURITY_REPORTING_ENDPOINTS = {"main": "/r/", "x": "/x/"}
    assert lost() == []


def test_a_name_is_warned_of_where_nothing_is_declared(settings):
    settings.SECURITY_REPORTING_ENDPOINTS = None
    settings.SECURE_CSP = {"report-to": "x"}
    assert lost() == said("SECURE_CSP", "x", "none")


def test_a_row_has_its_own_endpoints(settings):
    row = {"SECURE_CSP": {"report-to": "x"}}
    settings.SECURITY_ROUTES = {"sync": row}
    assert lost() == said("SECURITY_ROUTES['sync']", "x")
    row["SECURITY_REPORTING_ENDPOINTS"] = {"x": "/x/"}
    settings.SECURITY_ROUTES = {"sync": row}
    assert lost() == []


def test_a_decorated_view_is_looked_at(settings):
    view = security_headers(SECURE_CSP={"report-to": "x"})(views.sync_view)
    settings.ROOT_URLCONF = (path("page/", view, name="page"), path("sync/", views.sync_view))
    assert lost() == said("SECURE_CSP of the view tests.views.sync_view", "x")


def test_a_broken_setting_is_told_by_another_check(settings):
    settings.SECURE_CSP = {"report-to": "x", "no-such": []}
    assert lost() == []


@pytest.mark.parametrize(
    "value",
    [
        CrossOriginOpenerPolicy("same-origin", "x"),
        CrossOriginEmbedderPolicy("require-corp", "x"),
        PermissionsPolicy((Directive("camera", (), "x"), Directive("usb", ()))),
    ],
    ids=["opener", "embedder", "permissions"],
)
def test_every_kind_of_policy_names_its_endpoints(value):
    assert endpoints_in(value) == ("x",)
