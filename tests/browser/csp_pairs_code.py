"""Pairs about scripts and styles: nonces, hashes, keywords, and what they silence."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Final

from tests.browser.csp_pairs import HASH, HTTP, LINK, STYLE, TEXT, Pair, acts, stands

from security.policy.csp.match import Request, hashes_of

STYLE_HASH = hashes_of(STYLE)[1]
FILE_HASH = hashes_of("self.postMessage(1)")[0]  # of every script that the server has

SCRIPTS: Final = (
    "'none'",
    "a.test",
    "'nonce-abc'",
    "'NONCE-abc'",
    "'nonce-ABC' a.test",
    "'strict-dynamic' a.test",
    "'strict-dynamic' 'nonce-abc'",
    f"'{FILE_HASH}'",
    f"'{FILE_HASH.replace('sha', 'SHA')}' 'strict-dynamic'",
    f"'{hashes_of('x')[0]}' 'unsafe-inline'",
    f"'{HASH}'",
    f"'unsafe-hashes' '{HASH}'",
    f"'unsafe-hashes' '{hashes_of(LINK)[2]}' 'nonce-abc'",
    f"'{hashes_of(LINK)[1]}'",
    f"'sha-256-{HASH.removeprefix('sha256-').rstrip('=')}'",
    "'unsafe-inline'",
    "'unsafe-inline' 'nonce-abc'",
    "'unsafe-inline' 'strict-dynamic'",
    "'unsafe-inline' 'nonce-$'",
    "'unsafe-inline' 'sha256-abc",
    "'unsafe-eval'",
    "'wasm-unsafe-eval'",
    "'report-sample' 'Unsafe-Inline'",
    "*",
)


def scripts() -> Iterator[Pair]:
    url = "http://a.test/s.js"
    other = "http://a.test/t.js"
    for sources in SCRIPTS:
        policy = f"script-src {sources}"
        ask = Request("script-src-elem", url, HTTP)
        yield stands(policy, f"<script src={url}></script>", ask)
        ask = Request("script-src-elem", other, HTTP, nonce="abc")
        yield stands(policy, f"<script nonce=abc src={other}></script>", ask)
        ask = Request("script-src-elem", url, HTTP, hashes=(FILE_HASH,))
        tag = f"<script crossorigin integrity={FILE_HASH} src={url}></script>"
        yield stands(policy, tag, ask)
        ask = Request("script-src-elem", "inline", HTTP, hashes=hashes_of(TEXT))
        yield stands(policy, f"<script>{TEXT}</script>", ask)
        ask = Request("script-src-elem", "inline", HTTP, nonce="abc", hashes=hashes_of("1"))
        yield stands(policy, "<script nonce=abc>1</script>", ask)
        ask = Request("script-src-attr", "inline", HTTP, hashes=hashes_of(TEXT))
        yield stands(policy, f"<p onclick='{TEXT}'>", ask)
        ask = Request("script-src-elem", LINK, HTTP, hashes=hashes_of(LINK))
        yield stands(policy, f"<iframe src='{LINK}'></iframe>", ask, "inline")
        for what, given in (("added", url), ("typed", TEXT), ("eval", ""), ("wasm", "")):
            yield acts(HTTP, policy, what, given)
    for extra in ("", " 'trusted-types-eval'", " 'unsafe-eval'"):
        yield acts(HTTP, f"script-src 'self'{extra}", "eval", "")


def styles() -> Iterator[Pair]:
    url = "http://a.test/s.css"
    for sources in (
        *("'none'", "a.test", "'nonce-abc'", "'unsafe-inline'", "'unsafe-inline' 'nonce-abc'"),
        *("'unsafe-inline' 'strict-dynamic'", f"'{STYLE_HASH}'", "'strict-dynamic' a.test"),
        f"'unsafe-hashes' '{hashes_of('color: red')[2]}'",
    ):
        policy = f"style-src {sources}"
        ask = Request("style-src-elem", url, HTTP)
        yield stands(policy, f"<link rel=stylesheet href={url}>", ask)
        ask = Request("style-src-elem", url, HTTP, nonce="abc")
        yield stands(policy, f"<link nonce=abc rel=stylesheet href={url}>", ask)
        ask = Request("style-src-elem", "inline", HTTP, hashes=hashes_of(STYLE))
        yield stands(policy, f"<style>{escape(STYLE)}</style>", ask)
        ask = Request("style-src-elem", "inline", HTTP, nonce="abc", hashes=hashes_of("b{}"))
        yield stands(policy, "<style nonce=abc>b{}</style>", ask)
        ask = Request("style-src-attr", "inline", HTTP, hashes=hashes_of("color: red"))
        yield stands(policy, "<p style='color: red'>", ask)
