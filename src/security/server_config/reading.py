"""From Django's settings, and what the command line adds, to what a web server has to know."""

from __future__ import annotations

import os
import re
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings

from security import __version__
from security.conf import Misconfigured, conf
from security.middleware.plan import Choice
from security.policy.errors import PolicyError, must_be
from security.policy.hsts import StrictTransportSecurity
from security.policy.isolation import CrossOriginResourcePolicy
from security.policy.nosniff import ContentTypeOptions

from . import bodies, options, quoting
from .options import UPSTREAM, Given, option
from .site import Folder, Plain, Site, Upstream

# Headers that no answer is without, in the order of sending. Policies that only report, that
# hold a nonce or clear what a browser keeps are for Django to send.
_HEADERS: Final = (
    "X_FRAME_OPTIONS",
    "SECURE_REFERRER_POLICY",
    "SECURE_CROSS_ORIGIN_OPENER_POLICY",
    "SECURITY_CROSS_ORIGIN_EMBEDDER_POLICY",
    "SECURITY_CROSS_ORIGIN_RESOURCE_POLICY",
    "SECURITY_ORIGIN_AGENT_CLUSTER",
    "PERMISSIONS_POLICY",
    "SECURITY_PERMITTED_CROSS_DOMAIN_POLICIES",
    "SECURITY_DNS_PREFETCH_CONTROL",
    "XSS_PROTECT",
)
_TRANSPORT: Final = (
    "SECURE_HSTS_SECONDS",
    "SECURE_HSTS_INCLUDE_SUBDOMAINS",
    "SECURE_HSTS_PRELOAD",
    "SECURITY_HSTS_RAMP",
)
MADE_FROM: Final = (
    "ALLOWED_HOSTS",
    "DATA_UPLOAD_MAX_MEMORY_SIZE",
    "FILE_UPLOAD_HANDLERS",
    "MEDIA_ROOT",
    "MEDIA_URL",
    "STATIC_ROOT",
    "STATIC_URL",
    "SECURE_PROXY_SSL_HEADER",
    "SECURE_REDIRECT_EXEMPT",
    "SECURE_SSL_HOST",
    "SECURE_SSL_REDIRECT",
    "SECURITY_PRESET",
    "SECURITY_TRUSTED_PROXIES",
    "SECURITY_UPLOADS",
    *_TRANSPORT,
    *_HEADERS,
)

