"""What a caller that is no browser gets when it may not go on."""

from __future__ import annotations

import re
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, JsonResponse

MAX_ACCEPT: Final = 1_000  # characters; browsers send about 130
_JSON = re.compile(r"application/(?:[a-z0-9!#$&^_.-]{1,100}\+)?json")
_HTML = frozenset({"text/html", "application/xhtml+xml"})
_WEIGHT = re.compile(r"(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)", re.ASCII)


def problem(status: int, title: str, detail: str, **more: Any) -> HttpResponse:
    """
    Return a refusal that a program can read: RFC 9457, in no cache.

    ``more`` are members of the object beside ``type``, ``title``, ``status`` and ``detail``.
    """
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
    return JsonResponse(
        body,
        status=status,
        content_type="application/problem+json",
        headers={"Cache-Control": "no-store"},
    )


def is_ajax(request: HttpRequest) -> bool:
    """Tell whether a script says that it sent the request: ``X-Requested-With``."""
    said: object = request.META.get("HTTP_X_REQUESTED_WITH")
    return said == "XMLHttpRequest"


def wants_json(request: HttpRequest) -> bool:
    """
    Tell whether ``Accept`` names JSON and prefers it to HTML: RFC 9110 section 12.5.1.

    Any type whose name ends in ``+json`` counts, and ``*/*``, which everybody sends, does
    not. Of two with the same weight the first one wins. A header of more than 1,000
    characters is not read.
    """
    accept = request.META.get("HTTP_ACCEPT", "")
    if "json" not in accept.lower() or len(accept) > MAX_ACCEPT:
        return False
    best, answer = 0.0, False
    for item in accept.lower().split(","):
        kind, *parameters = (part.strip() for part in item.split(";"))
        is_json = _JSON.fullmatch(kind) is not None
        if (is_json or kind in _HTML) and (weight := _weight(parameters)) > best:
            best, answer = weight, is_json
    return answer


def _weight(parameters: list[str]) -> float:
    """Return the ``q`` of a media type; 0, which means never, where it is no weight."""
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            value = value.strip()
            return float(value) if _WEIGHT.fullmatch(value) else 0.0
    return 1.0
