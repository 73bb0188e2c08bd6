"""The site as a Caddyfile, for Caddy 2.6 or later."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from . import quoting
from .site import (
    ANSWER_TIMEOUT,
    BRIEFLY,
    CIPHERS,
    FOREVER,
    HASHED,
    HEADER_BUFFERS,
    HEADER_SIZE,
    HEADER_TIMEOUT,
    HTTP,
    HTTPS,
    IDLE_TIMEOUT,
    INLINE,
    STATIC_CSP,
    SVG,
    SVG_CSP,
    UNKNOWN,
    Folder,
    Plain,
    Site,
)
from .text import block, comment, finished

_INDENT = "\t"  # what "caddy fmt" writes
_GUARDED = "Content-Security-Policy"


def render(site: Site) -> str:
    """Return the file. Raises ``PolicyError`` for what Caddy cannot be told."""
    test = "caddy validate --adapter caddyfile --config THIS-FILE"
    return finished(site, "Caddy", test, _lines(site))


def _block(head: str, lines: Iterable[str]) -> list[str]:
    return block(f"{head} {{" if head else "{", lines, indent=_INDENT)


def _lines(site: Site) -> Iterator[str]:
    yield from _options(site)
    yield ""
    yield from _unknown(site)
    yield ""
    yield from _plain(site)
    yield ""
    yield from _secure(site)


def _options(site: Site) -> list[str]:
    lines = ["auto_https disable_redirects"]
    if site.http_port != HTTP:
        lines.append(f"http_port {site.http_port}")
    if site.https_port != HTTPS:
        lines.append(f"https_port {site.https_port}")
    timeouts = (
        f"read_header {HEADER_TIMEOUT}s",
        f"read_body {ANSWER_TIMEOUT}s",
        f"idle {IDLE_TIMEOUT}s",
    )
    size = HEADER_BUFFERS * HEADER_SIZE // 1024
    lines += _block("servers", (*_block("timeouts", timeouts), f"max_header_size {size}KiB"))
    return _block("", lines)


def _addresses(site: Site, scheme: str) -> str:
    names: list[str] = []
    for host in site.hosts:
        names += [host[1:], f"*{host}"] if host.startswith(".") else [host]
    return ", ".join(f"{scheme}://{name}" for name in names)


def _bind(site: Site) -> list[str]:
    return [f"bind {site.address}"] if site.address else []


def _tls(site: Site) -> list[str]:
    files = ""
    if site.certificate and site.key:
        files = f" {_path('--certificate', site.certificate)} {_path('--key', site.key)}"
    return _block(
        f"tls{files}",
        (
            "protocols tls1.2 tls1.3",
            f"ciphers {' '.join(name for _, name in CIPHERS)}",
            "curves x25519 secp256r1 secp384r1",
        ),
    )


def _path(name: str, text: str) -> str:
    path = quoting.named(name, partial(quoting.path, server="caddy"), text)
    return quoting.named(name, quoting.caddy, path)


def _unknown(site: Site) -> list[str]:
    tls = _tls(site) if site.certificate else []
    return [
        *comment("Hosts that are not ours: the connection ends, without an answer."),
        *_block("http://", (*_bind(site), "abort")),
        *_block("https://", (*_bind(site), *tls, "abort")),
    ]


def _plain(site: Site) -> list[str]:
    lines = _bind(site)
    if site.plain is Plain.REDIRECTED:
        lines += _redirect(site)
    elif site.plain is Plain.ASKED:
        for folder in filter(None, (site.static, site.media)):
            lines += _block(f"handle {folder.url}*", _redirect(site))
        lines += _answers(site, secure=False)
    else:
        lines += [*_files(site, secure=False), *_answers(site, secure=False)]
    return _block(_addresses(site, "http"), lines)


def _redirect(site: Site) -> list[str]:
    to = f"https://{site.redirect_host or '{host}'}{{uri}}"
    return [
        "@get method GET HEAD",
        *_block("handle @get", (f"redir * {to} 301",)),
        *_block("handle", (f"redir * {to} 308",)),
    ]


def _secure(site: Site) -> list[str]:
    lines = [*_bind(site), *_tls(site)]
    lines += [*_files(site, secure=True), *_answers(site, secure=True)]
    return _block(_addresses(site, "https"), lines)


def _answers(site: Site, *, secure: bool) -> Iterator[str]:
    yield from _block("handle", _django(site, secure=secure))
    yield from comment("For what Caddy answers by itself; Django's own answers stay as they are.")
    yield from _block(
        "handle_errors",
        (
            *_headers(site.error_headers(secure=secure)),
            "header -Cache-Control",
            "header -Content-Disposition",
            'header Content-Type "text/plain; charset=utf-8"',
            'respond "{http.error.status_code} {http.error.status_text}"',
        ),
    )


def _headers(headers: Iterable[tuple[str, str]]) -> Iterator[str]:
    for name, value in headers:
        yield f"header {name} {quoting.named(name, quoting.caddy, value)}"


def _django(site: Site, *, secure: bool) -> Iterator[str]:
    upstream = site.upstream
    to = f"unix/{upstream.address}" if upstream.is_unix else upstream.address
    # A length that is told is judged at once; request_body would answer 502 for it.
    length = "{http.request.header.Content-Length}"
    yield f"@large expression `{length} != '' && int({length}) > {site.max_body}`"
    yield "error @large 413"
    yield from _block("request_body", (f"max_size {site.max_body}",))
    yield from comment("What the client claims about itself goes no further, however it is spelt.")
    yield "request_header -*_*"
    yield "request_header -X-Forwarded-*"
    for name in (name for name in site.dropped() if not name.startswith("X-Forwarded-")):
        yield f"request_header -{name}"
    yield from _block(
        f"reverse_proxy {to}",
        (
            "header_up X-Forwarded-For {remote_host}",
            "header_up X-Forwarded-Host {hostport}",
            f"header_up X-Forwarded-Port {site.port(secure=secure)}",
            *(
                f"header_up {name} {quoting.caddy(value)}"
                for name, value in site.scheme_headers(secure=secure)
            ),
            "header_down -Server",
            *_block(
                "transport http",
                (
                    "compression off",
                    "dial_timeout 5s",
                    f"response_header_timeout {ANSWER_TIMEOUT}s",
                ),
            ),
        ),
    )


def _files(site: Site, *, secure: bool) -> Iterator[str]:
    if site.static:
        lines = [
            "@hashed path_regexp `" + HASHED + "`",
            "@picture path_regexp `(?i)\\.svg$`",
            f"header Cache-Control {quoting.caddy(BRIEFLY)}",
            f"header @hashed Cache-Control {quoting.caddy(FOREVER)}",
            *_headers((*site.fixed(secure=secure), (_GUARDED, STATIC_CSP))),
            f"header @picture {_GUARDED} {quoting.caddy(SVG_CSP)}",
        ]
        yield from _folder(site.static, lines)
    if site.media:
        lines = [
            *_headers(site.media_headers(secure=secure)),
            "header Content-Disposition attachment",
            f"header Content-Type {UNKNOWN}",
        ]
        for name, endings in (*INLINE, SVG):
            matcher = f"@{endings[0]}"
            lines.append(f"{matcher} path_regexp `(?i)\\.({'|'.join(endings)})$`")
            lines.append(f"header {matcher} Content-Type {name}")
            if name != SVG[0]:
                lines.append(f"header {matcher} -Content-Disposition")
        yield from _folder(site.media, lines)


def _folder(folder: Folder, lines: list[str]) -> Iterator[str]:
    root = _path(folder.setting, folder.root)
    yield from _block(
        f"handle_path {folder.url}*",
        (f"root * {root}", *_block("route", (*lines, "file_server"))),
    )
