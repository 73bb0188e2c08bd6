"""
MDN HTTP Observatory, algorithm 6, without a network: twelve tests, a score and a grade.

It agrees with the tool in its habits too, where browsers do otherwise; ``docs/grade.md`` lists
them. What browsers do is what ``rules`` look at.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from . import observatory_csp as csp
from . import observatory_tests as tests
from .exchange import Exchange, Reply
from .observatory_scores import ALGORITHM, CREDIT, EXPECTATIONS, START, grade, score
from .page import EMPTY, HTML, Page, read_page


class Verdict(NamedTuple):
    """What one test found; ``modifier`` is in points."""

    test: str
    result: str

    @property
    def modifier(self) -> int:
        return EXPECTATIONS[self.result].modifier

    @property
    def passes(self) -> bool:
        return EXPECTATIONS[self.result].passes


@dataclass(frozen=True, slots=True)
class Observation:
    """
    What the Observatory says of a site, its verdicts in the order of their names.

    ``error`` is why it gives no grade; then there are no verdicts, and no score.
    """

    verdicts: tuple[Verdict, ...]
    score: int | None
    grade: str | None
    error: str | None = None

    @property
    def arithmetic(self) -> str:
        """How the verdicts add up to the score."""
        if self.error is not None:
            return self.error
        points = [verdict.modifier for verdict in self.verdicts]
        faults = sum(point for point in points if point < 0)
        bonuses = sum(point for point in points if point > 0)
        before = START + faults
        text = f"{START} - {-faults} for faults = {before}"
        if before >= CREDIT:
            text += f", + {bonuses} for extras = {before + bonuses}"
        elif bonuses:
            text += f"; the {bonuses} for extras count from {CREDIT} on only"
        if before < 0:
            text += "; below 0 counts as 0"
        return f"{text} (algorithm {ALGORITHM})"


def judge(exchange: Exchange, page: Page | None = None) -> Observation:
    """
    Run all tests; never raises. ``page`` is what ``read`` returned, where it is known already.
    """
    reply = exchange.response
    error = refusal(exchange)
    if error is not None or reply is None:
        return Observation((), None, None, error)
    page = read(reply) if page is None else page
    metas = page if media_type(reply) in HTML else EMPTY
    policy, directives = csp.judge(
        reply.lines("content-security-policy"),
        metas.policies,
        is_reporting=reply.has("content-security-policy-report-only"),
        is_secure=exchange.is_secure,
    )
    transport = tests.transport(exchange)
    results = {
        "content-security-policy": policy,
        "cookies": tests.session_cookies(exchange, reply, has_hsts=EXPECTATIONS[transport].passes),
        "cross-origin-embedder-policy": "coep-"
        + tests.isolation(reply, "embedder", tests.EMBEDDER),
        "cross-origin-opener-policy": "coop-" + tests.isolation(reply, "opener", tests.OPENER),
        "cross-origin-resource-policy": tests.resource(reply),
        "cross-origin-resource-sharing": tests.sharing(exchange.preflight),
        "redirection": tests.redirection(exchange),
        "referrer-policy": tests.referrer(reply, metas),
        "strict-transport-security": transport,
        "subresource-integrity": tests.integrity(exchange, media_type(reply), page),
        "x-content-type-options": tests.nosniff(reply),
        "x-frame-options": tests.frames(reply, directives),
    }
    verdicts = tuple(Verdict(test, result) for test, result in results.items())
    points = score(verdict.modifier for verdict in verdicts)
    return Observation(verdicts, points, grade(points))


def refusal(exchange: Exchange) -> str | None:
    """Return why the Observatory does not grade an exchange, or ``None`` if it does."""
    if exchange.response is None:
        return "The site does not answer."
    status = exchange.response.status
    if 200 <= status < 400 or status in {401, 403}:
        return None
    return f"The site answers with status {status}; pages and login walls are graded."


def media_type(reply: Reply) -> str:
    """Return what stands before the first semicolon of Content-Type, as it is written."""
    return (reply.value("content-type") or "").partition(";")[0]


def read(reply: Reply) -> Page:
    """Read the page that an answer carries, which may not say that it is one."""
    kind = media_type(reply)
    return EMPTY if kind and kind not in HTML else read_page(reply.body)
