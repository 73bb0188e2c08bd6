"""What the installed middlewares send with an ordinary page: asked of them, not of their names."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any, Final, NamedTuple

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.module_loading import import_string

from security.conf import conf
from security.middleware.hosts import logger as hosts_logger
from security.middleware.shield import Shield

OURS: Final = "security.middleware.SecurityMiddleware"
DJANGOSECURE: Final = "djangosecure.middleware.SecurityMiddleware"
DJANGO: Final = "django.middleware.security.SecurityMiddleware"

GENERAL: Final = (OURS, DJANGOSECURE, DJANGO)  # those that read the SECURE_* settings
RAMPED: Final = (OURS, DJANGOSECURE)  # those that know SECURITY_HSTS_RAMP
# Those that only look at a request and add headers, so that asking them does nothing else.
# One of the project's own may write to a database, and is not run.
KNOWN: Final = (
    *GENERAL,
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "security.middleware.ContentNoSniff",
    "security.middleware.ContentSecurityPolicyMiddleware",
    "security.middleware.StrictTransportSecurityMiddleware",
    "security.middleware.XFrameOptionsMiddleware",
    "security.middleware.XssProtectMiddleware",
)

PAGE: Final = "/djangosecure/checksecure/"  # of no project, so that no exemption covers it
ANYBODY: Final = "192.0.2.1"  # RFC 5737: an address of nobody
FORWARDED_PROTO: Final = "HTTP_X_FORWARDED_PROTO"


class Sent(NamedTuple):
    """The answer to one visit over plain HTTP, and to one over HTTPS."""

    http: HttpResponseBase
    https: HttpResponseBase


def installs(*paths: str) -> bool:
    """Tell whether ``MIDDLEWARE`` has one of these classes, or a class made from one."""
    wanted = tuple(found for path in paths if (found := _imported(path)) is not None)
    return any(
        path in paths or (isinstance(found := _imported(path), type) and issubclass(found, wanted))
        for path in settings.MIDDLEWARE
    )


def sent(*, otherwise: str | None = None) -> Sent:
    """
    Return what the header middlewares of ``MIDDLEWARE`` answer for a page without headers.

    They are made anew from the settings of this moment, in their order, and visited by way
    of the declared proxy where there is one. ``otherwise`` is asked too where none of
    ``GENERAL`` is installed. Raises what they raise at a start: ``ImproperlyConfigured``.
    """
    chain = [found for path in settings.MIDDLEWARE if (found := _header_class(path)) is not None]
    if otherwise is not None and not installs(*GENERAL):
        chain.insert(0, import_string(otherwise))
    with _undisturbed():
        handler: Any = _page
        for middleware in reversed(chain):
            try:
                handler = middleware(handler)
            except MiddlewareNotUsed:
                continue
        return Sent(handler(_visit("http")), handler(_visit("https")))


def proxy_redirects() -> bool:
    """
    Tell whether the project declares a proxy, and that it redirects plain HTTP.

    Raises ``ImproperlyConfigured`` where a setting of the two has a value that cannot work.
    """
    return conf.SECURITY_PROXY_REDIRECTS and bool(conf.SECURITY_TRUSTED_PROXIES)


def _page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


class _Visit(WSGIRequest):
    """A visit to a host of this site, whatever ``ALLOWED_HOSTS`` of the moment says."""

    def get_host(self) -> str:
        host: str = self.META["HTTP_HOST"]
        return host


def _visit(scheme: str) -> HttpRequest:
    """Return a GET as it reaches us: from the proxy that ends TLS, where one is declared."""
    proxies = conf.SECURITY_TRUSTED_PROXIES
    direct = not proxies and not settings.SECURE_PROXY_SSL_HEADER
    host = _host()
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": PAGE,
        "HTTP_HOST": host,
        "SERVER_NAME": host,
        "SERVER_PORT": "443" if scheme == "https" else "80",
        "REMOTE_ADDR": ANYBODY,
        "wsgi.url_scheme": scheme if direct else "http",
        "wsgi.input": BytesIO(),
    }
    if proxies:
        environ["REMOTE_ADDR"] = str(proxies.networks[0][0]) if proxies.networks else ""
        environ[FORWARDED_PROTO] = scheme
    if settings.SECURE_PROXY_SSL_HEADER:
        name, secure = settings.SECURE_PROXY_SSL_HEADER
        environ[name] = secure if scheme == "https" else "http"
    return _Visit(environ)


def _host() -> str:
    names = [name.lstrip(".") for name in settings.ALLOWED_HOSTS if name != "*"]
    return names[0] if names else "localhost"


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Keep from the running site what a visit would leave: a host accepted, a line logged."""

    def silent(record: object) -> bool:
        return False

    shield = conf.memo.pop(Shield, None)
    hosts_logger.addFilter(silent)
    try:
        yield
    finally:
        hosts_logger.removeFilter(silent)
        conf.memo.pop(Shield, None)
        if shield is not None:
            conf.memo[Shield] = shield


def _header_class(path: str) -> Any:
    """Return the class of a middleware that is known to add headers only, else ``None``."""
    found = _imported(path)
    known = tuple(each for name in KNOWN if (each := _imported(name)) is not None)
    return found if isinstance(found, type) and issubclass(found, known) else None


def _imported(path: str) -> Any:
    """Return what a path names, or ``None``: the start of the site says why, not we."""
    try:
        return import_string(path)
    except Exception:  # a module of the project may raise anything
        return None