_HOST: Final = re.compile(r"\.?[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
_REDIRECT_HOST: Final = re.compile(r"[A-Za-z0-9.-]+(:[0-9]{1,5})?|\[[0-9A-Fa-f:]+\](:[0-9]{1,5})?")
_URL: Final = re.compile(r"/([A-Za-z0-9_~-][A-Za-z0-9._~-]*/)+")
_FIELD: Final = re.compile(r"HTTP_[A-Z0-9]+(_[A-Z0-9]+)*")


def site(given: Given) -> Site:
    """
    Return the site of the settings. Raises ``ImproperlyConfigured``.

    Raises ``PolicyError`` too, for an option: its ``path`` begins with the option's name.
    """
    hosts = _hosts()
    upstream = option("--upstream", options.upstream, given.upstream or UPSTREAM)
    static = _folder("STATIC_URL", settings.STATIC_URL, "STATIC_ROOT", settings.STATIC_ROOT)
    media = _folder("MEDIA_URL", settings.MEDIA_URL, "MEDIA_ROOT", settings.MEDIA_ROOT)
    _apart(static, media)
    certificate, key, edits = options.certificate(given, hosts)
    if given.upstream is None:
        edits.append(f"--upstream: where Django listens ({UPSTREAM} stands for it)")
    body = bodies.limit(given)
    choice = Choice({}, {})
    return Site(
        hosts=hosts,
        headers=_headers(choice),
        hsts=_hsts(choice),
        resource=_resource(choice),
        plain=_plain(),
        redirect_host=_redirect_host(),
        static=static,
        media=media,
        upstream=upstream,
        max_body=body.size,
        certificate=certificate,
        key=key,
        scheme_header=_scheme_header(),
        address=option("--address", options.address, given.address),
        http_port=option("--http-port", options.port, given.http_port),
        https_port=option("--https-port", options.port, given.https_port),
        made_from=MADE_FROM,
        version=__version__,
        remarks=(body.remark, *_remarks(static, media)),
        edits=tuple(edits),
    )


def untrusted(found: Upstream) -> str | None:
    """Return why Django will not believe this server, or ``None`` where it does."""
    proxies = conf.SECURITY_TRUSTED_PROXIES
    host = found.address.rpartition(":")[0].strip("[]")
    peer = "unix" if found.is_unix else {"localhost": "127.0.0.1"}.get(host, host)
    is_local = found.is_unix or peer in {"127.0.0.1", "::1"}
    if proxies.trusts(peer) if is_local else proxies:
        return None
    name = repr(peer) if is_local else "the address of the web server"
    return (
        f"SECURITY_TRUSTED_PROXIES must name {name}, or Django takes every request for one over "
        "plain HTTP, and redirects without end."
    )


def _wrong(setting: str, error: PolicyError) -> Misconfigured:
    return Misconfigured(setting, error)


def _hosts() -> tuple[str, ...]:
    hosts = []
    allowed: list[object] = list(settings.ALLOWED_HOSTS)
    for index, host in enumerate(allowed):
        name = host.lower() if isinstance(host, str) else ""
        if not _HOST.fullmatch(name) and not _is_address(name):
            hint = (
                "A server that answers for every name cannot refuse one." if host == "*" else None
            )
            raise _wrong(
                "ALLOWED_HOSTS", must_be("a host name or an address", host, hint=hint).within(index)
            )
        hosts.append(name)
    if not hosts:
        hint = 'Name the hosts of the site: ["www.example.com"].'
        raise _wrong("ALLOWED_HOSTS", must_be("a list of hosts", hosts, hint=hint))
    return tuple(dict.fromkeys(hosts))


def _is_address(host: str) -> bool:
    try:
        ip_address(host[1:-1] if host[:1] == "[" and host[-1:] == "]" else host)
    except ValueError:
        return False
    return ":" not in host or host[0] == "["


def _headers(choice: Choice) -> tuple[tuple[str, str], ...]:
    """Return the headers of the settings, in the order of sending."""
    found = [(ContentTypeOptions.name, str(ContentTypeOptions()))]
    for setting in _HEADERS:
        value = choice.value(setting)
        if value is not None:
            found.append((value.name, str(value)))
    return tuple(found)


def _hsts(choice: Choice) -> tuple[str, str] | None:
    age = choice.value("SECURE_HSTS_SECONDS")
    if choice.value("SECURITY_HSTS_RAMP") is not None or not age:
        return None
    policy = StrictTransportSecurity(
        age, choice.value("SECURE_HSTS_INCLUDE_SUBDOMAINS"), choice.value("SECURE_HSTS_PRELOAD")
    )
    return policy.name, str(policy)


def _resource(choice: Choice) -> tuple[str, str]:
    value = choice.value("SECURITY_CROSS_ORIGIN_RESOURCE_POLICY")
    return CrossOriginResourcePolicy.name, "same-origin" if value is None else str(value)


def _plain() -> Plain:
    if not conf.SECURE_SSL_REDIRECT:
        return Plain.SERVED
    return Plain.ASKED if conf.SECURE_REDIRECT_EXEMPT else Plain.REDIRECTED


def _redirect_host() -> str | None:
    host = conf.SECURE_SSL_HOST
    if host is not None and not _REDIRECT_HOST.fullmatch(host):
        raise _wrong("SECURE_SSL_HOST", must_be("a host name, with a port if it needs one", host))
    return host


def _scheme_header() -> tuple[str, str] | None:
    if not settings.SECURE_PROXY_SSL_HEADER:
        return None
    setting = "SECURE_PROXY_SSL_HEADER"
    pair: Any = settings.SECURE_PROXY_SSL_HEADER
    if not isinstance(pair, list | tuple) or len(pair) != 2:
        raise _wrong(setting, must_be("a header and the value that means HTTPS", pair))
    field, value = pair
    if not isinstance(field, str) or not _FIELD.fullmatch(field):
        raise _wrong(setting, must_be("a header, as 'HTTP_NAME'", field).within(0))
    try:
        quoting.value(value)
    except PolicyError as error:
        raise _wrong(setting, error.within(1)) from error
    name = "-".join(part.capitalize() for part in field.removeprefix("HTTP_").split("_"))
    return None if (name, value) == ("X-Forwarded-Proto", "https") else (name, value)


def _folder(url_name: str, url: str | None, root_name: str, root: Any) -> Folder | None:
    """Return what the server sends; ``None`` for no folder, and for a URL of another host."""
    if not root or not url or urlsplit(url).netloc:
        return None
    if url_name == "MEDIA_URL" and url == "/":  # as Django reads an empty one
        return None
    if not _URL.fullmatch(url):
        hint = "A path with a slash at both ends, of letters, digits, '-', '_', '.' and '~'."
        raise _wrong(url_name, must_be("a path below that of the site", url, hint=hint))
    path = os.path.normpath(os.fspath(root))
    if path[0] != "/" or path == "/":
        raise _wrong(root_name, must_be("the absolute path of a folder", path))
    return Folder(url, f"{path}/", root_name)


def _apart(static: Folder | None, media: Folder | None) -> None:
    """Refuse a site whose uploads would be sent as static files, without a sandbox."""
    if static is None or media is None:
        return
    for name, one, two in (
        ("MEDIA_URL", media.url, static.url),
        ("MEDIA_ROOT", media.root, static.root),
    ):
        if one.startswith(two) or two.startswith(one):
            other = name.replace("MEDIA", "STATIC")
            hint = "What visitors upload must never be sent by the rules of your own files."
            raise _wrong(name, must_be(f"neither inside {other} nor around it", one, hint=hint))


def _remarks(static: Folder | None, media: Folder | None) -> list[str]:
    remarks = []
    if conf.SECURITY_HSTS_RAMP is not None:
        remarks.append(
            "Strict-Transport-Security is left to Django, since SECURITY_HSTS_RAMP changes it by "
            "date: a file that is a step behind would take it back."
        )
    for name, folder in (("STATIC", static), ("MEDIA", media)):
        if folder is None:
            remarks.append(f"No files of {name}_ROOT: it, or {name}_URL, names no folder here.")
    if _plain() is Plain.ASKED:
        remarks.append("Plain HTTP goes to Django, which redirects all but SECURE_REDIRECT_EXEMPT.")
    elif _plain() is Plain.SERVED:
        remarks.append("Plain HTTP is served: SECURE_SSL_REDIRECT is off.")
    return remarks
