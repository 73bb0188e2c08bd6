"""Why a site did not answer, in words for whoever reads a log."""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Iterator

import httpx

from .body import UnreadableBodyError

# All that a hostile answer or a bad network raises below; anything else is a bug of ours.
NETWORK = (httpx.TransportError, httpx.InvalidURL, UnreadableBodyError, OSError, UnicodeError)


class FailureError(Exception):
    """
    A session without a page; the text says why, without a full stop.

    ``is_open`` tells that something listens there.
    """

    def __init__(self, why: str, *, is_open: bool = True) -> None:
        super().__init__(why)
        self.is_open = is_open


def reason(error: BaseException) -> str:
    """Return why a session failed, as the end of a sentence; nothing of it is the site's text."""
    if isinstance(error, httpx.ConnectTimeout):
        return "no connection in time"
    for cause in _causes(error):
        match cause:
            case FailureError() | UnreadableBodyError():
                return str(cause)
            case TimeoutError():
                return "no answer in time"
            case socket.gaierror(errno=socket.EAI_AGAIN):
                return "the name cannot be looked up now"
            case socket.gaierror():
                return "no such host"
            case ssl.SSLWantReadError() | ssl.SSLWantWriteError():
                pass  # it was waited for
            case ssl.SSLError():
                return f"no TLS connection ({_tls(cause)})"
            case ConnectionRefusedError():
                return "connection refused"
            case ConnectionResetError():
                return "connection reset"
            case OSError(errno=int(number)):
                text = os.strerror(number)
                return text[:1].lower() + text[1:]
            case _:
                pass
    if isinstance(error, httpx.RemoteProtocolError):
        return f"no HTTP/1.1 that can be read ({_protocol(error)})"
    return "the connection broke off"


def is_about_certificate(error: BaseException) -> bool:
    """Tell whether a connection failed because the certificate is not trusted."""
    return any(isinstance(cause, ssl.SSLCertVerificationError) for cause in _causes(error))


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield what an error goes back to, the last cause first; of a group the first of them."""
    chain: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and len(chain) < 16:  # a chain of errors is a few long
        chain.append(cause)
        if isinstance(cause, BaseExceptionGroup):
            cause = cause.exceptions[0]
        else:
            cause = cause.__cause__ or cause.__context__
    yield from reversed(chain)


def _tls(error: ssl.SSLError) -> str:
    return (getattr(error, "reason", None) or "handshake failed").lower().replace("_", " ")


def _protocol(error: httpx.RemoteProtocolError) -> str:
    """Return what is said before the site's own text begins."""
    return str(error).partition(":")[0].partition("(")[0].strip().rstrip(".").lower()[:80]
