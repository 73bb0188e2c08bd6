"""What may follow a directive: source expressions (CSP3 section 2.3.1) and the other kinds."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from security.policy import grammar
from security.policy.errors import PolicyError, did_you_mean, must_be

from .vocabulary import (
    DIRECTIVES,
    HASH_ALGORITHMS,
    KEYWORDS,
    NONCE,
    REFERRER_WORDS,
    REFLECTED_XSS_WORDS,
    SANDBOX_TOKENS,
    Kind,
)

_BASE64 = r"[A-Za-z0-9+/_-]+={0,2}"
_NONCE_OR_HASH = re.compile(rf"'(?:nonce|{'|'.join(HASH_ALGORITHMS)})-{_BASE64}'")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?"
_HOST = re.compile(
    r"(?:[A-Za-z][A-Za-z0-9+.-]*://)?"
    rf"(?:\*|(?:\*\.)?{_LABEL}(?:\.{_LABEL})*\.?)"
    r"(?::(?:\d{1,5}|\*))?"
    r"(?:/[A-Za-z0-9._~!$&'()*+=:@%/-]*)?"
)
_POLICY_NAME = re.compile(r"[A-Za-z0-9#=_/@.%-]+")  # Trusted Types section 4.3.2
_MEDIA_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+")
_URI = re.compile(r"[A-Za-z0-9._~:/?#\[\]@!$&'()*+=%-]+")  # RFC 3986, without ";" and ","


def is_nonce_or_hash(value: str) -> bool:
    """Tell whether a source lets a single inline block through."""
    return value == NONCE or value.startswith(("'nonce-", "'sha256-", "'sha384-", "'sha512-"))


def source(value: object) -> str:
    """
    Return ``value`` if a browser understands it as one source expression.

    A keyword stands in its own quotes (``"'self'"``). ``vocabulary.NONCE`` marks the place of
    the nonce. Raises ``PolicyError`` for all else.
    """
    if value == NONCE:
        return NONCE
    word = _word(value, "one source")
    if word.startswith("'"):
        if word.lower() in KEYWORDS or _NONCE_OR_HASH.fullmatch(word):
            return word
        raise must_be(
            "a keyword, a nonce or a hash in single quotes",
            word,
            hint=did_you_mean(word.lower(), KEYWORDS),
        )
    if f"'{word.lower()}'" in KEYWORDS or _NONCE_OR_HASH.fullmatch(f"'{word}'"):
        raise must_be(
            "quoted",
            word,
            hint=f"Without quotes a browser reads a host name. Write \"'{word}'\".",
        )
    if _SCHEME.fullmatch(word) or _HOST.fullmatch(word):
        return word
    raise must_be(
        "one source: a keyword, a nonce, a hash, a scheme such as 'https:', or a host", word
    )


def quoted_name(value: object) -> object:
    """Put the two keywords of ``trusted-types`` into quotes."""
    return f"'{value}'" if value in ("none", "allow-duplicates") else value


def quoted(value: object) -> object:
    """Put a bare keyword, nonce or hash into the quotes that ``CSP_DICT`` leaves to us."""
    if isinstance(value, str):
        word = f"'{value}'"
        if word.lower() in KEYWORDS or (
            len(value) <= grammar.MAX_HEADER and _NONCE_OR_HASH.fullmatch(word)
        ):
            return word
    return value


def _word(value: object, what: str) -> str:
    """Refuse what would end the value, the directive or the header."""
    if isinstance(value, str) and len(value) <= grammar.MAX_HEADER:
        head, semicolon, tail = value.partition(";")
        if semicolon:
            name = (tail.split() or [""])[0].lower()
            raise must_be(
                what,
                value,
                hint="A semicolon starts a new directive. "
                + (f'Write "{name}" as its own key.' if name in DIRECTIVES else "Take it out."),
            )
        if len(head.split()) > 1:
            raise must_be(what, value, hint="Write each source as its own item of the list.")
    return grammar.member(value, what)


def _sandbox_token(value: object) -> str:
    word = _word(value, "one sandbox token")
    if word.lower() not in SANDBOX_TOKENS:
        raise must_be("a sandbox token", word, hint=did_you_mean(word, SANDBOX_TOKENS))
    return word


def _matching(pattern: re.Pattern[str], what: str) -> Callable[[object], str]:
    def check(value: object) -> str:
        word = _word(value, what)
        if not pattern.fullmatch(word):
            raise must_be(what, word)
        return word

    return check


def _among(*words: str) -> Callable[[object], str]:
    def check(value: object) -> str:
        return grammar.one_of(value, words)

    return check


def _policy_name(value: object) -> str:
    word = _word(value, "the name of a Trusted Types policy")
    if word in {"*", "'none'", "'allow-duplicates'"} or _POLICY_NAME.fullmatch(word):
        return word
    raise must_be("a name, '*', \"'none'\" or \"'allow-duplicates'\"", word)


def _nothing(value: object) -> str:
    raise must_be("left without a value", value, hint="Write True, or an empty list.")


CHECKS: Final[dict[Kind, Callable[[object], str]]] = {
    Kind.SOURCES: source,
    Kind.NOTHING: _nothing,
    Kind.SANDBOX: _sandbox_token,
    Kind.URIS: _matching(_URI, "a URL"),
    Kind.GROUP: lambda value: grammar.token(value, "the name of a reporting endpoint"),
    Kind.POLICY_NAMES: _policy_name,
    Kind.SINK_GROUPS: _among("'script'"),
    Kind.MEDIA_TYPES: _matching(_MEDIA_TYPE, "a MIME type"),
    Kind.REFERRER: _among(*REFERRER_WORDS),
    Kind.REFLECTED_XSS: _among(*REFLECTED_XSS_WORDS),
    Kind.SRI_TOKENS: _among("script", "style"),
}


def refuse_none_beside_others(values: tuple[str, ...]) -> None:
    """``'none'`` counts only alone: beside another source a browser ignores it."""
    others = [value for value in values if value.lower() != "'none'"]
    if others and len(others) != len(values):
        raise PolicyError(
            "must hold 'none' alone or not at all "
            f"(got {len(others)} other value{'s' if len(others) > 1 else ''} beside it).",
            hint="A browser ignores 'none' beside another source.",
        )
