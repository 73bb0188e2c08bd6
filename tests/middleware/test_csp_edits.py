from __future__ import annotations

from typing import ClassVar

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.views import View
from tests import views
from tests.pages import on_class

from security.decorators import (
    CspMixin,
    csp_exempt,
    csp_override,
    csp_remove,
    csp_replace,
    csp_report_only_override,
    csp_update,
    security_headers,
)

POLICY = "Content-Security-Policy"
REPORT_ONLY = "Content-Security-Policy-Report-Only"
STACKS = {
    "function": lambda decorate: decorate(views.sync_view),
    "async function": lambda decorate: decorate(views.async_view),
    "class": lambda decorate: on_class(decorate, views.SyncPage),
    "async class": lambda decorate: on_class(decorate, views.AsyncPage),
}


@pytest.fixture(
    autouse=True,
    params=[
        "security.middleware.SecurityMiddleware",
        "security.middleware.ContentSecurityPolicyMiddleware",
    ],
    ids=["one pass", "documented"],
)
def installed(request, settings):
    settings.MIDDLEWARE = [request.param]
    settings.SECURE_CSP = {"default-src": ["'self'"], "script-src": ["'self'"]}


@pytest.mark.parametrize("stack", STACKS.values(), ids=STACKS)
@pytest.mark.parametrize(
    ("decorate", "policy"),
    [
        (
            csp_update({"img-src": ["data:"]}),
            "default-src 'self'; script-src 'self'; img-src 'self' data:",
        ),
        (csp_remove({"script-src": ["'self'"]}), "default-src 'self'; script-src 'none'"),
        (csp_replace({"script-src": None}), "default-src 'self'"),
        (csp_override({"img-src": ["'none'"]}), "img-src 'none'"),
        (csp_exempt, None),
    ],
    ids=["update", "remove", "replace", "override", "exempt"],
)
def test_a_view_changes_the_policy(page, stack, decorate, policy):
    assert page(stack(decorate)).get(POLICY) == policy


def test_decorators_stack_from_the_inside_out(page):
    view = csp_update({"img-src": ["b.example"]})(
        csp_replace({"img-src": ["a.example"]})(views.sync_view)
    )
    assert page(view)[POLICY] == (
        "default-src 'self'; script-src 'self'; img-src a.example b.example"
    )


def test_an_override_makes_inner_edits_pointless(page):
    view = csp_override({"img-src": ["*"]})(csp_update({"font-src": ["data:"]})(views.sync_view))
    assert page(view)[POLICY] == "img-src *"


def test_an_edit_holds_for_the_report_only_policy_too(page, settings):
    settings.SECURE_CSP_REPORT_ONLY = {"img-src": ["'none'"]}
    response = page(csp_update({"img-src": ["data:"]})(views.sync_view))
    assert response[REPORT_ONLY] == "img-src data:"


def test_the_report_only_policy_can_be_replaced(page):
    view = csp_report_only_override({"img-src": ["'none'"]})(views.sync_view)
    assert page(view)[REPORT_ONLY] == "img-src 'none'"


@pytest.mark.parametrize("stack", STACKS.values(), ids=STACKS)
def test_a_callable_decides_for_each_response(page, stack):
    def wish(request, response):
        return {"img-src": [request.GET["from"]]} if response.status_code == 200 else None

    view = stack(csp_update(wish))
    for host in ("a.example", "b.example"):
        assert page(view, f"/page/?from={host}")[POLICY] == (
            f"default-src 'self'; script-src 'self'; img-src 'self' {host}"
        )


def test_a_callable_may_want_no_change(page):
    view = csp_override(lambda request, response: None)(views.sync_view)
    assert page(view)[POLICY] == "default-src 'self'; script-src 'self'"


def test_a_callable_that_returns_no_policy_changes_nothing(page, caplog):
    view = csp_override(lambda request, response: {"scirpt-src": ["*"]})(views.sync_view)
    assert page(view)[POLICY] == "default-src 'self'; script-src 'self'"
    assert "Did you mean" not in caplog.text
    assert "got 'scirpt-src'" in caplog.text


@pytest.mark.parametrize(
    "decorate",
    [csp_update, csp_remove, csp_replace, csp_override],
    ids=["update", "remove", "replace", "override"],
)
def test_a_typo_fails_at_import(decorate):
    with pytest.raises(ImproperlyConfigured, match=r"\(got 'scirpt-src'\)"):
        decorate({"scirpt-src": ["'self'"]})


def test_a_route_row_edits_the_policy(get, settings):
    settings.SECURITY_ROUTES = {
        "shop:*": {"SECURITY_CSP_ADD": {"img-src": ["a.example"]}},
        "shop:basket:pay": {"SECURITY_CSP_ADD": {"img-src": ["b.example"]}},
    }
    assert get("/shop/about/")[POLICY].endswith("img-src 'self' a.example")
    assert get("/shop/basket/pay/")[POLICY].endswith("img-src 'self' a.example b.example")
    assert "img-src" not in get("/sync/")[POLICY]


class Wide(CspMixin, View):
    csp_update: ClassVar = {"img-src": ["data:"]}

    def get(self, request):
        return views.sync_view(request)


class Wider(Wide):
    csp_update: ClassVar = {"img-src": ["blob:"]}

    def csp_replace(request, response):  # noqa: N805  # a callable, not a method
        return {"font-src": ["'none'"]}


def test_a_mixin_takes_the_same_as_attributes(page):
    assert page(Wide.as_view())[POLICY].endswith("; img-src 'self' data:")
    assert page(Wider.as_view())[POLICY].endswith("; img-src 'self' blob:; font-src 'none'")


def test_a_generic_decorator_takes_edits_as_well(page):
    view = security_headers(SECURITY_CSP_ADD={"img-src": ["data:"]})(views.sync_view)
    assert page(view)[POLICY].endswith("; img-src 'self' data:")
