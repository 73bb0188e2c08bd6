"""
MDN HTTP Observatory's twelve tests, algorithm 6, as pure functions of one recorded exchange.

The preload list and the public suffix list are not consulted: no host counts as preloaded, and
two hosts belong together if their last two labels agree.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from demo.card_cookies import judge_cookies
from demo.card_csp import Policy, judge_policy
from demo.card_page import Page, read_page
from demo.card_scores import MODIFIERS, PASSES_ALL_THE_SAME

ORIGIN = "https://http-observatory.security.mozilla.org"  # sent with the CORS preflight
HALF_A_YEAR = 15_552_000  # seconds; the shortest max-age without a penalty
HTML = frozenset({"text/html", "application/xhtml+xml"})
PRIVATE = frozenset(
    {"no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"}
)
TELLING = frozenset(
    {"origin", "origin-when-cross-origin", "unsafe-url", "no-referrer-when-downgrade"}
)
OPENER = ("same-origin", "same-origin-allow-popups", "noopener-allow-popups", "unsafe-none")
EMBEDDER = ("require-corp", "credentialless", "unsafe-none")
RESOURCE = ("same-origin", "same-site", "cross-origin")

_ITEM = re.compile(  # RFC 8941 section 3.3: a token, then parameters that nobody reads
    r" *([A-Za-z*][!#$%&'*+.^_`|~:/0-9A-Za-z-]*)"
    r"(?: *; *[a-z*][a-z0-9_.*-]*(?:=(?:\"[^\"\\]*\"|[?:]?[A-Za-z0-9+/=*.-]+:?))?)* *"
)


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""

    def all(self, name: str) -> tuple[str, ...]:
        """Return every line of one header, in the order sent."""
        return tuple(value for key, value in self.headers if key.lower() == name)

    def header(self, name: str) -> str | None:
        """Return the lines of one header as one, or ``None`` if it is absent."""
        lines = self.all(name)
        return ", ".join(lines) if lines else None


@dataclass(frozen=True, slots=True)
class Exchange:
    """
    One address as a scanner sees it.

    ``reply`` is the end of the https session, or of the http session if https does not answer.
    ``chain`` holds the URLs of the session that starts on plain http; empty: no answer there.
    ``preflight`` answers OPTIONS; ``earlier_cookies`` were set by redirects on the way.
    """

    host: str
    reply: Reply
    is_secure: bool = True
    is_trusted: bool = True
    chain: tuple[str, ...] = ()
    is_chain_trusted: bool = True
    preflight: Reply | None = None
    earlier_cookies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one test found; ``modifier`` is in points."""

    test: str
    result: str

    @property
    def modifier(self) -> int:
        return MODIFIERS[self.result]

    @property
    def is_passed(self) -> bool:
        return self.modifier >= 0 or self.result in PASSES_ALL_THE_SAME


def is_gradable(status: int) -> bool:
    """The Observatory grades pages and login walls, not missing or broken pages."""
    return 200 <= status < 400 or status in {401, 403}


def judge(exchange: Exchange) -> tuple[Verdict, ...]:
    """Run all twelve tests."""
    reply = exchange.reply
    is_html = _media_type(reply) in HTML
    page = read_page(reply.body) if is_html else Page()
    csp, policy = judge_policy(
        reply.all("content-security-policy"),
        page.policies,
        is_reporting=bool(reply.header("content-security-policy-report-only")),
        is_secure=exchange.is_secure,
    )
    transport = _transport(exchange)
    cookies = judge_cookies(
        exchange.host,
        reply.all("set-cookie"),
        exchange.earlier_cookies,
        has_hsts=MODIFIERS[transport] >= 0,
    )
    results = {
        "content-security-policy": csp,
        "cookies": cookies,
        "cross-origin-embedder-policy": "coep-" + _isolation(reply, "embedder", EMBEDDER),
        "cross-origin-opener-policy": "coop-" + _isolation(reply, "opener", OPENER),
        "cross-origin-resource-policy": "corp-" + _resource(reply),
        "cross-origin-resource-sharing": _sharing(exchange.preflight),
        "redirection": _redirection(exchange),
        "referrer-policy": _referrer(reply, page),
        "strict-transport-security": transport,
        "subresource-integrity": _integrity(exchange),
        "x-content-type-options": _nosniff(reply),
        "x-frame-options": _frames(reply, csp, policy),
    }
    return tuple(Verdict(test, result) for test, result in results.items())


def _media_type(reply: Reply) -> str | None:
    lines = reply.all("content-type")
    return lines[0].partition(";")[0] if lines else None


def _transport(exchange: Exchange) -> str:
    if not exchange.is_secure:
        return "hsts-not-implemented-no-https"
    if not exchange.is_trusted:
        return "hsts-invalid-cert"
    header = exchange.reply.header("strict-transport-security")
    if header is None:
        return "hsts-not-implemented"
    ages = re.findall(r"(?:^|;)\s*max-age=([^;]*)", header, re.IGNORECASE)
    if "," in header or not ages:
        return "hsts-header-invalid"
    number = re.match(r"\s*([+-]?\d{1,18})", ages[-1])
    if number and int(number[1]) < HALF_A_YEAR:
        return "hsts-implemented-max-age-less-than-six-months"
    return "hsts-implemented-max-age-at-least-six-months"


