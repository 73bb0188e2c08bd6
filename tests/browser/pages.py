"""Pages that only the tests have: holes, traps and mirrors, beside the pages of the shop."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import URLPattern, include, path

# What the visitor sent stands in the page unescaped: the hole that every other page must not have.
ECHO = """<!doctype html><title>Echo</title><link rel="icon" href="/favicon.ico">
{{ text|safe }}
<script nonce="{{ csp_nonce }}">document.documentElement.dataset.ours = "ran";</script>
<script nonce="{{ csp_nonce }}" src="relative.js"></script>"""

SCRIPTS = """<!doctype html><title>Scripts</title><link rel="icon" href="/favicon.ico">
<script nonce="{{ csp_nonce }}" src="/test/script.js?name=right"></script>
<script nonce="{{ csp_nonce }}" src="/test/script.txt?name=wrong"></script>"""

FRAME = """<!doctype html><title>Frame</title><link rel="icon" href="/favicon.ico">
<iframe src="{{ text }}" width="800" height="400"></iframe>"""

LINK = """<!doctype html><title>Link</title><link rel="icon" href="/favicon.ico">
<a href="{{ text }}">Follow</a>"""

LANDING = """<!doctype html><title>Landing</title><link rel="icon" href="/favicon.ico">
<p id="referer">{{ request.META.HTTP_REFERER }}</p>"""

# Each line makes Chromium complain in another way.
NOISE = """<!doctype html><title>Noise</title><link rel="icon" href="/favicon.ico">
<script>document.title = "Blocked";</script>
<script nonce="{{ csp_nonce }}">console.warn("a warning");</script>
<script nonce="{{ csp_nonce }}">console.error("an error");</script>
<script nonce="{{ csp_nonce }}">throw new Error("an exception");</script>
<img src="/test/missing.png" alt="">
<img src="https://refused.example.test/" alt="">"""

SCRIPT = 'document.documentElement.dataset["%s"] = new URL(document.currentScript.src).host;'


def page(source: str, request: HttpRequest) -> HttpResponse:
    context = {"text": request.GET.get("text", "")}
    return HttpResponse(engines["django"].from_string(source).render(context, request))


def script(request: HttpRequest, kind: str) -> HttpResponse:
    """Answer with a script that leaves the name of its host in the page."""
    name = request.GET.get("name", "relative")
    return HttpResponse(SCRIPT % name, content_type=f"text/{kind}; charset=utf-8")


def shown(source: str, name: str) -> URLPattern:
    return path(f"test/{name}/", lambda request: page(source, request))


urlpatterns = [
    shown(ECHO, "echo"),
    shown(SCRIPTS, "scripts"),
    shown(FRAME, "frame"),
    shown(LINK, "link"),
    shown(LANDING, "landing"),
    shown(NOISE, "noise"),
    path("test/script.js", script, {"kind": "javascript"}),
    path("test/echo/relative.js", script, {"kind": "javascript"}),
    path("test/script.txt", script, {"kind": "plain"}),
    path("", include("demo.urls")),
]
