"""Two small text files that crawlers and security researchers look for."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

ROBOTS = """\
User-agent: *
Disallow: /accounts/
Disallow: /admin/
Disallow: /basket/
Disallow: /customs/
Disallow: /upload/
"""


@require_safe
def robots(_: HttpRequest) -> HttpResponse:
    return HttpResponse(ROBOTS, content_type="text/plain; charset=utf-8")


@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Say whom to tell about a hole. RFC 9116; ``Expires`` stays under a year, section 2.5.5."""
    expires = timezone.now().replace(microsecond=0) + timedelta(days=180)
    lines = [
        "Contact: mailto:security@breakwater.example",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: en",
        f"Canonical: {request.build_absolute_uri()}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
