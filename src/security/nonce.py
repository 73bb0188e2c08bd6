"""One nonce a request, made when somebody asks for it. CSP3 section 2.3.1."""

from __future__ import annotations

import base64
import hashlib
import os
from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject, empty

ATTRIBUTE = "_csp_nonce"  # where Django 6 keeps it, and its context processor looks for it
HASHES = "_csp_hashes"
ENTROPY = 16  # bytes; CSP3 section 7.1 asks for 128 bits at least


def generate() -> str:
    return os.urandom(ENTROPY).hex()


class Nonce(SimpleLazyObject):  # type: ignore[type-arg]  # generic in the stubs only
    """
    A string that exists once it is read; true from then on, as in Django 6.

    What a lazy object sets up for each instance is set up once, on the class: making one
    takes a tenth of the time.
    """

    _wrapped = empty
    _setupfunc = staticmethod(generate)

    __init__ = object.__init__

    def __bool__(self) -> bool:
        return look(self, "_wrapped") is not empty

    def __str__(self) -> str:
        text: str = look(self, "_wrapped")
        if text is empty:
            text = look(self, "_setupfunc")()
            put(self, "_wrapped", text)
        return text


class LateNonceError(RuntimeError):
    """Somebody asked for a nonce that can no longer be sent."""


def too_late() -> str:
    """Stand in for ``generate`` once the headers of a response are decided."""
    raise LateNonceError(
        "The nonce was asked for after the headers of the response were decided, so the "
        "browser would refuse it. Read request.csp_nonce, or {{ csp_nonce }}, in the view "
        "or in a template that is rendered before the response leaves SecurityMiddleware."
    )


# Past the proxy, which would make the nonce, and past what it costs to ask it.
look = object.__getattribute__
put = object.__setattr__


def settled(nonce: Any) -> str | None:
    """
    Return a nonce that somebody read. Of one that nobody read, let every later read fail.

    Takes also the nonce of Django's own middleware, which is true once it was read.
    """
    if type(nonce) is not Nonce:
        return str(nonce) if nonce else None
    text: Any = look(nonce, "_wrapped")
    if text is empty:
        put(nonce, "_setupfunc", too_late)
        return None
    return text  # type: ignore[no-any-return]  # a str, once it is not empty


def sources(nonce: str | None, hashes: list[str] | None) -> str:
    """Return what stands in the policy of a response: its nonce, its hashes, or both."""
    if not hashes:
        return "" if nonce is None else f"'nonce-{nonce}'"
    words = dict.fromkeys(hashes)
    return " ".join(words if nonce is None else (f"'nonce-{nonce}'", *words))


def allow_hash(request: HttpRequest, code: str) -> None:
    """
    Let one inline script or style through by its content, so that the page can be cached.

    ``code`` is everything between the tags, byte for byte as it is sent in UTF-8.
    """
    digest = base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()
    request.__dict__.setdefault(HASHES, []).append(f"'sha256-{digest}'")
