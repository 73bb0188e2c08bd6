"""What templates may ask for."""

from __future__ import annotations

from django.http import HttpRequest

from security.nonce import ATTRIBUTE


def csp(request: HttpRequest) -> dict[str, object]:
    """Give templates ``csp_nonce``: Django 6's context processor, on every Django."""
    return {"csp_nonce": getattr(request, ATTRIBUTE, None)}
