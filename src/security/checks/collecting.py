"""Whether the reports that browsers are asked for arrive, and are kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core import checks
from django.core.checks import CheckMessage, Error
from django.core.exceptions import ImproperlyConfigured
from django.urls import NoReverseMatch, Resolver404, get_script_prefix, resolve, reverse

from security.conf import conf
from security.reports.sinks import sink

from .policies import written
from .project import has_urls, is_readable

POLICIES = (
    "SECURE_CSP",
    "SECURE_CSP_REPORT_ONLY",
    "CSP_DICT",
    "CSP_STRING",
    "CSP_REPORT_DICT",
    "CSP_REPORT_STRING",
)
VIEWS = ("csp_report", "security_reports")


def check_sink(**kwargs: Any) -> list[CheckMessage]:
    """Find a sink that cannot be made, before the first report does."""
    if not (has_urls() and is_readable() and any(map(_is_served, VIEWS))):
        return []
    try:
        sink()
    except ImproperlyConfigured as error:
        text, _, hint = str(error).partition("\n    HINT: ")
        return [Error(text, hint=hint, id="bulwark.E009")]
    return []


def check_report_addresses(**kwargs: Any) -> list[CheckMessage]:
    """Find addresses of the site that browsers are to send reports to, and nobody is at."""
    if not (has_urls() and is_readable()):
        return []
    return [
        checks.Warning(
            f"{setting} has reports sent to {address!r:.80}, where the site has nothing.",
            hint='Write path("", include("security.urls")) into urls.py: then /csp-report/ and '
            "/reports/ are there. Silence this if another program answers at that address.",
            id="bulwark.W014",
        )
        for setting, address in _addresses()
        if address.startswith("/") and address[1:2] != "/" and not _leads_somewhere(address)
    ]


def _addresses() -> Iterator[tuple[str, str]]:
    for setting in POLICIES:
        for policy in written(getattr(conf, setting)):
            for directive in policy.directives:
                if directive.name == "report-uri":
                    yield from ((setting, address) for address in directive.values)
    if conf.SECURITY_REPORTING_ENDPOINTS is not None:
        for _, target in conf.SECURITY_REPORTING_ENDPOINTS.targets:
            yield "SECURITY_REPORTING_ENDPOINTS", target


def _leads_somewhere(address: str) -> bool:
    path = unquote(urlsplit(address).path)
    try:
        resolve(f"/{path.removeprefix(get_script_prefix()).lstrip('/')}")
    except Resolver404:
        return False
    return True


def _is_served(name: str) -> bool:
    try:
        reverse(name)
    except NoReverseMatch:
        return False
    return True
