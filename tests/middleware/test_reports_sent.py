from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponse
from tests import views
from tests.pages import responding

from security.decorators import csp_override, csp_update
from security.middleware import ContentSecurityPolicyMiddleware, plan
from security.middleware import csp as documented_module
from security.reports.tokens import signed

pytestmark = pytest.mark.usefixtures("reporting")
CSP = "Content-Security-Policy"
DAYS = [date(2030, 12, 30), date(2030, 12, 31), date(2031, 1, 1)]
RO = f"{CSP}-Report-Only"
ENDPOINTS = "Reporting-Endpoints"
BOTH = "img-src *; report-to main, img-src *; report-uri /r/?twin"


def policy_of(response):
    return response.headers.get(CSP)


@pytest.mark.parametrize(
    ("setting", "header"), [("SECURE_CSP", CSP), ("SECURE_CSP_REPORT_ONLY", RO)]
)
def test_a_name_in_the_policy_is_all_it_takes(get, settings, setting, header):
    setattr(settings, setting, {"img-src": ["*"], "report-to": "main"})
    response = get("/sync/", secure=True)
    assert (response[header], response[ENDPOINTS]) == (BOTH, 'main="/r/"')


def test_plain_http_gets_the_address_and_no_name(get, settings):
    settings.SECURE_CSP = {"img-src": ["*"], "report-to": "main"}
    response = get("/sync/")
    assert policy_of(response) == "img-src *; report-uri /r/"
    assert ENDPOINTS not in response


@pytest.mark.parametrize("endpoints", [None, {"other": "/r/"}], ids=["none", "other"])
@pytest.mark.parametrize("secure", [True, False])
def test_a_name_that_the_response_does_not_declare_is_left_out(get, settings, endpoints, secure):
    settings.SECURITY_REPORTING_ENDPOINTS = endpoints
    settings.SECURE_CSP = {"img-src": ["*"], "report-uri": "/own/", "report-to": "main"}
    assert policy_of(get("/sync/", secure=secure)) == "img-src *; report-uri /own/"


def test_an_endpoint_may_be_a_url_name(wire, settings):
    settings.SECURITY_REPORTING_ENDPOINTS = {"main": "shop:about"}
    settings.SECURE_CSP = {"img-src": ["*"], "report-to": "main"}
    site = wire()
    answers = [site(path=f"{root}/sync/", root=root, scheme="https") for root in ("", "/app")]
    assert [answer[CSP].rpartition(" ")[2] for answer in answers] == [
        "/shop/about/?twin",
        "/app/shop/about/?twin",
    ]


def test_framing_is_told_by_the_second_policy(get, settings):
    settings.SECURE_CSP = {"frame-ancestors": ["'self'"], "img-src": ["*"], "report-to": "main"}
    assert policy_of(get("/sync/", secure=True)) == (
        "img-src *; report-to main, frame-ancestors 'self'; img-src *; report-uri /r/?twin"
    )


def test_both_policies_get_the_nonce(page, settings):
    settings.SECURE_CSP = {"script-src": ["<CSP_NONCE_SENTINEL>"], "report-to": "main"}

    def view(request):
        return HttpResponse(str(request.csp_nonce))

    response = page(view, secure=True)
    source = f"'nonce-{response.content.decode()}'"
    assert policy_of(response) == (
        f"script-src {source}; report-to main, script-src {source}; report-uri /r/?twin"
    )


def test_both_policies_do_without_a_nonce(get, settings):
    settings.SECURE_CSP = {"script-src": ["<CSP_NONCE_SENTINEL>"], "report-to": "main"}
    assert policy_of(get("/sync/", secure=True)) == (
        "script-src 'none'; report-to main, script-src 'none'; report-uri /r/?twin"
    )


def test_a_change_by_a_view_is_in_both(page, settings):
    settings.SECURE_CSP = {"img-src": ["'self'"], "report-to": "main"}
    response = page(csp_update({"img-src": ["data:"]})(views.sync_view), secure=True)
    assert policy_of(response) == (
        "img-src 'self' data:; report-to main, img-src 'self' data:; report-uri /r/?twin"
    )


def test_a_view_may_ask_for_reports_alone(page, settings):
    settings.SECURE_CSP = {"img-src": ["*"]}
    response = page(csp_update({"report-to": ["main"]})(views.sync_view), secure=True)
    assert policy_of(response) == BOTH


def test_a_policy_of_a_view_is_told_too(page, settings):
    view = csp_override({"img-src": ["*"], "report-to": "main"})(views.sync_view)
    assert policy_of(page(view, secure=True)) == BOTH
    assert policy_of(page(view)) == "img-src *; report-uri /r/"


def test_endpoints_of_a_row_are_those_of_its_policy(get, settings):
    settings.SECURE_CSP = {"img-src": ["*"], "report-to": "own"}
    settings.SECURITY_ROUTES = {"sync": {"SECURITY_REPORTING_ENDPOINTS": {"own": "/r/"}}}
    response = get("/sync/", secure=True)
    assert policy_of(response) == BOTH.replace("main", "own")
    assert response[ENDPOINTS] == 'own="/r/"'
    assert policy_of(get("/async/", secure=True)) == "img-src *"