def _isolation(reply: Reply, kind: str, known: tuple[str, ...]) -> str:
    header = reply.header(f"cross-origin-{kind}-policy")
    if not header:
        return "not-implemented"
    item = _ITEM.fullmatch(header)
    if item is None or item[1] not in known:
        return "header-invalid"
    return "implemented-with-" + item[1]


def _resource(reply: Reply) -> str:
    value = (reply.header("cross-origin-resource-policy") or "").strip().lower()
    if not value:
        return "not-implemented"
    return "implemented-with-" + value if value in RESOURCE else "header-invalid"


def _sharing(preflight: Reply | None) -> str:
    prefix = "cross-origin-resource-sharing-"
    answered = preflight is not None and 200 <= preflight.status < 300
    origin = preflight.header("access-control-allow-origin") if preflight and answered else None
    if not preflight or not origin:
        return prefix + "not-implemented"
    if origin == "*":
        return prefix + "implemented-with-public-access"
    credentials = preflight.header("access-control-allow-credentials") or ""
    if origin == ORIGIN and credentials.lower() == "true":
        return prefix + "implemented-with-universal-access"
    return prefix + "implemented-with-restricted-access"


def _redirection(exchange: Exchange) -> str:
    chain = [urlsplit(url) for url in exchange.chain]
    if not chain:
        return "redirection-not-needed-no-http"
    if not exchange.is_chain_trusted:
        return "redirection-invalid-cert"
    if len(chain) == 1:
        return "redirection-missing"
    if chain[-1].scheme != "https":
        return "redirection-not-to-https"
    if chain[1].scheme != "https":
        return "redirection-not-to-https-on-initial-redirection"
    if chain[1].hostname != chain[0].hostname:
        return "redirection-off-host-from-http"
    return "redirection-to-https"


def _referrer(reply: Reply, page: Page) -> str:
    header = reply.header("referrer-policy")
    if header is None and not page.referrer:
        return "referrer-policy-not-implemented"
    tokens = [t.strip().lower() for t in f"{header or ''},{page.referrer}".split(",")]
    known = [token for token in tokens if token in PRIVATE | TELLING]
    if not known:
        return "referrer-policy-header-invalid"
    return "referrer-policy-private" if known[-1] in PRIVATE else "referrer-policy-unsafe"


def _integrity(exchange: Exchange) -> str:
    media_type = _media_type(exchange.reply)
    if media_type is not None and media_type not in HTML:
        return "sri-not-implemented-response-not-html"
    if _is_json(exchange.reply.body):
        return "html-not-parseable"
    scripts = read_page(exchange.reply.body).scripts
    if not scripts:
        return "sri-not-implemented-but-no-scripts-loaded"
    outcomes = set()
    for script in (script for script in scripts if script.source):
        url = script.source
        is_absolute = url.startswith(("http://", "https://"))
        is_own = not url.startswith("//")
        if is_absolute:
            is_own = _site(urlsplit(url).hostname or "") == _site(exchange.host)
        safe = url.startswith("https://") if is_absolute else is_own and exchange.is_secure
        outcomes.add((is_own, script.has_integrity, safe))
    ranking = (
        ((False, False, False), "sri-not-implemented-and-external-scripts-not-loaded-securely"),
        ((False, False, True), "sri-not-implemented-but-external-scripts-loaded-securely"),
        ((False, True, False), "sri-implemented-but-external-scripts-not-loaded-securely"),
        ((True, True, True), "sri-implemented-and-all-scripts-loaded-securely"),
        ((False, True, True), "sri-implemented-and-external-scripts-loaded-securely"),
    )
    fallback = "sri-not-implemented-but-all-scripts-loaded-from-secure-origin"
    return next((result for outcome, result in ranking if outcome in outcomes), fallback)


def _site(host: str) -> str:
    return ".".join(host.lower().split(".")[-2:])


def _is_json(body: str) -> bool:
    if not re.match(r"\s*[\[{\d-]", body):
        return False
    try:
        json.loads(body)
    except ValueError:
        return False
    return True


def _nosniff(reply: Reply) -> str:
    value = reply.header("x-content-type-options")
    if not value:
        return "x-content-type-options-not-implemented"
    is_nosniff = value.strip().lower() == "nosniff"
    return "x-content-type-options-" + ("nosniff" if is_nosniff else "header-invalid")


def _frames(reply: Reply, csp: str, policy: Policy) -> str:
    if "frame-ancestors" in policy:
        return "x-frame-options-implemented-via-csp"
    value = (reply.header("x-frame-options") or "").strip().lower()
    if not value:
        return "x-frame-options-not-implemented"
    if value in {"deny", "sameorigin"}:
        return "x-frame-options-sameorigin-or-deny"
    is_legacy = value.startswith("allow-from")
    return "x-frame-options-" + ("allow-from-origin" if is_legacy else "header-invalid")
