"""What a request claims to have come by, and what a view makes of it."""

from __future__ import annotations

import json

from django.http import JsonResponse

from security.client import client_of

NAMES = (
    "HTTP_FORWARDED",
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PORT",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_FORWARDED_SCHEME",
    "HTTP_X_FORWARDED_SSL",
    "HTTP_X_FORWARDED_PREFIX",
    "HTTP_X_REAL_IP",
)
CLAIMS = {
    "Host": "testserver",
    "Forwarded": "for=198.51.100.7;proto=https;host=shop.example",
    "X-Forwarded-For": "198.51.100.7",
    "X-Forwarded-Host": "shop.example",
    "X-Forwarded-Port": "8443",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Scheme": "https",
    "X-Forwarded-Ssl": "on",
    "X-Forwarded-Prefix": "/x",
    "X-Real-Ip": "198.51.100.7",
}
TRUSTED = ["10.0.0.5", "10.1.0.0/16", "2001:db8::/32", "::1"]


def told(request):
    """Say what a view learns about the connection."""
    return JsonResponse(
        {
            "secure": request.is_secure(),
            "client": client_of(request),
            "host": request.get_host(),
            "port": request.get_port(),
            "claims": sorted(name for name in NAMES if name in request.META),
            "headers": sorted(name for name in request.headers if "Forwarded" in name),
        }
    )


def learn(answer):
    assert answer.status == 200
    return json.loads(answer.body)
