"""Pages that load scripts with and without integrity, and a place that keeps what is reported."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import engines
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from security.decorators import security_headers
from security.reports import wire

CDN = "https://cdn.example.test/static/"  # the same files under another origin
RAN = 'document.documentElement.dataset.%s = "ran";\n'
# Each script says that it ran; long enough for whitenoise to compress it.
SCRIPTS = {
    f"{name}.js": (RAN % name + "// " + "long " * 200).encode()
    for name in ("tagged", "bare", "plain", "tampered")
} | {
    "main.mjs": b'import {date} from "date"; import "free"; ' + (RAN % "module").encode(),
    "known.mjs": b'import {date} from "date"; document.documentElement.dataset.known = date;\n',
    "date.mjs": b'export const date = "ran";\n',
    "free.mjs": (RAN % "free").encode(),
    "style.css": b"html { --tagged: ran }\n",
    "tampered.css": b"html { --tampered: ran }\n",
}
HEAD = """<!doctype html>{% load sri static %}<link rel="icon" href="data:,">"""
BODIES: Mapping[str, str] = {
    "scripts": """
<script {% static_sri "tagged.js" %}></script>
<script {% static_sri "tampered.js" %}></script>
<script src="{% static "bare.js" %}"></script>
<script src="{% static "plain.js" %}" integrity="{% static_integrity "plain.js" %}"></script>""",
    "unchecked": """<script src="{% static "tampered.js" %}"></script>""",
    "modules": """
<script type="importmap">{
  "imports": {"date": "{% static "date.mjs" %}", "free": "{% static "free.mjs" %}"},
  "integrity": {"{% static "date.mjs" %}": "{% static_integrity "date.mjs" %}"}
}</script>
<link rel="modulepreload" {% static_sri "known.mjs" "href" %}>
<script type="module" {% static_sri "known.mjs" %}></script>
<script type="module" {% static_sri "main.mjs" %}></script>""",
    "styles": """
<link rel="stylesheet" {% static_sri "style.css" %}>
<link rel="stylesheet" {% static_sri "tampered.css" %}>""",
}
POLICY: Mapping[str, Any] = {"blocked-destinations": ["script", "style"], "endpoints": ["main"]}
SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "enforced": {"SECURITY_INTEGRITY_POLICY": POLICY},
    "watched": {"SECURITY_INTEGRITY_POLICY_REPORT_ONLY": POLICY},
    "free": {},
}
kept: list[dict[str, str]] = []


@csrf_exempt
def endpoint(request: HttpRequest) -> HttpResponse:
    """Keep what a POST reports; tell a GET what is there, and forget it when asked to."""
    if request.method == "POST":
        kept.extend(
            {
                "kind": report.kind,
                "subject": report.subject,
                "blocked": report.blocked,
                "disposition": report.disposition,
            }
            for report in wire.parse(request.body).reports
        )
        return HttpResponse(status=204)
    found = json.dumps(kept)
    if "forget" in request.GET:
        kept.clear()
    return JsonResponse(json.loads(found), safe=False)


def page(request: HttpRequest, body: str) -> HttpResponse:
    text = engines["django"].from_string(HEAD + BODIES[body]).render()
    if "cdn" in request.GET:
        text = text.replace('="/static/', f'="{CDN}')
    return HttpResponse(text)


urlpatterns = [
    path(
        f"{name}/<body>/",
        security_headers(SECURITY_REPORTING_ENDPOINTS={"main": "endpoint"}, **settings)(page),
    )
    for name, settings in SETTINGS.items()
] + [path("endpoint/", endpoint, name="endpoint")]
