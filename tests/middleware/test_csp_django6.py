from __future__ import annotations

import asyncio
import re

import pytest
from django.http import HttpResponse
from django.template import engines
from django.test import AsyncClient, Client
from django.urls import path
from django.utils.csp import CSP
from django.views.decorators.csp import csp_override, csp_report_only_override
from tests import views
from tests.pages import on_class, responding, sent

from security.decorators import csp_override as ours

OURS = "security.middleware.SecurityMiddleware"
DOCUMENTED = "security.middleware.ContentSecurityPolicyMiddleware"
DJANGOS = "django.middleware.csp.ContentSecurityPolicyMiddleware"
FRAMES = "security.middleware.XFrameOptionsMiddleware"
HEADER, REPORT = str(CSP.HEADER_ENFORCE), str(CSP.HEADER_REPORT_ONLY)
SITE = {"default-src": [CSP.SELF]}
SENT = "default-src 'self'"


@pytest.fixture(autouse=True, params=[OURS, DOCUMENTED], ids=["security", "documented"])
def installed(request, settings):
    settings.MIDDLEWARE = [request.param]
    settings.SECURE_CSP = SITE


def policies(response):
    return {name: value for name, value in sent(response).items() if name in {HEADER, REPORT}}


@pytest.mark.parametrize(
    ("config", "text"),
    [
        ({"default-src": [CSP.NONE]}, "default-src 'none'"),
        ({"default-src": CSP.SELF}, "default-src 'self'"),
        ({"default-src": (CSP.SELF, "https:")}, "default-src 'self' https:"),
        ({"script-src": {CSP.UNSAFE_INLINE, CSP.SELF}}, "script-src 'self' 'unsafe-inline'"),
        ({"upgrade-insecure-requests": True}, "upgrade-insecure-requests"),
        ({"default-src": [CSP.SELF], "img-src": None, "base-uri": False}, SENT),
        (
            {
                "script-src": [
                    CSP.REPORT_SAMPLE,
                    CSP.STRICT_DYNAMIC,
                    CSP.UNSAFE_EVAL,
                    CSP.UNSAFE_HASHES,
                    CSP.WASM_UNSAFE_EVAL,
                ]
            },
            "script-src 'report-sample' 'strict-dynamic' 'unsafe-eval' 'unsafe-hashes' "
            "'wasm-unsafe-eval'",
        ),
        ({"report-uri": "/csp/"}, "report-uri /csp/"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_settings_of_django_are_sent_as_django_does(get, settings, config, text):
    settings.SECURE_CSP = config
    settings.SECURE_CSP_REPORT_ONLY = config
    ours = policies(get("/sync/"))
    assert ours == {HEADER: text, REPORT: text}
    settings.MIDDLEWARE = [DJANGOS]
    assert policies(get("/sync/")) == ours


def test_both_settings_empty_send_nothing(get, settings):
    settings.MIDDLEWARE = [OURS]
    settings.SECURE_CSP = {}
    assert policies(get("/sync/")) == {}


FORMS = {
    "sync": lambda decorator: decorator(views.sync_view),
    "async": lambda decorator: decorator(views.async_view),
    "class": lambda decorator: on_class(decorator, views.SyncPage),
}
OVERRIDES = {
    "another": (csp_override({"img-src": [CSP.NONE]}), {HEADER: "img-src 'none'"}),
    "none": (csp_override({}), {}),
    "another reported": (
        csp_report_only_override({"img-src": [CSP.NONE]}),
        {HEADER: SENT, REPORT: "img-src 'none'"},
    ),
    "both": (
        lambda view: csp_override({"img-src": "*"})(csp_report_only_override(SITE)(view)),
        {HEADER: "img-src *", REPORT: SENT},
    ),
    "a set": (
        csp_override({"img-src": {"b.example", "a.example"}}),
        {HEADER: "img-src a.example b.example"},
    ),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize(("decorator", "headers"), OVERRIDES.values(), ids=OVERRIDES)
def test_the_decorators_of_django_work(page, form, decorator, headers):
    assert policies(page(form(decorator))) == headers


def test_the_report_only_policy_can_be_taken_away(page, settings):
    settings.SECURE_CSP_REPORT_ONLY = SITE
    assert policies(page(csp_report_only_override({})(views.sync_view))) == {HEADER: SENT}


def test_a_decorator_of_django_is_nearer_than_ours(page, settings):
    settings.MIDDLEWARE = [OURS]
    view = csp_override({"img-src": "*"})(ours({"img-src": "https:"})(views.sync_view))
    assert policies(page(view)) == {HEADER: "img-src *"}


def test_a_header_of_the_view_is_nearer_than_a_decorator(page):
    view = csp_override({"img-src": "*"})(responding({HEADER: "base-uri 'none'"}))
    assert policies(page(view)) == {HEADER: "base-uri 'none'"}


BROKEN = {
    "an unknown directive": {"img_src": [CSP.SELF]},
    "a bare keyword": {"img-src": ["self"]},
    "a semicolon": {"img-src": ["x; script-src *"]},
    "a line break": {"img-src": ["x\r\nSet-Cookie: a=b"]},
    "none beside others": {"img-src": [CSP.NONE, "a.example"]},
    "a list in a list": {"img-src": [[CSP.SELF]]},
    "a dictionary in it": {"img-src": {"a": "b"}},
    "a mixed set": {"img-src": {CSP.SELF, 1}},
    "an object": {"img-src": object()},
    "a number": {"img-src": 5},
    "a key that is no text": {5: [CSP.SELF]},
    "an empty list": {"img-src": []},
}


@pytest.mark.parametrize("config", BROKEN.values(), ids=BROKEN)
def test_a_policy_that_cannot_work_leaves_that_of_the_site(page, caplog, config):
    assert policies(page(csp_override(config)(views.sync_view))) == {HEADER: SENT}
    assert [record.name for record in caplog.records] == ["security.csp"]
    assert "The policy of the site stays, since that of a view" in caplog.text


@pytest.mark.parametrize(
    "config",
    ["img-src *", ["img-src"], 5, object(), [("img-src", [[]])]],
    ids=["a text", "a list", "a number", "an object", "a list in a list"],
)
@pytest.mark.parametrize("attribute", ["_csp_config", "_csp_ro_config"])
def test_what_is_no_policy_at_all_leaves_that_of_the_site(page, settings, attribute, config):
    settings.SECURE_CSP_REPORT_ONLY = SITE
    response = page(responding(**{attribute: config}))
    assert policies(response) == {HEADER: SENT, REPORT: SENT}


@pytest.mark.parametrize("config", [None, {}, ()], ids=repr)
def test_an_empty_policy_of_the_response_sends_none(page, config):
    assert policies(page(responding(_csp_config=config))) == {}


@pytest.mark.parametrize("path_", ["/broken/", "/nowhere/"])
def test_the_debug_pages_of_django_are_exempt(settings, path_):
    settings.DEBUG = True
    response = Client(raise_request_exception=False).get(path_)
    assert b"DEBUG = True" in response.content
    assert policies(response) == {}


def test_the_async_debug_page_is_exempt(settings):
    settings.DEBUG = True
    client = AsyncClient(raise_request_exception=False)
    assert policies(asyncio.run(client.get("/async-broken/"))) == {}


@pytest.mark.parametrize("path_", ["/broken/", "/nowhere/"])
def test_the_error_pages_of_production_are_not(settings, path_):
    response = Client(raise_request_exception=False).get(path_)
    assert policies(response) == {HEADER: SENT}


PROCESSORS = ["django.template.context_processors.csp", "security.context_processors.csp"]
NONCE = {"script-src": [CSP.SELF, CSP.NONCE]}


@pytest.mark.parametrize("processor", PROCESSORS)
@pytest.mark.parametrize("order", ["alone", "inside", "outside"])
def test_the_nonce_of_django_is_ours(page, settings, processor, order):
    installed = settings.MIDDLEWARE
    settings.MIDDLEWARE = {
        "alone": installed,
        "inside": [*installed, DJANGOS],
        "outside": [DJANGOS, *installed],
    }[order]
    settings.SECURE_CSP = NONCE
    settings.SECURE_CSP_REPORT_ONLY = NONCE
    (engine,) = settings.TEMPLATES
    settings.TEMPLATES = [engine | {"OPTIONS": {"context_processors": [processor]}}]

    def view(request):
        return HttpResponse(engines["django"].from_string("{{ csp_nonce }}").render({}, request))

    response = page(view)
    nonce = response.content.decode()
    assert re.fullmatch(r"[\w-]{22,32}", nonce)
    text = f"script-src 'self' 'nonce-{nonce}'"
    assert policies(response) == {HEADER: text, REPORT: text}


def test_a_nonce_in_an_overridden_policy_is_filled(page):
    @csp_override(NONCE)
    def view(request):
        return HttpResponse(str(request._csp_nonce))

    response = page(view)
    nonce = response.content.decode()
    assert policies(response) == {HEADER: f"script-src 'self' 'nonce-{nonce}'"}


def test_an_unused_nonce_of_an_overridden_policy_is_left_out(page):
    assert policies(page(csp_override(NONCE)(views.sync_view))) == {HEADER: "script-src 'self'"}


def test_an_override_of_many_pages_is_compiled_for_each(settings, client):
    def view(request, number):
        return csp_override({"img-src": [f"h{number}.example"]})(views.sync_view)(request)

    settings.ROOT_URLCONF = (path("<int:number>/", view),)
    found = [client.get(f"/{number}/")[HEADER] for number in (1, 2, 1, 3)]
    assert found == [f"img-src h{number}.example" for number in (1, 2, 1, 3)]


@pytest.mark.parametrize("middleware", [[DJANGOS, FRAMES], [FRAMES, DJANGOS]], ids=["in", "out"])
def test_allow_from_is_merged_into_the_policy_of_djangos_middleware(get, settings, middleware):
    settings.MIDDLEWARE = middleware
    settings.X_FRAME_OPTIONS = "allow-from https://a.example"
    found = policies(get("/sync/"))
    assert set(found) == {HEADER}
    directives = {"default-src 'self'", "frame-ancestors https://a.example"}
    assert set(found[HEADER].split("; ")) == directives


@pytest.mark.parametrize("middleware", [[DJANGOS, FRAMES], [FRAMES, DJANGOS]], ids=["in", "out"])
@pytest.mark.parametrize(
    ("config", "directives"),
    [
        ({"img-src": "*"}, {"img-src *", "frame-ancestors https://a.example"}),
        ({"frame-ancestors": [CSP.NONE]}, {"frame-ancestors 'none'"}),
        ({}, {"frame-ancestors https://a.example"}),
    ],
)
def test_allow_from_is_merged_into_the_policy_of_a_decorator_of_django(
    page, settings, middleware, config, directives
):
    settings.MIDDLEWARE = middleware
    settings.X_FRAME_OPTIONS = "allow-from https://a.example"
    response = page(csp_override(config)(views.sync_view))
    assert set(response[HEADER].split("; ")) == directives
