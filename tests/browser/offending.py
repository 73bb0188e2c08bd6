"""Pages that offend their own policy, each once, and a place that keeps what is reported."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path
from django.views.decorators.csrf import csrf_exempt

from security.decorators import security_headers
from security.policy.csp import CSP
from security.policy.csp.delivery import TWIN
from security.reports import wire
from security.reports.twins import is_repeated

HEAD = '<!doctype html><title>Still</title><link rel="icon" href="data:,">'
SCRIPT = "<script>top.document.title = 'Ran'</script>"
POLICY: Mapping[str, Any] = {
    "script-src": [CSP.SELF, CSP.NONCE],
    "connect-src": [CSP.NONE],
    "report-to": "main",
}
NO_FRAMES = {**POLICY, "frame-ancestors": [CSP.NONE]}
SANDBOX = {**POLICY, "sandbox": ["allow-scripts"]}
TRUSTED = {**POLICY, "require-trusted-types-for": ["'script'"], "trusted-types": ["default"]}
OWN = """<script nonce="%s">document.body.dataset.ours = "ran";</script>"""
BLANK = """<iframe id="frame"></iframe><script nonce="%s">
frame.contentDocument.write("<script>top.document.title = 'Ran'<\\/script>");
frame.contentDocument.close();</script>"""
TYPES = """<script nonce="%s">
window.made = 0;
trustedTypes.createPolicy("default", {createHTML: text => { window.made += 1; return text; }});
document.body.innerHTML = "<p>Made</p>";</script>"""

# The name of a page to its policy, and to what is in its body.
BODIES: Mapping[str, tuple[Mapping[str, Any], str]] = {
    "script": (POLICY, SCRIPT + OWN),
    "sandboxed": (SANDBOX, SCRIPT),
    "srcdoc": (POLICY, f'<iframe srcdoc="{SCRIPT}"></iframe>'),
    "blank": (POLICY, BLANK),
    "framed": (NO_FRAMES, ""),
    "types": (TRUSTED, TYPES),
    "frames-framed": ({}, '<iframe src="/page/framed/"></iframe>'),
    "frames-sandboxed": ({}, '<iframe sandbox="allow-scripts" src="/page/script/"></iframe>'),
    "frames-script": ({}, '<iframe src="/page/script/"></iframe>'),
    "works": ({}, "<script>new Worker('/page/worker/')</script>"),
    "shares": ({}, "<script>new SharedWorker('/page/worker/')</script>"),
}
WORKER = "fetch('/anything/').catch(() => 0);"
kept: list[dict[str, Any]] = []


@csrf_exempt
def endpoint(request: HttpRequest) -> HttpResponse:
    """Keep what a POST reports; tell a GET what is there, and forget it when asked to."""
    if request.method == "POST":
        meta = request.META
        for report in wire.parse(request.body).reports:
            again = meta["QUERY_STRING"] == TWIN and is_repeated(
                report,
                origin=meta.get("HTTP_ORIGIN", ""),
                user_agent=meta.get("HTTP_USER_AGENT", ""),
            )
            kept.append(
                {
                    "shape": report.shape,
                    "subject": report.subject,
                    "disposition": report.disposition,
                    "again": again,
                }
            )
        return HttpResponse(status=204)
    found = json.dumps(kept)
    if "forget" in request.GET:
        kept.clear()
    return JsonResponse(json.loads(found), safe=False)


def page(name: str, setting: str = "SECURE_CSP") -> URLPattern:
    policy, body = BODIES[name]

    def view(request: HttpRequest) -> HttpResponse:
        nonce = str(getattr(request, "csp_nonce")) if "%s" in body else ""  # noqa: B009
        return HttpResponse(f"{HEAD}<body>{body.replace('%s', nonce)}")

    endpoints = {"main": "endpoint"}
    headers = security_headers(**{setting: policy, "SECURITY_REPORTING_ENDPOINTS": endpoints})
    return path(f"{'watched' if 'REPORT' in setting else 'page'}/{name}/", headers(view))


def worker(request: HttpRequest) -> HttpResponse:
    return HttpResponse(WORKER, content_type="text/javascript")


reporting = security_headers(SECURE_CSP=POLICY, SECURITY_REPORTING_ENDPOINTS={"main": "endpoint"})
urlpatterns = [
    *map(page, BODIES),
    page("script", "SECURE_CSP_REPORT_ONLY"),
    path("page/worker/", reporting(worker)),
    path("endpoint/", endpoint, name="endpoint"),
]