def test_a_preset_may_be_told_to_report(get, settings):
    settings.SECURITY_PRESET = "balanced"
    settings.SECURITY_CSP_ADD = {"report-to": ["main"]}
    first, second = policy_of(get("/sync/", secure=True)).split(", ")
    assert first == "object-src 'none'; base-uri 'self'; form-action 'self' https:; report-to main"
    assert second.endswith("frame-ancestors 'self'; report-uri /r/?twin")


def test_a_policy_that_a_view_sets_itself_stays(page, settings):
    settings.SECURE_CSP = {"img-src": ["*"], "report-to": "main"}
    response = page(responding({CSP: "default-src 'none'; report-to x"}), secure=True)
    assert policy_of(response) == "default-src 'none'; report-to x"


DOCUMENTED = "security.middleware.ContentSecurityPolicyMiddleware"


@pytest.fixture
def documented(settings):
    settings.MIDDLEWARE = [DOCUMENTED]
    settings.CSP_DICT = {"img-src": ["*"], "report-to": "main"}
    return settings


def test_the_documented_middleware_declares_the_endpoint(get, documented):
    response = get("/sync/", secure=True)
    assert (policy_of(response), response[ENDPOINTS]) == (BOTH, 'main="/r/"')
    response = get("/sync/")
    assert policy_of(response) == "img-src *; report-uri /r/"
    assert ENDPOINTS not in response


@pytest.mark.parametrize("endpoints", [None, {"other": "/r/"}], ids=["none", "other"])
def test_the_documented_middleware_leaves_other_names_to_others(get, documented, endpoints):
    documented.SECURITY_REPORTING_ENDPOINTS = endpoints
    assert policy_of(get("/sync/", secure=True)) == "img-src *; report-to main"
    assert policy_of(get("/sync/")) == "img-src *"


def test_the_documented_middleware_reports_below_the_prefix(wire, documented):
    documented.SECURITY_REPORTING_ENDPOINTS = {"main": "shop:about"}
    site = wire()
    found = [
        site(path=f"{root}/sync/", root=root, scheme="https")[ENDPOINTS]
        for root in ("", "/app", "")
    ]
    assert found == [f'main="{root}/shop/about/"' for root in ("", "/app", "")]


def test_a_row_changes_the_endpoints_of_the_documented_middleware(get, documented):
    documented.SECURITY_ROUTES = {"sync": {"SECURITY_REPORTING_ENDPOINTS": {"main": "/other/"}}}
    response = get("/sync/", secure=True)
    assert response[ENDPOINTS] == 'main="/other/"'
    assert policy_of(response) == BOTH.replace("/r/", "/other/")


def test_the_documented_middleware_refuses_a_name_without_a_url(documented):
    documented.SECURITY_REPORTING_ENDPOINTS = {"main": "no-such-url"}
    with pytest.raises(ImproperlyConfigured, match="SECURITY_REPORTING_ENDPOINTS must be made of"):
        ContentSecurityPolicyMiddleware(views.sync_view)


def test_a_text_is_sent_letter_by_letter(get, documented):
    del documented.CSP_DICT
    documented.CSP_STRING = "img-src *; report-to main"
    assert policy_of(get("/sync/", secure=True)) == "img-src *; report-to main"


@pytest.fixture
def calendar(monkeypatch, settings):
    """Return a function that sets the day; addresses carry a token."""
    settings.SECURITY_REPORTS = {"TOKEN": True}
    settings.SECURITY_REPORTING_ENDPOINTS = {"main": "shop:about", "far": "https://r.example/"}
    settings.SECURE_CSP = settings.CSP_DICT = {"img-src": ["*"], "report-to": "main"}

    def turn(day):
        for module in (plan, documented_module):
            monkeypatch.setattr(module, "today", lambda: day)

    turn(DAYS[0])
    return turn


@pytest.mark.parametrize("middleware", ["SecurityMiddleware", "ContentSecurityPolicyMiddleware"])
def test_the_address_carries_the_token_of_the_day(wire, settings, calendar, middleware):
    settings.MIDDLEWARE = [f"security.middleware.{middleware}"]
    site = wire()
    for day in DAYS:
        calendar(day)
        for root in ("", "/app"):
            address = signed(f"{root}/shop/about/", day)
            answer = site(path=f"{root}/sync/", root=root, scheme="https")
            assert answer[ENDPOINTS] == f'main="{address}", far="https://r.example/"'
            assert answer[CSP].endswith(f"report-uri {address}?twin")
            plain = site(path=f"{root}/sync/", root=root)
            assert plain[CSP] == f"img-src *; report-uri {address}"


def test_a_row_of_its_own_has_the_token_of_the_day(wire, settings, calendar):
    settings.SECURITY_REPORTING_ENDPOINTS = None
    row = {"SECURITY_REPORTING_ENDPOINTS": {"main": "shop:about"}}
    settings.SECURITY_ROUTES = {"sync": row}
    site = wire()
    for day in DAYS:
        calendar(day)
        found = site(scheme="https")[ENDPOINTS]
        assert found == f'main="{signed("/shop/about/", day)}"'
