from __future__ import annotations

import re

import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.template import engines
from django.views.decorators.cache import cache_control, never_cache
from tests import views

from security import nonce
from security.context_processors import csp

POLICY = "Content-Security-Policy"


@pytest.fixture(autouse=True)
def installed(settings):
    settings.MIDDLEWARE = ["security.middleware.SecurityMiddleware"]
    settings.SECURE_CSP = {
        "script-src": ["<CSP_NONCE_SENTINEL>", "'strict-dynamic'"],
        "style-src": ["'self'", "<CSP_NONCE_SENTINEL>"],
    }


def reading(request):
    return HttpResponse(str(request._csp_nonce))


def test_a_used_nonce_is_in_every_place_of_the_header(page):
    response = page(reading)
    value = response.content.decode()
    assert len(value) >= 22
    assert response[POLICY] == (
        f"script-src 'nonce-{value}' 'strict-dynamic'; style-src 'self' 'nonce-{value}'"
    )


def test_no_two_responses_share_a_nonce(page):
    assert page(reading).content != page(reading).content


def test_an_unused_nonce_is_not_sent_and_no_directive_disappears(page):
    assert page(views.sync_view)[POLICY] == "script-src 'none'; style-src 'self'"


def test_the_same_nonce_is_in_includes_and_in_the_request(page):
    def render(request):
        template = engines["django"].from_string(
            "{{ csp_nonce }} {% for i in 'ab' %}{{ csp_nonce }} {% endfor %}{{ request.csp_nonce }}"
        )
        return HttpResponse(template.render(csp(request), request))

    words = page(render).content.decode().split()
    assert len(words) == 4
    assert len(set(words)) == 1


def test_jinja_reads_the_same_nonce(page, settings):
    settings.TEMPLATES = [
        {
            "BACKEND": "django.template.backends.jinja2.Jinja2",
            "OPTIONS": {"context_processors": ["security.context_processors.csp"]},
        }
    ]

    def render(request):
        template = engines["jinja2"].from_string("{{ csp_nonce }} {{ request.csp_nonce }}")
        return HttpResponse(template.render({}, request))

    response = page(render)
    first, second = response.content.decode().split()
    assert first == second
    assert f"'nonce-{first}'" in response[POLICY]


def test_a_nonce_is_false_until_it_is_read(page):
    def look(request):
        before = bool(request._csp_nonce)
        text = str(request._csp_nonce)
        return HttpResponse(f"{before} {bool(request._csp_nonce)} {request._csp_nonce == text}")

    assert page(look).content == b"False True True"


@pytest.mark.parametrize(
    ("decorate", "sent"),
    [
        (lambda view: view, "private"),
        (cache_control(public=True, max_age=60), "max-age=60, private"),
        (cache_control(private=True), "private"),
        (cache_control(no_store=True), "no-store"),
        (cache_control(max_age=60), "max-age=60, private"),
    ],
    ids=["none", "public", "private", "no-store", "max-age"],
)
def test_a_page_with_a_nonce_is_kept_out_of_shared_caches(page, decorate, sent):
    assert page(decorate(reading))["Cache-Control"] == sent


def test_a_stricter_page_stays_as_it_is(page):
    assert "no-store" in page(never_cache(reading))["Cache-Control"]


def test_a_page_without_a_nonce_may_be_cached(page):
    assert "Cache-Control" not in page(views.sync_view)


def test_a_nonce_read_after_the_headers_went_out_is_an_error(page):
    def stream(request):
        def late():
            yield str(request._csp_nonce)

        return StreamingHttpResponse(late())

    with pytest.raises(nonce.LateNonceError, match="after the headers of the response"):
        b"".join(page(stream).streaming_content)


class Outer:
    """A middleware outside ours that wants the nonce when the headers are decided."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        assert not request._csp_nonce
        str(request._csp_nonce)
        return response


def test_a_middleware_outside_ours_hears_that_it_is_too_late(page, settings):
    settings.MIDDLEWARE = [f"{__name__}.Outer", *settings.MIDDLEWARE]
    with pytest.raises(nonce.LateNonceError):
        page(views.sync_view)


def test_a_nonce_that_was_used_can_be_read_for_ever(page, settings):
    settings.MIDDLEWARE = [f"{__name__}.Reader", *settings.MIDDLEWARE]
    response = page(reading)
    assert response["X-Nonce"] == response.content.decode()


class Reader(Outer):
    def __call__(self, request):
        response = self.get_response(request)
        response["X-Nonce"] = str(request._csp_nonce)
        return response


def test_the_nonce_reaches_error_pages(page):
    def missing(request):
        return HttpResponse(f"<script nonce={request._csp_nonce}>", status=404)

    response = page(missing)
    value = re.search(r"nonce=([\w-]+)", response.content.decode())[1]
    assert f"'nonce-{value}'" in response[POLICY]


def test_inline_code_may_be_let_through_by_its_hash(page):
    def hashed(request):
        nonce.allow_hash(request, "alert(1)")
        nonce.allow_hash(request, "alert(1)")
        return HttpResponse("<script>alert(1)</script>")

    response = page(hashed)
    digest = "'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='"
    assert response[POLICY] == (f"script-src {digest} 'strict-dynamic'; style-src 'self' {digest}")
    assert "Cache-Control" not in response


def test_nonce_and_hash_stand_side_by_side(page):
    def both(request):
        nonce.allow_hash(request, "x")
        return HttpResponse(str(request._csp_nonce))

    response = page(both)
    assert response[POLICY].startswith(f"script-src 'nonce-{response.content.decode()}' 'sha256-")
    assert response["Cache-Control"] == "private"


def test_an_unchanged_page_keeps_its_old_policy(get):
    assert POLICY not in get("/not-modified/")
