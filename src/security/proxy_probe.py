"""The signed question of ``manage.py proxyselftest``: whom does the site take me for?"""

from __future__ import annotations

from typing import Any, Final

from django.core.exceptions import DisallowedHost
from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpResponse, JsonResponse

from security.client import client_of

HEADER: Final = "X-Security-Probe"
META: Final = "HTTP_X_SECURITY_PROBE"
MAX_AGE: Final = 60  # seconds between the question and the answer
MAX_TOKEN: Final = 200  # characters; ours have about 70
_QUESTION: Final = "who-am-i"
_SALT: Final = "security.proxyselftest"


def token() -> str:
    """Return what makes a site with the same ``SECRET_KEY`` answer, for a minute."""
    return TimestampSigner(salt=_SALT).sign(_QUESTION)


def answer(request: Any) -> HttpResponse | None:
    """
    Tell the sender of a signed probe what is believed of the request; ``None`` for others.

    The host is ``None`` where it is refused.
    """
    if not _is_signed(request.META.get(META, "")):
        return None
    try:
        host = request.get_host()
    except DisallowedHost:
        host = None
    believed = client_of(request)._asdict() | {"host": host, "port": request.get_port()}
    return JsonResponse(believed, headers={"Cache-Control": "no-store"})


def _is_signed(text: str) -> bool:
    if not text or len(text) > MAX_TOKEN:
        return False
    try:
        return TimestampSigner(salt=_SALT).unsign(text, max_age=MAX_AGE) == _QUESTION
    except BadSignature:
        return False
