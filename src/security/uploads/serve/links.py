"""Links to an upload that expire, signed for one path and, where asked, for one user."""

from __future__ import annotations

import re
import time
from typing import Any, Final
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from django.core.signing import BadSignature, TimestampSigner, b62_decode
from django.http import HttpRequest

from security.policy.errors import must_be

SALT: Final = "security.uploads.link"
PARAMETER: Final = "signature"
MAX_AGE: Final = 31 * 24 * 3600  # seconds; a link for longer is a public file
DEFAULT_AGE: Final = 3600  # seconds
SKEW: Final = 5  # seconds that the clock of another server of ours may be ahead

# Seconds, whether for one user, time of signing, signature: as long as ours can become.
_TOKEN: Final = re.compile(r"([1-9][0-9]{0,6})([au]):(([0-9A-Za-z]{1,10}):[\w-]{1,86})", re.ASCII)


def signed_url(url: str, *, max_age: int = DEFAULT_AGE, user: Any = None) -> str:
    """
    Return ``url``, as ``reverse()`` or ``file.url`` give it, good for ``max_age`` seconds.

    With ``user`` it is good for the session of that user only. The path is signed; host and
    query are not. Raises ``ValueError`` for another age than 1 to ``MAX_AGE``, for a user who
    is not logged in, and for a URL that is signed already.
    """
    if type(max_age) is not int or not 1 <= max_age <= MAX_AGE:
        raise must_be(f"1 to {MAX_AGE} seconds", max_age, hint="Sign the link when it is shown.")
    if user is not None and not _key(user):
        raise must_be("a user who is logged in", user, hint="Leave user out to sign for anybody.")
    parts = urlsplit(url)
    if f"{PARAMETER}=" in parts.query:
        raise must_be("a URL without a signature", url)
    signed = _signer().sign(_value(unquote(parts.path), max_age, user))
    token = f"{max_age}{'a' if user is None else 'u'}:{':'.join(signed.rsplit(':', 2)[1:])}"
    query = "&".join(filter(None, (parts.query, f"{PARAMETER}={token}")))
    return urlunsplit(parts._replace(query=query, fragment=""))


def is_signed(request: HttpRequest) -> bool:
    """
    Tell whether a request came by a link of ours that is still good. Raises nothing.

    A signature of more than ``SKEW`` seconds ahead of our clock is refused. Keys in
    ``SECRET_KEY_FALLBACKS`` count.
    """
    match = _TOKEN.fullmatch(request.GET.get(PARAMETER, ""))
    if match is None:
        return False
    age, bound, rest, made = match.groups()
    user = None
    if bound == "u":
        user = getattr(request, "user", None)
        if not _key(user):
            return False
    try:
        _signer().unsign(f"{_value(request.path, int(age), user)}:{rest}", max_age=int(age))
    except (BadSignature, UnicodeEncodeError):
        return False
    return int(age) <= MAX_AGE and b62_decode(made) <= time.time() + SKEW


def _signer() -> TimestampSigner:
    return TimestampSigner(salt=SALT)


def _value(path: str, max_age: int, user: Any) -> str:
    """Return what is signed. Only the path, at its end, may hold a colon."""
    return f"{max_age}:{'' if user is None else quote(_key(user), safe='')}:{path}"


def _key(user: Any) -> str:
    is_known = getattr(user, "is_authenticated", False) is True and user.pk is not None
    return str(user.pk) if is_known else ""
