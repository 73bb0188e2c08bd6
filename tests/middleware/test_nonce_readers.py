from __future__ import annotations

import asyncio
import re

import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.template import engines
from django.template.response import TemplateResponse

from security.context_processors import csp

CSP = "Content-Security-Policy"
REPORT = f"{CSP}-Report-Only"
NONCE = "<CSP_NONCE_SENTINEL>"
POLICY = {"default-src": ["'self'"], "script-src": [NONCE, "'strict-dynamic'"], "img-src": "*"}
TEXT = "default-src 'self'; script-src 'nonce-{}' 'strict-dynamic'; img-src *"
UNUSED = "default-src 'self'; script-src 'none'; img-src *"
ENOUGH = re.compile(r"[A-Za-z0-9_-]{22,}")  # 128 bits in base64; CSP3 section 7.1
OURS = "security.middleware.SecurityMiddleware"
DOCUMENTED = "security.middleware.ContentSecurityPolicyMiddleware"


@pytest.fixture(autouse=True, params=[OURS, DOCUMENTED], ids=["security", "documented"])
def installed(request, settings):
    settings.MIDDLEWARE = [request.param]
    settings.SECURE_CSP = POLICY
    (engine,) = settings.TEMPLATES
    options = {"context_processors": ["security.context_processors.csp"]}
    settings.TEMPLATES = [engine | {"OPTIONS": options}]


def render(request, template="{{ csp_nonce }}"):
    return HttpResponse(engines["django"].from_string(template).render(request=request))


async def arender(request):
    return render(request)


def read(request):
    return HttpResponse(str(csp(request)["csp_nonce"]))


def deferred(request):
    return TemplateResponse(request, engines["django"].from_string("{{ csp_nonce }}"), {})


def streamed(request):
    nonce = str(request._csp_nonce)

    def now():
        yield nonce

    async def later():
        yield nonce

    return StreamingHttpResponse(later() if hasattr(request, "scope") else now())


def body(response):
    """Return what a response says, streamed or not."""
    if not response.streaming:
        return response.content.decode()
    if not response.is_async:
        return response.getvalue().decode()

    async def collect():
        return b"".join([part async for part in response])

    return asyncio.run(collect()).decode()


@pytest.mark.parametrize("view", [render, arender, read, deferred, streamed])
def test_a_nonce_that_somebody_read_stands_in_the_policy(page, view):
    response = page(view)
    nonce = body(response)
    assert ENOUGH.fullmatch(nonce)
    assert response[CSP] == TEXT.format(nonce)


@pytest.mark.parametrize("path", ["/sync/", "/async/", "/stream/", "/nowhere/", "/moved/"])
def test_without_a_reader_the_policy_allows_less(get, path):
    assert get(path)[CSP] == UNUSED


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{% if csp_nonce %}yes{% else %}no{% endif %}", "no"),
        ("{{ csp_nonce|yesno }}", "no"),
        ("nothing", "nothing"),
    ],
)
def test_asking_whether_there_is_one_makes_none(page, template, text):
    response = page(lambda request: render(request, template))
    assert (response.content.decode(), response[CSP]) == (text, UNUSED)


def test_showing_a_request_makes_no_nonce(page):
    def view(request):
        return HttpResponse(repr(request) + repr(request._csp_nonce))

    assert page(view)[CSP] == UNUSED


def test_the_report_only_policy_has_the_same_nonce(page, settings):
    settings.SECURE_CSP_REPORT_ONLY = {"script-src": [NONCE, "https:"], "style-src": [NONCE]}
    response = page(read)
    nonce = response.content.decode()
    assert response[CSP] == TEXT.format(nonce)
    assert response[REPORT] == f"script-src 'nonce-{nonce}' https:; style-src 'nonce-{nonce}'"


def test_a_policy_without_its_place_is_left_alone(page, settings):
    settings.SECURE_CSP = {"script-src": ["'self'"]}
    assert page(read)[CSP] == "script-src 'self'"


def test_a_setting_for_caches_lets_no_nonce_through(page, settings):
    settings.MIDDLEWARE = [OURS]
    settings.SECURITY_CACHE_CONTROL = ["public", "max-age=600"]
    assert "public" not in page(read)["Cache-Control"]


@pytest.mark.parametrize("middleware", [[OURS, DOCUMENTED], [DOCUMENTED, OURS]])
def test_two_middlewares_agree_on_the_nonce(page, settings, middleware):
    settings.MIDDLEWARE = middleware
    response = page(read)
    assert response[CSP] == TEXT.format(response.content.decode())


@pytest.mark.parametrize(
    ("sources", "unused"),
    [
        ([NONCE], "script-src 'none'"),
        ([NONCE, "'self'"], "script-src 'self'"),
        ([NONCE, "'strict-dynamic'", "https:", "'unsafe-inline'"], "script-src 'none'"),
        ([NONCE, "'strict-dynamic'", "'sha256-YWJj'"], "script-src 'strict-dynamic' 'sha256-YWJj'"),
    ],
)
def test_an_unused_nonce_never_allows_more(get, settings, sources, unused):
    settings.SECURE_CSP = {"script-src": sources}
    assert get("/sync/")[CSP] == unused


def test_without_a_middleware_there_is_no_nonce(page, settings):
    settings.MIDDLEWARE = []
    response = page(lambda request: HttpResponse(repr(csp(request))))
    assert response.content == b"{'csp_nonce': None}"
