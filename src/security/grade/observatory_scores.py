"""The points of MDN HTTP Observatory, algorithm 6, and how they become a score and a grade."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

ALGORITHM: Final = 6
START: Final = 100  # points
CREDIT: Final = 90  # points; below this, after penalties, bonuses are not counted


class Expectation(NamedTuple):
    """What a result is worth, in points, and whether its test counts as passed."""

    modifier: int
    passes: bool


def _bad(points: int) -> Expectation:
    return Expectation(-points, False)


def _good(points: int = 0) -> Expectation:
    return Expectation(points, True)


# https://github.com/mdn/mdn-http-observatory, source of 20 August 2026.
EXPECTATIONS: Final[dict[str, Expectation]] = {
    "csp-header-invalid": _bad(25),
    "csp-not-implemented-but-reporting-enabled": _bad(25),
    "csp-not-implemented": _bad(25),
    "csp-implemented-with-unsafe-inline": _bad(20),
    "csp-implemented-with-insecure-scheme": _bad(20),
    "csp-implemented-with-unsafe-eval": _bad(10),
    "csp-implemented-with-insecure-scheme-in-passive-content-only": Expectation(-10, True),
    "csp-implemented-with-unsafe-inline-in-style-src-only": _good(),
    "csp-implemented-with-no-unsafe-default-src-none": _good(10),
    "csp-implemented-with-no-unsafe": _good(5),
    "csp-implemented-but-duplicate-directives": _good(),
    "cookies-not-found": _good(),
    "cookies-session-without-secure-flag": _bad(40),
    "cookies-session-without-httponly-flag": _bad(30),
    "cookies-anticsrf-without-samesite-flag": _bad(20),
    "cookies-samesite-flag-invalid": _bad(20),
    "cookies-session-without-secure-flag-but-protected-by-hsts": _bad(10),
    "cookies-without-secure-flag": _bad(20),
    "cookies-without-secure-flag-but-protected-by-hsts": _bad(5),
    "cookies-secure-with-httponly-sessions": _good(),
    "cookies-secure-with-httponly-sessions-and-samesite": _good(5),
    "coep-header-invalid": _bad(5),
    "coep-not-implemented": _good(),
    "coep-implemented-with-unsafe-none": _good(),
    "coep-implemented-with-require-corp": _good(10),
    "coep-implemented-with-credentialless": _good(10),
    "coop-header-invalid": _bad(5),
    "coop-not-implemented": _good(),
    "coop-implemented-with-unsafe-none": _good(),
    "coop-implemented-with-same-origin": _good(10),
    "coop-implemented-with-same-origin-allow-popups": _good(10),
    "coop-implemented-with-noopener-allow-popups": _good(10),
    "corp-header-invalid": _bad(5),
    "corp-not-implemented": _good(),
    "corp-implemented-with-cross-origin": _good(),
    "corp-implemented-with-same-site": _good(10),
    "corp-implemented-with-same-origin": _good(10),
    "cross-origin-resource-sharing-not-implemented": _good(),
    "cross-origin-resource-sharing-implemented-with-public-access": _good(),
    "cross-origin-resource-sharing-implemented-with-restricted-access": _good(),
    "cross-origin-resource-sharing-implemented-with-universal-access": _bad(50),
    "redirection-not-needed-no-http": _good(),
    "redirection-invalid-cert": _bad(20),
    "redirection-all-redirects-preloaded": _good(),
    "redirection-missing": _bad(20),
    "redirection-not-to-https": _bad(20),
    "redirection-not-to-https-on-initial-redirection": _bad(10),
    "redirection-off-host-from-http": _bad(5),
    "redirection-to-https": _good(),
    "referrer-policy-not-implemented": _good(),
    "referrer-policy-private": _good(5),
    "referrer-policy-unsafe": _bad(5),
    "referrer-policy-header-invalid": _bad(5),
    "hsts-preloaded": _good(5),
    "hsts-not-implemented-no-https": _bad(20),
    "hsts-invalid-cert": _bad(20),
    "hsts-not-implemented": _bad(20),
    "hsts-header-invalid": _bad(20),
    "hsts-implemented-max-age-less-than-six-months": _bad(10),
    "hsts-implemented-max-age-at-least-six-months": _good(),
    "sri-not-implemented-response-not-html": _good(),
    "html-not-parseable": _bad(20),
    "sri-not-implemented-but-no-scripts-loaded": _good(),
    "sri-not-implemented-and-external-scripts-not-loaded-securely": _bad(50),
    "sri-not-implemented-but-external-scripts-loaded-securely": _bad(5),
    "sri-implemented-but-external-scripts-not-loaded-securely": _bad(20),
    "sri-implemented-and-all-scripts-loaded-securely": _good(5),
    "sri-implemented-and-external-scripts-loaded-securely": _good(5),
    "sri-not-implemented-but-all-scripts-loaded-from-secure-origin": _good(),
    "x-content-type-options-nosniff": _good(),
    "x-content-type-options-header-invalid": _bad(5),
    "x-content-type-options-not-implemented": _bad(5),
    "x-frame-options-implemented-via-csp": _good(5),
    "x-frame-options-sameorigin-or-deny": _good(5),
    "x-frame-options-allow-from-origin": _good(),
    "x-frame-options-header-invalid": _bad(20),
    "x-frame-options-not-implemented": _bad(20),
}

GRADES: Final = {
    "A+": 100,
    "A": 90,
    "A-": 85,
    "B+": 80,
    "B": 70,
    "B-": 65,
    "C+": 60,
    "C": 50,
    "C-": 45,
    "D+": 40,
    "D": 30,
    "D-": 25,
    "F": 0,
}


def score(modifiers: Iterable[int]) -> int:
    """Add up: bonuses count only for a site that has ``CREDIT`` points or more without them."""
    points = tuple(modifiers)
    penalised = START + sum(point for point in points if point < 0)
    return max(0, penalised if penalised < CREDIT else START + sum(points))


def grade(points: int) -> str:
    """Return the letter for a score of 0 or more."""
    return next(letter for letter, least in GRADES.items() if points >= least)
