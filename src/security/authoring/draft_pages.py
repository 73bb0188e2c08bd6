"""
The site's own pages, rendered in this process as a visitor would get them.

Only GET. What the pages write to a database is taken back, and nothing is logged or mailed by
their errors. What they do elsewhere, in a cache or over the network, is done.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import Any, Final
from urllib.parse import quote, unquote, urljoin, urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connections, transaction
from django.test import Client

from .draft_found import Code, Found, Inline, Kind, Resource
from .draft_policy import origin
from .draft_resources import read_page
from .draft_sheets import Sheets
from .draft_urls import is_risky, row_of, shape

MAX_PAGES: Final = 1_000  # pages of one visitor
MAX_PAGE: Final = 2 * 1024 * 1024  # bytes of one page
MAX_SECONDS: Final = 300  # for all pages; no page is started later
MAX_REDIRECTS: Final = 5
_CLOSE: Final = "close_if_unusable_or_obsolete"  # of a connection, before and after requests
MISSING: Final = "/no-such-page-of-csp-draft/"  # for the page that says so
_HTML: Final = frozenset({"text/html", "application/xhtml+xml"})
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})


@dataclass(slots=True)
class Reading:
    """
    What was found: resources by page, pages that were not read with the reason, and notes.

    A page is named by its path; of several visitors' pages under one path, all count.
    """

    pages: dict[str, dict[Found, None]] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)
    hosts: dict[str, None] = field(default_factory=dict)
    policies: dict[str, None] = field(default_factory=dict)
    rows: dict[str, str] = field(default_factory=dict)  # page of an admin to key of its row


class Reader:
    """
    Read pages of ``host`` over HTTPS, for one visitor after another.

    ``follow`` is how many pages, for each visitor, may be found by links. ``hashes`` says that
    inline code will be known by its text, so that pages which have some are rendered twice.
    Paths that fit one of the patterns in ``exclude`` are left out.
    """

    def __init__(self, host: str, *, follow: int, hashes: bool, exclude: Sequence[str]) -> None:
        self.reading = Reading()
        self.own = f"https://{host}"
        self.follow = follow
        self.hashes = hashes
        self.exclude = exclude
        self._end = time.monotonic() + MAX_SECONDS
        self._sheets = Sheets(self.own)

    def read(self, paths: Sequence[str], user: Any = None) -> None:
        """Read these pages, and those that they lead to, as ``user`` or as a stranger."""
        client = Client(raise_request_exception=False)
        client.defaults["SERVER_NAME"], _, port = urlsplit(self.own).netloc.partition(":")
        client.defaults["SERVER_PORT"] = port or "443"
        with quiet(), undone():
            if user is not None:
                client.force_login(user)
            self._sheets.client = client
            try:
                self._crawl(client, paths)
            finally:
                if user is not None:
                    client.session.flush()  # where sessions are in no database

    def _crawl(self, client: Client, paths: Sequence[str]) -> None:
        waiting = deque(paths)
        shapes = set(map(shape, paths))
        seen: set[str] = set()
        followed = 0
        while waiting:
            path = waiting.popleft()
            if self._is_excluded(path):
                continue
            if len(seen) == MAX_PAGES or time.monotonic() > self._end:
                self.reading.skipped.setdefault(path, "the limit of pages or of time was reached")
                return
            for link in self._page(client, path, seen):
                if followed < self.follow and shape(link) not in shapes and not is_risky(link):
                    shapes.add(shape(link))
                    waiting.append(link)
                    followed += 1

    def _page(self, client: Client, path: str, seen: set[str]) -> list[str]:
        """Read one page and return the paths of the origin that it leads to."""
        path, text = self._get(client, path)
        if text is None or path in seen or self._is_excluded(path):
            return []
        seen.add(path)
        url = self.own + path
        page = read_page(text, url)
        found = page.found
        if any(self._is_hashed(each) for each in found):
            again = read_page(self._get(client, path)[1] or "", url).found
            found = tuple(_as_stable(each, again) for each in found)
        name = quote(urlsplit(path).path, safe="/%:@!$&'()*+,;=~-._")
        needed = self.reading.pages.setdefault(name, {})
        needed.update(dict.fromkeys(found))
        if row := row_of(unquote(name)):
            self.reading.rows[name] = row
        for each in found:
            if isinstance(each, Resource) and each.kind is Kind.STYLE:
                needed.update(dict.fromkeys(self._sheets.loads(each.url)))
        self.reading.hosts.update(
            dict.fromkeys(host for host in map(origin, page.hosts) if host not in {"", self.own})
        )
        if page.policies:
            self.reading.policies[name] = None
        return [path for link in page.links if (path := self._local(link))]

    def _is_excluded(self, path: str) -> bool:
        plain = urlsplit(path).path
        return any(fnmatchcase(plain, pattern) for pattern in self.exclude)

    def _is_hashed(self, found: Found) -> bool:
        return (
            isinstance(found, Code)
            and found.kind is not Inline.JAVASCRIPT_URL
            and (self.hashes or not found.nonce)
        )

    def _local(self, url: str) -> str:
        """Return the path and query of an address of the site itself, else nothing."""
        if origin(url) != self.own:
            return ""
        parts = urlsplit(url)
        return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")

    def _get(self, client: Client, path: str) -> tuple[str, str | None]:
        """Return where redirects of the site lead, and the HTML there, if it is some."""
        for _ in range(MAX_REDIRECTS):
            with savepoint():
                response = client.get(path, secure=True)
            if response.status_code not in _REDIRECTS:
                return path, self._html(path, response)
            target = self._local(urljoin(self.own + path, response.get("Location", "")))
            if not target or is_risky(target):
                return path, None
            path = target
        self.reading.skipped[path] = f"more than {MAX_REDIRECTS} redirects"
        return path, None

    def _html(self, path: str, response: Any) -> str | None:
        """Return the text of a page; ``None`` for downloads, streams and anything else."""
        media_type = response.get("Content-Type", "").partition(";")[0].strip().lower()
        attached = response.get("Content-Disposition", "").strip().lower().startswith("attachment")
        if media_type not in _HTML or attached:
            return None
        if response.streaming:
            response.close()
            self.reading.skipped[path] = "it is streamed"
            return None
        if settings.DEBUG and response.status_code >= 400:
            self.reading.skipped[path] = f"an error page of DEBUG, {response.status_code}"
            return None
        if len(response.content) > MAX_PAGE:
            self.reading.skipped[path] = f"it is longer than {MAX_PAGE} bytes"
            return None
        if response.status_code >= 500:
            self.reading.skipped[path] = f"it failed with {response.status_code}"
        try:
            return str(response.content.decode(response.charset or "utf-8", "replace"))
        except LookupError:
            return str(response.content.decode("utf-8", "replace"))


def _as_stable(found: Found, again: Sequence[Found]) -> Found:
    if isinstance(found, Code) and found not in again:
        return replace(found, stable=found.nonce and found.kind in {Inline.SCRIPT, Inline.STYLE})
    return found


@contextmanager
def quiet() -> Iterator[None]:
    """Log nothing: a page that fails would fill the terminal and mail the admins."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)


@contextmanager
def undone() -> Iterator[None]:
    """Take back whatever is written to a database within."""
    with ExitStack() as stack:
        for alias in connections:
            # The end of a response, which a view may send itself, would close the connection.
            kept = connections[alias].__dict__
            kept[_CLOSE] = _stay
            stack.callback(kept.pop, _CLOSE)
            try:
                stack.enter_context(transaction.atomic(using=alias))
            except (DatabaseError, ImproperlyConfigured):  # not there: a page that needs it fails
                continue
            stack.callback(transaction.set_rollback, rollback=True, using=alias)
        yield


def _stay() -> None:
    """Stand in for a method that closes a connection."""


@contextmanager
def savepoint() -> Iterator[None]:
    """Take back what one page writes, so that its errors do not break the next one's queries."""
    with ExitStack() as stack:
        for alias in connections:
            if connections[alias].in_atomic_block:
                stack.enter_context(transaction.atomic(using=alias))
                stack.callback(transaction.set_rollback, rollback=True, using=alias)
        yield
