"""Where browsers send their reports: the endpoints of the settings as URLs of today."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import partial

from django.core.exceptions import ImproperlyConfigured
from django.urls import NoReverseMatch, reverse

from security.conf import conf
from security.parsers import Endpoints
from security.policy.reporting import ReportingEndpoints
from security.reports import tokens


def resolved(endpoints: Endpoints | None, day: date) -> ReportingEndpoints | None:
    """
    Return the endpoints with URL names turned into paths, with the token of the day (UTC).

    Raises ``ImproperlyConfigured`` for a name that no URL has.
    """
    return None if endpoints is None else endpoints.resolve(partial(_address, day))


def change_daily(endpoints: Iterable[Endpoints]) -> bool:
    """Tell whether tomorrow's addresses are others."""
    return conf.SECURITY_REPORTS.token and has_names(endpoints)


def has_names(endpoints: Iterable[Endpoints]) -> bool:
    """Tell whether one is the name of a URL of ours: no name has a slash, and every URL has."""
    return any("/" not in target for each in endpoints for _, target in each.targets)


def _address(day: date, url_name: str) -> str:
    path = path_of(url_name)
    return tokens.signed(path, day) if conf.SECURITY_REPORTS.token else path


def path_of(url_name: str) -> str:
    """Return the path of a URL name. Raises ``ImproperlyConfigured`` if there is none."""
    try:
        return reverse(url_name)
    except NoReverseMatch:
        raise ImproperlyConfigured(
            "SECURITY_REPORTING_ENDPOINTS must be made of URLs and URL names "
            f"(got {url_name!r:.80}).\n"
            "    HINT: A URL has a slash in it, and no URL of urls.py has that name."
        ) from None
