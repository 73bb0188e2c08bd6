"""The site as a file for nginx 1.19.4 or later, to be included in its ``http`` block."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final

from . import quoting
from .site import (
    ANSWER_TIMEOUT,
    BODY_TIMEOUT,
    BRIEFLY,
    CIPHERS,
    CURVES,
    FOREVER,
    HASHED,
    HEADER_BUFFERS,
    HEADER_SIZE,
    HEADER_TIMEOUT,
    IDLE_TIMEOUT,
    INLINE,
    STATIC_CSP,
    SVG,
    SVG_CSP,
    UNKNOWN,
    Folder,
    Plain,
    Site,
    extensions,
)
from .text import block, comment, finished

MAX_NAME: Final = 44  # characters of a host name; nginx sorts names into buckets of 64 bytes


def render(site: Site) -> str:
    """Return the file. Raises ``PolicyError`` for what nginx cannot be told."""
    return finished(site, "nginx", "nginx -t", _File(site).lines())


class _File:
    """The parts of one file; names of variables begin with the first host."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.dollar = f"{site.slug}_dollar"

    def lines(self) -> Iterator[str]:
        body = [*self._unknown(), "", *self._plain(), "", *self._secure()]
        yield from self._variables(body)
        yield from body

    def _variables(self, body: list[str]) -> Iterator[str]:
        slug = self.site.slug
        if any(len(host) > MAX_NAME for host in self.site.hosts):
            yield from comment(
                "EDIT: a name of a host is long; write 'server_names_hash_bucket_size 128;' into "
                "the http block."
            )
        if any(f"${{{self.dollar}}}" in line for line in (*body, *self._maps())):
            yield f'geo ${self.dollar} {{ default "$"; }}'
        yield from comment("1 where nginx itself answers; nothing where Django did.")
        yield from block(
            f"map $upstream_header_time ${slug}_own {{",
            ('"" 1;', "~-$ 1;", 'default "";'),
        )
        yield from self._maps()
        if self.site.static:
            yield from block(
                f"map $uri ${slug}_cache {{",
                (f'"~{HASHED}" {self._quoted(FOREVER)};', f"default {self._quoted(BRIEFLY)};"),
            )
            yield from block(
                f"map $uri ${slug}_static_policy {{",
                (f'"~*\\.svg$" {self._quoted(SVG_CSP)};', f"default {self._quoted(STATIC_CSP)};"),
            )
        if self.site.media:
            yield from block(
                f"map $uri ${slug}_disposition {{",
                (f'"~*\\.({extensions(INLINE)})$" "";', "default attachment;"),
            )
        yield ""

    def _maps(self) -> Iterator[str]:
        for name, value in self.site.error_headers(secure=True):
            head = f"map ${self.site.slug}_own ${self._variable(name)} {{"
            yield from block(head, (f"1 {self._header(name, value)};", 'default "";'))

    def _variable(self, name: str) -> str:
        names = [each for each, _ in self.site.error_headers(secure=True)]
        return f"{self.site.slug}_header_{names.index(name) + 1}"

    def _quoted(self, text: str) -> str:
        return quoting.nginx(text, self.dollar)

    def _header(self, name: str, text: str) -> str:
        return quoting.named(name, self._quoted, text)

    def _path(self, name: str, text: str | None) -> str:
        return self._header(
            name, quoting.named(name, partial(quoting.path, server="nginx"), text or "")
        )

    def _listen(self, *, secure: bool, default: bool = False) -> Iterator[str]:
        words = f"{' ssl http2' if secure else ''}{' default_server' if default else ''}"
        port = self.site.port(secure=secure)
        for address in (self.site.address,) if self.site.address else ("", "[::]"):
            yield f"listen {address}{':' if address else ''}{port}{words};"

    def _limits(self) -> Iterator[str]:
        yield "server_tokens off;"
        yield f"client_header_timeout {HEADER_TIMEOUT}s;"
        yield f"client_body_timeout {BODY_TIMEOUT}s;"
        yield f"send_timeout {BODY_TIMEOUT}s;"
        yield f"keepalive_timeout {IDLE_TIMEOUT}s;"
        yield f"large_client_header_buffers {HEADER_BUFFERS} {HEADER_SIZE // 1024}k;"
        yield f"client_max_body_size {self.site.max_body};"

    def _tls(self) -> Iterator[str]:
        yield "ssl_protocols TLSv1.2 TLSv1.3;"
        yield f"ssl_ciphers {':'.join(name for name, _ in CIPHERS)};"
        yield f"ssl_ecdh_curve {CURVES};"
        yield "ssl_prefer_server_ciphers off;"
        yield "ssl_session_cache shared:bulwark:10m;"
        yield "ssl_session_timeout 1d;"
        yield "ssl_session_tickets off;"

    def _unknown(self) -> list[str]:
        closing = ["server_name _;", *self._limits(), "return 444;"]
        return [
            *comment("Hosts that are not ours: no certificate, and no answer."),
            *block("server {", (*self._listen(secure=False, default=True), *closing)),
            *block(
                "server {",
                (
                    *self._listen(secure=True, default=True),
                    "ssl_reject_handshake on;",
                    *self._tls(),
                    *closing,
                ),
            ),
        ]

    def _plain(self) -> list[str]:
        site = self.site
        head = [*self._listen(secure=False), f"server_name {' '.join(site.hosts)};"]
        if site.plain is Plain.REDIRECTED:
            rest = block("location / {", self._redirect())
        elif site.plain is Plain.ASKED:
            rest = list(self._own(secure=False))
            for folder in filter(None, (site.static, site.media)):
                rest += block(f"location ^~ {folder.url} {{", self._redirect())
            rest += self._django(secure=False)
        else:
            rest = [*self._own(secure=False), *self._files(secure=False)]
            rest += self._django(secure=False)
        return block("server {", (*head, *self._limits(), "", *rest))

    def _redirect(self) -> list[str]:
        to = f"https://{self.site.redirect_host or '$host'}$request_uri"
        return [
            *block('if ($request_method !~ "^(GET|HEAD)$") {', (f"return 308 {to};",)),
            f"return 301 {to};",
        ]

    def _secure(self) -> list[str]:
        site = self.site
        head = [*self._listen(secure=True), f"server_name {' '.join(site.hosts)};"]
        head.append(f"ssl_certificate {self._path('--certificate', site.certificate)};")
        head.append(f"ssl_certificate_key {self._path('--key', site.key)};")
        rest = [*self._own(secure=True), *self._files(secure=True), *self._django(secure=True)]
        return block("server {", (*head, *self._tls(), *self._limits(), "", *rest))

    def _own(self, *, secure: bool) -> Iterator[str]:
        yield from comment(
            "For what nginx answers by itself; Django's own answers stay as they are."
        )
        for name, _ in self.site.error_headers(secure=secure):
            yield f"add_header {name} ${self._variable(name)} always;"
        yield ""

    def _django(self, *, secure: bool) -> list[str]:
        site = self.site
        host = "$host" if site.is_usual(secure=secure) else f"$host:{site.port(secure=secure)}"
        to = f"unix:{site.upstream.address}" if site.upstream.is_unix else site.upstream.address
        headers = {
            "Host": host,
            "X-Forwarded-For": "$remote_addr",
            "X-Forwarded-Host": host,
            "X-Forwarded-Port": str(site.port(secure=secure)),
            **{name: self._quoted(v) for name, v in site.scheme_headers(secure=secure)},
            **dict.fromkeys((*site.dropped(), "Connection"), '""'),
        }
        return block(
            "location / {",
            (
                f"proxy_pass http://{to};",
                "proxy_http_version 1.1;",
                "proxy_redirect off;",
                "proxy_connect_timeout 5s;",
                f"proxy_read_timeout {ANSWER_TIMEOUT}s;",
                *comment("A header that the client sent under one of these names goes no further."),
                *(f"proxy_set_header {name} {value};" for name, value in headers.items()),
            ),
        )

    def _files(self, *, secure: bool) -> Iterator[str]:
        site = self.site
        if site.static:
            headers = [
                *self._added(site.fixed(secure=secure)),
                f"add_header Content-Security-Policy ${site.slug}_static_policy always;",
                f"add_header Cache-Control ${site.slug}_cache;",
            ]
            yield from self._location(site.static, headers)
        if site.media:
            types = (f"{name} {' '.join(endings)};" for name, endings in (*INLINE, SVG))
            headers = [
                *self._added(site.media_headers(secure=secure)),
                f"add_header Content-Disposition ${site.slug}_disposition;",
                *block("types {", types),
                f"default_type {UNKNOWN};",
            ]
            yield from self._location(site.media, headers)

    def _added(self, headers: tuple[tuple[str, str], ...]) -> Iterator[str]:
        # An add_header here hides all of the server block, so everything stands here again.
        for name, value in headers:
            yield f"add_header {name} {self._header(name, value)} always;"

    def _location(self, folder: Folder, lines: list[str]) -> Iterator[str]:
        root = self._path(folder.setting, folder.root)
        yield from block(f"location ^~ {folder.url} {{", (f"alias {root};", *lines))
        yield ""
