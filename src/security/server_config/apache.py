"""The site as a file for Apache 2.4.60 or later, to be included in its main configuration."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import product
from typing import Final

from . import quoting
from .site import (
    ANSWER_TIMEOUT,
    BODY_TIMEOUT,
    BRIEFLY,
    CIPHERS,
    CLAIMS,
    CURVES,
    FOREVER,
    HASHED,
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
)
from .text import block, comment, finished

MODULES: Final = "alias headers mime proxy proxy_http reqtimeout rewrite ssl socache_shmcb"
NOBODY: Final = "unknown.invalid"  # RFC 6761 section 6.4: no host has that name
FIELDS: Final = 100  # header lines of a request
RATE: Final = 500  # bytes a second that a slow client has to send
_OWN: Final = "X-Bulwark-Own"


def render(site: Site) -> str:
    """Return the file. Raises ``PolicyError`` for what Apache cannot be told."""
    return finished(site, "Apache", "apachectl configtest", _lines(site))


def _lines(site: Site) -> Iterator[str]:
    body = [*_unknown(site), "", *_plain(site), "", *_secure(site)]
    yield from comment("Name the file so that it is read before other sites (000-site.conf), and:")
    yield f"#   a2enmod {MODULES}"
    if any("${bulwark_dollar}" in line for line in body):
        yield 'Define bulwark_dollar "$"'
    yield "ServerTokens Prod"
    yield "ServerSignature Off"
    yield "TraceEnable Off"
    yield ""
    yield from body


def _host(site: Site, lines: Iterable[str], *, secure: bool) -> list[str]:
    address = site.address or "*"
    head = f"<VirtualHost {address}:{site.port(secure=secure)}>"
    return block(head, lines, end="</VirtualHost>")


def _limits(site: Site) -> Iterator[str]:
    yield f"Timeout {ANSWER_TIMEOUT}"
    yield f"KeepAliveTimeout {IDLE_TIMEOUT}"
    yield f"LimitRequestLine {HEADER_SIZE}"
    yield f"LimitRequestFieldSize {HEADER_SIZE}"
    yield f"LimitRequestFields {FIELDS}"
    yield f"LimitRequestBody {site.max_body}"
    yield (
        f"RequestReadTimeout header={HEADER_TIMEOUT}-{2 * HEADER_TIMEOUT},MinRate={RATE} "
        f"body={BODY_TIMEOUT},MinRate={RATE}"
    )


def _tls(site: Site) -> Iterator[str]:
    yield "SSLEngine on"
    yield f"SSLCertificateFile {_path('--certificate', site.certificate)}"
    yield f"SSLCertificateKeyFile {_path('--key', site.key)}"
    yield "SSLProtocol -all +TLSv1.2 +TLSv1.3"
    yield f"SSLCipherSuite {':'.join(name for name, _ in CIPHERS)}"
    yield f"SSLOpenSSLConfCmd Curves {CURVES}"
    yield "SSLHonorCipherOrder off"
    yield "SSLSessionTickets off"
    yield from block("<IfModule mod_http2.c>", ("Protocols h2 http/1.1",), end="</IfModule>")


def _path(name: str, text: str | None) -> str:
    return quoting.apache_word(
        quoting.named(name, partial(quoting.path, server="apache"), text or "")
    )


def _unknown(site: Site) -> list[str]:
    def refused(*, secure: bool) -> Iterator[str]:
        yield f"ServerName {NOBODY}"
        yield from _limits(site)
        yield from _tls(site) if secure else ()
        yield from _set(site.error_headers(secure=False))
        yield from block('<Location "/">', ("Require all denied",), end="</Location>")

    return [
        *comment("Hosts that are not ours: the first of all sites answers for them, with 403."),
        *_host(site, refused(secure=False), secure=False),
        *_host(site, refused(secure=True), secure=True),
    ]


def _names(site: Site) -> Iterator[str]:
    names: list[str] = []
    for host in site.hosts:
        names += [host[1:], f"*{host}"] if host.startswith(".") else [host]
    yield f"ServerName {names[0]}"
    if names[1:]:
        yield f"ServerAlias {' '.join(names[1:])}"
    yield "UseCanonicalName Off"


def _plain(site: Site) -> list[str]:
    lines = [*_names(site), *_limits(site)]
    if site.plain is Plain.REDIRECTED:
        lines += ["RewriteEngine On", *_redirect(site, "^")]
    elif site.plain is Plain.ASKED:
        folders = [folder.url for folder in (site.static, site.media) if folder]
        rules = (line for url in folders for line in _redirect(site, f"^{re.escape(url)}"))
        lines += ["RewriteEngine On", *rules]
        lines += [*_own(site, secure=False), *_django(site, secure=False)]
    else:
        lines += ["RewriteEngine On", *_own(site, secure=False), *_files(site, secure=False)]
        lines += _django(site, secure=False)
    return _host(site, lines, secure=False)


def _sized(site: Site) -> Iterator[str]:
    yield from comment(
        "LimitRequestBody does not hold for what is passed on. A body of unknown length is refused."
    )
    yield f'RewriteCond expr "%{{HTTP:Content-Length}} -gt {site.max_body}"'
    yield 'RewriteRule "^" "-" [R=413,L]'
    yield 'RewriteCond %{HTTP:Transfer-Encoding} "."'
    yield 'RewriteRule "^" "-" [R=411,L]'


def _redirect(site: Site, pattern: str) -> Iterator[str]:
    # THE_REQUEST is what the client wrote: nothing is decoded, so nothing is encoded anew, and
    # an encoded question mark, which mod_rewrite refuses otherwise, stays encoded.
    to = f"https://{site.redirect_host or '%{SERVER_NAME}'}%1"
    asked = r'"^\S+ (?:https?://[^/\s]*)?(/\S*)"'
    for method, code in (("^(GET|HEAD)$", 301), ("!^(GET|HEAD)$", 308)):
        yield f'RewriteCond %{{REQUEST_METHOD}} "{method}"'
        yield f"RewriteCond %{{THE_REQUEST}} {asked}"
        yield f'RewriteRule "{pattern}" "{to}" [R={code},NE,L,UnsafeAllow3F]'


def _secure(site: Site) -> list[str]:
    lines = [*_names(site), *_tls(site), *_limits(site), "RewriteEngine On", ""]
    lines += [*_own(site, secure=True), *_files(site, secure=True), *_django(site, secure=True)]
    return _host(site, lines, secure=True)


def _set(headers: Iterable[tuple[str, str]], condition: str = "") -> Iterator[str]:
    for name, value in headers:
        yield f"Header always set {name} {quoting.named(name, quoting.apache, value)}{condition}"


def _own(site: Site, *, secure: bool) -> Iterator[str]:
    yield from comment(
        "For what Apache answers by itself, which has no type yet; Django's own answers stay "
        "as they are."
    )
    yield (
        f"Header always set {_OWN} 1 "
        "\"expr=%{REQUEST_STATUS} -ge 400 && -z resp('Content-Type')\""
    )
    yield from _set(site.error_headers(secure=secure), f" \"expr=resp('{_OWN}') == '1'\"")
    yield f"Header always unset {_OWN}"
    yield ""


def _django(site: Site, *, secure: bool) -> list[str]:
    upstream = site.upstream
    to = f"http://{upstream.address}/"
    if upstream.is_unix:
        to = f"unix:{upstream.address}|http://localhost/"
    lines = [f'ProxyPass "{folder.url}" "!"' for folder in (site.static, site.media) if folder]
    if site.plain is Plain.ASKED and not secure:
        lines = []  # redirected before
    return [
        *lines,
        *_sized(site),
        f'ProxyPass "/" "{to}" retry=0 connectiontimeout=5 timeout={ANSWER_TIMEOUT}',
        "ProxyPreserveHost On",
        "Header unset Server",
        "ProxyAddHeaders Off",
        *comment("What the client claims about itself goes no further, however it is spelt."),
        *(f"RequestHeader unset {name}" for name in spellings(site)),
        'RequestHeader set X-Forwarded-For "expr=%{REMOTE_ADDR}"',
        'RequestHeader set X-Forwarded-Host "expr=%{HTTP_HOST}"',
        f'RequestHeader set X-Forwarded-Port "{site.port(secure=secure)}"',
        *(
            f"RequestHeader set {name} {quoting.apache(value)}"
            for name, value in site.scheme_headers(secure=secure)
        ),
    ]


def spellings(site: Site) -> Iterator[str]:
    """Yield every claim with each dash as dash or underscore: some servers take both for one."""
    own = (site.scheme_header[0],) if site.scheme_header else ()
    for name in dict.fromkeys((*CLAIMS, *own)):
        first, *rest = name.split("-")
        for signs in product("-_", repeat=len(rest)):
            yield first + "".join(sign + part for sign, part in zip(signs, rest, strict=True))


def _files(site: Site, *, secure: bool) -> Iterator[str]:
    if site.static:
        lines = [
            *_set((*site.fixed(secure=secure), ("Content-Security-Policy", STATIC_CSP))),
            *_set([("Content-Security-Policy", SVG_CSP)], ' "expr=%{REQUEST_URI} =~ m#\\.svg$#i"'),
            f'Header set Cache-Control "{BRIEFLY}"',
            f'Header set Cache-Control "{FOREVER}" "expr=%{{REQUEST_URI}} =~ m#{HASHED}#"',
        ]
        yield from _folder(site.static, lines)
    if site.media:
        lines = [
            *_set(site.media_headers(secure=secure)),
            "Header set Content-Disposition attachment",
            f"ForceType {UNKNOWN}",
        ]
        for name, endings in (*INLINE, SVG):
            found = [f"ForceType {name}"]
            found += ["Header unset Content-Disposition"] if name != SVG[0] else []
            head = f'<FilesMatch "(?i)\\.({"|".join(endings)})$">'
            lines += block(head, found, end="</FilesMatch>")
        yield from _folder(site.media, lines)


def _folder(folder: Folder, lines: list[str]) -> Iterator[str]:
    root = _path(folder.setting, folder.root)
    yield f'Alias "{folder.url}" {root}'
    rules = [
        "Require all granted",
        *comment("Files are sent, and never run, by whatever handler another file names."),
        "Options None",
        "AllowOverride None",
        "SetHandler default-handler",
    ]
    for module in ("mod_php.c", "mod_php7.c"):
        rules += block(f"<IfModule {module}>", ("php_admin_flag engine off",), end="</IfModule>")
    rules += block("<IfModule mod_dir.c>", ("DirectoryIndex disabled",), end="</IfModule>")
    yield from block(f"<Directory {root}>", (*rules, *lines), end="</Directory>")
    yield ""
