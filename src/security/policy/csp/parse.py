"""
A tolerant reader of any policy text, for those who judge policies that others wrote.

``ContentSecurityPolicy.parse`` refuses what a browser would ignore; this reads it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from security.policy.grammar import bounded

MAX_POLICY: Final = 262_144  # characters; sixteen times what a server lets a header be
SCRIPT: Final = ("script-src", "script-src-attr", "script-src-elem")

# What CSP Evaluator 1.1.8 reads without regard to case. Other words stay as they are written.
KEYWORDS: Final = frozenset(
    {
        "'allow'",
        "'block'",
        "'inline-speculation-rules'",
        "'none'",
        "'report-sample'",
        "'self'",
        "'strict-dynamic'",
        "'unsafe-eval'",
        "'unsafe-hashed-attributes'",
        "'unsafe-hashes'",
        "'unsafe-inline'",
        "'wasm-eval'",
        "'wasm-unsafe-eval'",
    }
)

# Names that every object of JavaScript has from birth: the Evaluator, written in that language,
# believes that it has read them already.
PASSED_OVER: Final = frozenset({"__proto__", "constructor"})

# White space of ECMAScript. A browser knows five of these (the Infra standard, ASCII
# whitespace), and skips a directive that holds any of the others for not being ASCII.
_WORD = re.compile(r"[^\t-\r \xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]+")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_NONCE = re.compile(r"'nonce-[A-Za-z0-9+/_-]+={0,2}'")
_HASH = re.compile(r"'sha(?:256|384|512)-[A-Za-z0-9+/_-]+={0,2}'")


@dataclass(frozen=True, slots=True)
class Policy:
    """
    What a text says, with nothing refused and nothing checked.

    ``directives`` has lower-case names and, of a repeated directive, the first; each value
    once. ``repeated`` and ``passed_over`` name the directives that are not among them.
    """

    text: str
    directives: Mapping[str, tuple[str, ...]]
    repeated: tuple[str, ...] = ()
    passed_over: tuple[str, ...] = ()

    def values(self, name: str) -> tuple[str, ...]:
        """Return the values of a directive, none where the policy lacks it."""
        return self.directives.get(name, ())

    def governing(self, name: str) -> str:
        """
        Return the directive that decides for ``name``: itself, or what it falls back to.

        The last one to fall back to is returned even where the policy lacks it.
        """
        if name in self.directives or not name.endswith(("-src", "-attr", "-elem")):
            return name
        parent = name.removesuffix("-attr").removesuffix("-elem")
        return parent if parent in self.directives else "default-src"


def read(text: str) -> Policy:
    """
    Read one policy as CSP Evaluator does: a comma means nothing.

    Raises ``PolicyError`` beyond ``MAX_POLICY`` characters, and for nothing else.
    """
    directives: dict[str, tuple[str, ...]] = {}
    repeated, passed_over = [], []
    for part in bounded(text, MAX_POLICY).split(";"):
        words = _WORD.findall(part)
        if not words:
            continue
        name = words[0].lower()
        if name in PASSED_OVER:
            passed_over.append(name)
        elif name in directives:
            repeated.append(name)
        else:
            directives[name] = tuple(dict.fromkeys(map(_normal, words[1:])))
    return Policy(text, MappingProxyType(directives), tuple(repeated), tuple(passed_over))


def split(header: str) -> tuple[str, ...]:
    """Return the policies that a browser finds in a header: it splits at commas, CSP3 2.2.2."""
    return tuple(part for text in header.split(",") if (part := text.strip("\t\n\f\r ;")))


def is_scheme(word: str) -> bool:
    """Tell whether a source is a scheme alone, such as ``https:``."""
    return word.endswith(":") and _SCHEME.fullmatch(word) is not None


def is_nonce(word: str) -> bool:
    """Tell whether a source is a nonce that browsers accept."""
    return word.startswith("'n") and _NONCE.fullmatch(word) is not None


def is_hash(word: str) -> bool:
    """Tell whether a source is a hash that browsers accept."""
    return word.startswith("'s") and _HASH.fullmatch(word) is not None


def _normal(word: str) -> str:
    if word[0] == "'":
        lower = word.lower()
        return lower if lower in KEYWORDS else word
    return word.lower() if is_scheme(word) else word
