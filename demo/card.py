"""
The grade card: fetch pages over the network, judge them by two public graders, print the grades.

Standard library only. The demo's own certificate authority is the one that is trusted, so its
certificate counts as valid, as it would on a real site.
"""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from demo.card_headers import HeaderGrade, grade_headers
from demo.card_rules import ORIGIN, Exchange, Reply, Verdict, is_gradable, judge
from demo.card_scores import grade, score
from demo.terminal import Style

MAX_BODY = 1_048_576  # bytes; our longest page is 20 kB
MAX_REDIRECTS = 10
REDIRECTS = frozenset({301, 302, 303, 307, 308})
TIMEOUT = 10  # seconds for one answer
LEAST_SCORE = 130  # points that every page of a well-kept site reaches
PREFLIGHT = {"Origin": ORIGIN, "Access-Control-Request-Method": "GET"}


@dataclass(frozen=True, slots=True)
class Site:
    """Where the demo listens, and whom to believe about its certificate."""

    https: str  # such as https://localhost:8443
    http: str
    authority: Path  # certificate of the authority, PEM


@dataclass(frozen=True, slots=True)
class PageCard:
    """The grades of one page; ``verdicts`` is empty where the Observatory gives no grade."""

    label: str
    path: str
    status: int
    verdicts: tuple[Verdict, ...]
    headers: HeaderGrade

    @property
    def points(self) -> int:
        return score(verdict.modifier for verdict in self.verdicts)

    @property
    def letter(self) -> str:
        return grade(self.points) if self.verdicts else "-"

    @property
    def is_good(self) -> bool:
        observed = not self.verdicts or (self.letter == "A+" and self.points >= LEAST_SCORE)
        return observed and self.headers.letter == "A+"

    def as_dict(self) -> dict[str, object]:
        """Return the card for ``--json``."""
        return {
            "path": self.path,
            "status": self.status,
            "observatory": {"grade": self.letter, "score": self.points} if self.verdicts else None,
            "securityheaders": self.headers.letter,
            "tests": {verdict.test: verdict.result for verdict in self.verdicts},
        }


def grade_site(site: Site, pages: Iterable[tuple[str, str]]) -> tuple[PageCard, ...]:
    """Grade each page, given as label and path. Raises ``OSError`` if the site does not answer."""
    return tuple(_grade_page(site, label, path) for label, path in pages)


def is_clean(cards: Sequence[PageCard]) -> bool:
    """Whether there are grades, and each of them is as good as this demo promises."""
    return any(card.verdicts for card in cards) and all(card.is_good for card in cards)


def fetch(site: Site, path: str) -> Exchange:
    """Record what a scanner sees of one page: both sessions, every hop, and the preflight."""
    trust = ssl.create_default_context(cafile=str(site.authority))
    plain = _session(site.http + path, trust)
    secure = _session(site.https + path, trust)
    *earlier, (url, reply) = secure
    preflight = _ask(url, trust, "OPTIONS", PREFLIGHT)
    return Exchange(
        host=urlsplit(site.https).hostname or "",
        reply=reply,
        chain=tuple(hop for hop, _ in plain),
        preflight=preflight,
        earlier_cookies=tuple(line for _, hop in earlier for line in hop.all("set-cookie")),
    )


def _grade_page(site: Site, label: str, path: str) -> PageCard:
    exchange = fetch(site, path)
    status = exchange.reply.status
    verdicts = judge(exchange) if is_gradable(status) else ()
    return PageCard(label, path, status, verdicts, grade_headers(exchange))


def _session(url: str, trust: ssl.SSLContext) -> list[tuple[str, Reply]]:
    """Follow redirects as far as a browser would; return every URL with its answer."""
    hops: list[tuple[str, Reply]] = []
    while len(hops) <= MAX_REDIRECTS:
        reply = _ask(url, trust)
        hops.append((url, reply))
        target = reply.header("location")
        if reply.status not in REDIRECTS or not target:
            break
        url = urljoin(url, target)
    return hops


def _ask(
    url: str, trust: ssl.SSLContext, method: str = "GET", extra: dict[str, str] | None = None
) -> Reply:
    parts = urlsplit(url)
    host = parts.hostname or ""
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        connection = http.client.HTTPSConnection(host, parts.port, timeout=TIMEOUT, context=trust)
    else:
        connection = http.client.HTTPConnection(host, parts.port, timeout=TIMEOUT)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = {"User-Agent": "bulwark-demo-card", "Accept": "text/html", **(extra or {})}
    try:
        connection.request(method, target, headers=headers)
        response = connection.getresponse()
        body = response.read(MAX_BODY).decode(errors="replace")
        return Reply(response.status, tuple(response.getheaders()), body)
    except http.client.HTTPException as error:
        raise OSError(f"{url} sent no HTTP answer") from error
    finally:
        connection.close()


def render(cards: Sequence[PageCard], style: Style) -> str:
    """Lay the card out for a terminal; every line of it is at most 78 characters."""
    head = f"  {'Grade card':<38}{'MDN Observatory':<18}securityheaders.com*"
    lines = [style.bold(head), "  " + style.dim("-" * 76)]
    lines += [_row(card, style) for card in cards]
    lines += ["", *_reasons(cards, style)]
    lines.append(style.dim("  * an approximation: its rules are not published"))
    if is_clean(cards):
        lines.append(style.good(f"  Every page is A+ twice, with {LEAST_SCORE} points or more."))
    else:
        lines.append(style.bad(f"  Not every page is A+ twice with {LEAST_SCORE} points or more."))
    return "\n".join(lines)


def _row(card: PageCard, style: Style) -> str:
    observed = f"{card.letter:<3}{card.points:>4}" if card.verdicts else f"none ({card.status})"
    observed = f"{observed:<18}"
    paint = style.good if card.is_good else style.bad
    where = f"{card.path:<24.24}"
    return f"  {card.label:<14}{style.dim(where)}{paint(observed + card.headers.letter)}"


def _reasons(cards: Sequence[PageCard], style: Style) -> list[str]:
    """Name each fault once, with the pages that have it; then the bonuses they all share."""
    faults: dict[str, list[str]] = {}
    for card in cards:
        for verdict in card.verdicts:
            if verdict.modifier < 0:
                faults.setdefault(f"{verdict.modifier:>4}  {verdict.result}", []).append(card.label)
        for name in card.headers.missing:
            faults.setdefault(f"      {name} is missing", []).append(card.label)
        for warning in card.headers.warnings:
            faults.setdefault(f"      {warning}", []).append(card.label)
    lines = []
    for fault, labels in faults.items():
        pages = "every page" if len(labels) == len(cards) else ", ".join(labels)
        lines += [style.bad("  " + fault), style.dim(f"          {pages}")]
    graded = [set(card.verdicts) for card in cards if card.verdicts]
    shared = set.intersection(*graded) if graded else set()
    bonuses = sorted(
        f"{verdict.modifier:+4d}  {verdict.result}" for verdict in shared if verdict.modifier > 0
    )
    lines += [style.dim(f"  {bonus}") for bonus in bonuses]
    return [*lines, ""] if lines else []
