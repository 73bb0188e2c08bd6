"""Ask one address of the site as a scanner does, in this process, without a network."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from http.cookies import SimpleCookie
from typing import Any, Final, NamedTuple
from urllib.parse import urljoin, urlsplit

from django.test import Client
from django.utils import translation

from security.authoring import draft_pages
from security.authoring.draft_urls import is_risky
from security.grade.exchange import Chain, Exchange, Hop, Reply
from security.grade.observatory_tests import ORIGIN
from security.grade.page import HTML

MAX_BODY: Final = draft_pages.MAX_PAGE  # bytes that are read of one answer
MAX_STREAMING: Final = 5  # seconds for a body that comes in parts; no part is waited for later
MAX_HOPS: Final = 10  # addresses of a redirect chain; the Observatory follows as many
REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})

# What a scanner says of itself; sites of an API answer with a page to those who accept one.
SCANNER: Final = {
    "HTTP_ACCEPT": "text/html,application/xhtml+xml,*/*;q=0.8",
    "HTTP_USER_AGENT": "Mozilla/5.0 (compatible; gradesite)",
}


class Answer(NamedTuple):
    """
    What one address answered.

    ``reply`` is ``None`` where nothing came back. ``error`` names the exception, ``note`` says
    why the body was not read as a whole.
    """

    reply: Reply | None
    error: str = ""
    note: str = ""


class Asker:
    """
    Ask addresses of ``host``, each as on a first visit: no cookie and no language of one reaches
    the next.

    The cookies that ``client`` has from the start, as those of a login, stay with it.
    """

    def __init__(self, client: Client, host: str) -> None:
        self.client = client
        self.host = host
        self.name = urlsplit(f"//{host}").hostname or host
        client.defaults.update(SCANNER)
        self._language = translation.get_language()
        self._cookies = {name: morsel.value for name, morsel in client.cookies.items()}

    def exchange(
        self, path: str, target: str, *, method: str = "GET", **environ: Any
    ) -> tuple[Answer, Exchange]:
        """
        Ask for a path over HTTPS, over plain HTTP, and by OPTIONS with a foreign Origin.

        Never raises for what the site does.
        """
        answer = self.ask(f"https://{self.host}{path}", method=method, **environ)
        if answer.reply is None:
            return answer, Exchange(self.name, None, target=target)
        known = {f"https://{self.host}{path}": answer.reply}
        plain = Chain(tuple(self._hops(f"http://{self.name}{path}", known, environ)))
        asked = {"HTTP_ORIGIN": ORIGIN, **environ}
        preflight = self.ask(f"https://{self.host}{path}", method="OPTIONS", **asked).reply
        return answer, Exchange(
            self.name, answer.reply, http=plain, preflight=preflight, target=target
        )

    def ask(self, url: str, *, method: str = "GET", **environ: Any) -> Answer:
        """Ask for an address, and take back what that writes to a database."""
        parts = urlsplit(url)
        environ["HTTP_HOST"] = parts.netloc
        try:
            with draft_pages.savepoint(), translation.override(self._language):
                response: Any = self.client.generic(
                    method, url, secure=parts.scheme == "https", **environ
                )
        except (Exception, SystemExit) as error:
            self.client.exc_info = None
            return Answer(None, describe(error))
        finally:
            self.client.cookies = SimpleCookie(self._cookies)
        raised = getattr(response, "exc_info", None)
        error_text = describe(raised[1]) if raised and response.status_code >= 500 else ""
        try:
            body, note = _body(response) if method != "OPTIONS" else ("", "")
        except (Exception, SystemExit) as error:  # a stream that breaks
            body, note, error_text = "", "", describe(error)
        finally:
            response.close()
        return Answer(Reply(response.status_code, _headers(response), body), error_text, note)

    def _hops(
        self, url: str, known: Mapping[str, Reply], environ: Mapping[str, Any]
    ) -> Iterable[Hop]:
        """Yield the way from ``url`` on. What is another site's, or ends a session, is its end."""
        for number in range(MAX_HOPS):
            parts = urlsplit(url)
            reply = known.get(url)
            is_ours = (parts.scheme, parts.netloc) == ("http", self.name)
            if reply is None and is_ours and (number == 0 or not is_risky(url)):
                reply = self.ask(url, **environ).reply
            if reply is None:
                yield Hop(url, 200)
                return
            yield Hop(url, reply.status)
            location = reply.value("location")
            if reply.status not in REDIRECTS or not location:
                return
            url = urljoin(url, location)


def describe(error: BaseException) -> str:
    """Name an exception and the function it came from; never its text, which may be private."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    if place is None:
        return type(error).__name__
    frame = place.tb_frame
    where = f"{frame.f_globals.get('__name__', '?')}.{frame.f_code.co_qualname}"
    return f"{type(error).__name__} in {where}, line {place.tb_lineno}"


def _headers(response: Any) -> tuple[tuple[str, str], ...]:
    cookies = (("Set-Cookie", morsel.OutputString()) for morsel in response.cookies.values())
    return (*response.items(), *cookies)


def _body(response: Any) -> tuple[str, str]:
    """Return the text of a page, and why it is not all of it; of what is no page nothing."""
    kind = response.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind and kind not in HTML:
        return "", ""
    if not response.streaming:
        data, note = response.content, ""
    elif response.is_async:
        return "", "its body is streamed and was not read"
    else:
        data, note = _streamed(response)
    if len(data) > MAX_BODY:
        data, note = data[:MAX_BODY], f"only its first {MAX_BODY:,} bytes were read"
    try:
        return data.decode(response.charset or "utf-8", "replace"), note
    except LookupError:
        return data.decode("utf-8", "replace"), note


def _streamed(response: Any) -> tuple[bytes, str]:
    end = time.monotonic() + MAX_STREAMING
    parts: list[bytes] = []
    size = 0
    for part in response.streaming_content:
        parts.append(part)
        size += len(part)
        if size > MAX_BODY:
            break
        if time.monotonic() > end:
            return b"".join(parts), f"only what its stream held in {MAX_STREAMING} seconds was read"
    return b"".join(parts), ""
