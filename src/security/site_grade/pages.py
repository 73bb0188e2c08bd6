"""Every page of the site with its grade, for strangers and for users."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final
from urllib.parse import unquote, urljoin, urlsplit

from django.test import Client
from django.urls import Resolver404, ResolverMatch, resolve

from security.authoring import draft_pages
from security.authoring.draft_found import Kind, Resource
from security.authoring.draft_resources import read_page
from security.authoring.draft_urls import is_risky, shape
from security.grade import observatory
from security.grade.card import Card, grade
from security.grade.exchange import Exchange, Reply
from security.grade.page import HTML
from security.login_audit.paths import entries

from .ask import REDIRECTS, Asker
from .faults import FORGED, MARK, MISSING, NAMES, FaultHandler, path_of, status_of

MAX_PAGES: Final = draft_pages.MAX_PAGES  # pages of one visitor
MAX_PATH: Final = 1_500  # characters of a link that is followed
MAX_KINDS: Final = 20_000  # shapes of links that are looked at, for each visitor
PAGES: Final = 500
PER_ROUTE: Final = 20  # pages under one pattern of urls.py, so that a long list is not all
_LOADED: Final = frozenset(
    {Kind.FONT, Kind.IMAGE, Kind.MANIFEST, Kind.MEDIA, Kind.OBJECT, Kind.SCRIPT, Kind.STYLE}
)


@dataclass(frozen=True, slots=True)
class Options:
    """
    What to grade.

    ``host`` is the one that is asked, with a port or without. With ``paths`` only these are;
    without, all of ``urls.py`` and where it leads. ``users`` are looked at beside a stranger.
    ``max_pages`` and ``per_route`` count for each visitor; paths that fit ``exclude`` are left
    out.
    """

    host: str
    paths: tuple[str, ...] = ()
    users: tuple[Any, ...] = ()
    max_pages: int = PAGES
    per_route: int = PER_ROUTE
    exclude: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """
    One answer to one visitor.

    ``visitor`` is the name of a user, empty for a stranger. ``status`` is 0 where nothing came
    back. ``fault`` names the error that was provoked; ``error`` the exception that was raised.
    """

    path: str
    visitor: str
    status: int
    fault: str = ""
    error: str = ""
    note: str = ""

    @property
    def label(self) -> str:
        """How people call the page."""
        name = f"error {self.fault}" if self.fault else self.path
        return f"{name} as {self.visitor}" if self.visitor else name


@dataclass(slots=True)
class Notes:
    """
    What a reader should know beside the cards.

    ``left_out`` are paths that may end a session, ``wanting`` the patterns of URLs with
    arguments under which nothing was found, ``cut`` counts pages beyond a limit.
    """

    left_out: dict[str, None] = field(default_factory=dict)
    wanting: dict[str, None] = field(default_factory=dict)
    cut: int = 0


Graded = tuple[Page, Exchange, Card]


def grade_pages(options: Options, notes: Notes | None = None) -> Iterator[Graded]:
    """
    Yield every page with what it answered and its grade, visitor by visitor.

    Only GET and OPTIONS, but for one forged POST to a view of ours. What the pages write to a
    database is taken back. Settings are read anew for each call, as far as Django and this
    package read them; a module that copied one when it was imported keeps its copy.

    Raises ``ImproperlyConfigured`` or ``ImportError`` where the site cannot start.
    """
    notes = Notes() if notes is None else notes
    paths, wanting = options.paths, dict[str, str]()
    if not paths:
        paths, wanting = _starts(notes)
    visits = _Visits(options, notes)
    for user in (None, *options.users):
        visits.visitor = "" if user is None else user.get_username()
        visits.read(paths, user)
        while visits.graded:
            yield visits.graded.popleft()
    notes.cut += len(visits.reading.skipped)
    notes.wanting.update(
        (path, None) for route, path in wanting.items() if not visits.routes[route]
    )


def graded(page: Page, exchange: Exchange) -> Graded:
    """
    Return a page with its card.

    The Observatory grades no page of an error. Here it is graded as if its status were 200,
    since what such a page lacks is lacking all the same.
    """
    card = grade(exchange)
    reply = exchange.response
    if reply is not None and card.observatory.score is None:
        shown = replace(exchange, response=Reply(200, reply.headers, reply.body))
        card = replace(card, observatory=observatory.judge(shown))
    return page, exchange, card


def _starts(notes: Notes) -> tuple[tuple[str, ...], dict[str, str]]:
    """Return the paths that need no arguments, and the patterns of those that do, by route."""
    paths: dict[str, None] = {"/": None} if _match("/") else {}
    wanting: dict[str, str] = {}
    for entry in entries():
        match = _match(entry.sample) if entry.sample is not None else None
        is_one = entry.is_one or (match is not None and not _arguments(match))
        ends_session = _ends_session(entry.match, entry.path)
        if entry.sample is not None and is_one:
            (notes.left_out if ends_session else paths)[entry.sample] = None
        elif not ends_session:
            wanting[match.route if match else entry.path] = entry.path
    return tuple(paths), wanting


def _match(path: str) -> ResolverMatch | None:
    try:
        return resolve(unquote(urlsplit(path).path))
    except Resolver404:
        return None


def _arguments(match: Any) -> bool:
    """Tell whether the path says more than which view it is."""
    return bool(match.args or match.captured_kwargs)


def _ends_session(match: ResolverMatch | None, path: str) -> bool:
    """Tell whether a GET may end the session, by the path, the name or the class of the view."""
    if is_risky(path):
        return True
    if match is None:
        return False
    owner = getattr(match.func, "view_class", type(None))
    return is_risky(match.view_name or "") or any(
        each.__name__ == "LogoutView" for each in owner.__mro__
    )


class _Visits(draft_pages.Reader):
    """The crawl of ``csp draft``, with a grade for each answer in place of its resources."""

    def __init__(self, options: Options, notes: Notes) -> None:
        follow = 0 if options.paths else options.max_pages
        super().__init__(options.host, follow=follow, hashes=False, exclude=options.exclude)
        self.options = options
        self.notes = notes
        self.visitor = ""
        self.graded: deque[Graded] = deque()
        self.routes: Counter[str] = Counter()

    def _crawl(self, client: Client, paths: Sequence[str]) -> None:
        self._handler = client.handler = FaultHandler(enforce_csrf_checks=False)
        self._handler.load_middleware()  # what cannot start is said at once
        self._asker = Asker(client, self.options.host)
        self._counts: Counter[str] = Counter()
        self._kinds = set(map(shape, paths))
        super()._crawl(client, paths)
        if not self.options.paths:
            for name in NAMES:
                self._fault(name)

    def _page(self, client: Client, path: str, seen: set[str]) -> list[str]:
        """Grade one page and return the paths of the site that it leads to."""
        if path in seen:
            return []
        if len(seen) >= self.options.max_pages:
            self.notes.cut += 1
            return []
        seen.add(path)
        match = _match(path)
        self.routes[match.route if match else ""] += 1
        answer, exchange = self._asker.exchange(path, self._target(path))
        page = Page(
            path,
            self.visitor,
            answer.reply.status if answer.reply else 0,
            error=answer.error,
            note=answer.note,
        )
        self.graded.append(graded(page, exchange))
        return [] if self.options.paths else list(self._links(path, answer.reply))

    def _fault(self, name: str) -> None:
        path = path_of(name)
        if self._is_excluded(path):
            return
        environ = {} if name == MISSING else {MARK: name}
        self._handler.enforce_csrf_checks = name == FORGED
        try:
            answer, exchange = self._asker.exchange(
                path, self._target(path), method="POST" if name == FORGED else "GET", **environ
            )
        finally:
            self._handler.enforce_csrf_checks = False
        status = answer.reply.status if answer.reply else 0
        if name == FORGED and 200 <= status < 300:
            return  # nobody refuses a forged POST, so there is no page that says so
        error = answer.error if status != status_of(name) else ""
        page = Page(path, self.visitor, status, name, error, answer.note)
        self.graded.append(graded(page, exchange))

    def _target(self, path: str) -> str:
        return f"{self.own}{path}" + (f" as {self.visitor}" if self.visitor else "")

    def _links(self, path: str, reply: Reply | None) -> Iterator[str]:
        """Yield the paths that an answer leads to, no more of one route than asked for."""
        if reply is None or len(self._kinds) == MAX_KINDS:
            return
        for link, is_loaded in self._addresses(self.own + path, reply):
            local = self._local(link)
            if not local or len(local) > MAX_PATH or local.startswith("//"):
                continue
            kind = shape(local)
            if kind in self._kinds or len(self._kinds) == MAX_KINDS:
                continue
            self._kinds.add(kind)
            match = _match(local)
            if match is None and is_loaded:
                continue  # as the icon that every browser asks for
            if _ends_session(match, local):
                self.notes.left_out[local] = None
                continue
            route = match.route if match else ""
            if self._counts[route] < self.options.per_route:
                self._counts[route] += 1
                yield local

    def _addresses(self, url: str, reply: Reply) -> Iterator[tuple[str, bool]]:
        """Yield where an answer leads, each with whether a browser loads it by itself."""
        location = reply.value("location")
        if reply.status in REDIRECTS and location:
            yield urljoin(url, location), False
        kind = observatory.media_type(reply).strip().lower()
        if kind in HTML and reply.body:
            page = read_page(reply.body, url)
            for link in page.links:
                yield link, False
            for each in page.found:
                if isinstance(each, Resource) and each.kind in _LOADED:
                    yield each.url, True
