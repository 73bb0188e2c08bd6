"""Exchanges to grade: the best of answers, and others that differ from it in one thing."""

from __future__ import annotations

import json
from pathlib import Path

from security.grade.exchange import Chain, Exchange, Hop, Preload, Reply

SAMPLE = Path(__file__).parents[1] / "data" / "observatory-sample.json"
ABOUT = json.loads(SAMPLE.read_text(encoding="utf-8"))["about"]
CASES = json.loads(SAMPLE.read_text(encoding="utf-8"))["cases"]

POLICY = (
    "default-src 'none'; script-src 'nonce-bm9uY2Vub25jZQ' 'strict-dynamic'; style-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
BEST = {
    "Content-Type": "text/html; charset=utf-8",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains; preload",
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def an_exchange(*, without=(), lines=(), body="", status=200, site=None, **headers):
    """
    Build the best of answers, but for headers left out, others replaced, and lines added.

    ``site`` are arguments of ``Exchange``.
    """
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    absent = {without} if isinstance(without, str) else set(without)
    kept = {name: value for name, value in (BEST | named).items() if name not in absent}
    reply = Reply(status, (*kept.items(), *lines), body)
    options = {"http": chain("http://shop.test/", "https://shop.test/")} | (site or {})
    return Exchange("shop.test", reply, **options)


def chain(*urls, is_trusted=True):
    """Build the session over http."""
    hops = tuple(Hop(url, 301 if url != urls[-1] else 200) for url in urls)
    return Chain(hops, is_trusted)


def listed(host="shop.test", *, wide=False, mode="force-https"):
    return {host: Preload(wide, mode)}


def preflight(origin, credentials=None, status=204):
    lines = [("Access-Control-Allow-Origin", origin)]
    lines += [("Access-Control-Allow-Credentials", credentials)] if credentials else []
    return Reply(status, tuple(lines))


def a_page(*tags):
    return "<!doctype html><title>t</title>" + "".join(tags)
