"""The Content-Security-Policies that the site enforces, whichever middleware sends them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.urls import URLResolver

from security.conf import conf
from security.marks import overrides_of
from security.middleware import plan
from security.middleware.plan import Choice
from security.policy.csp import ContentSecurityPolicy, VerbatimPolicy

from .installed import DJANGO_CSP, OUR_CSP, OURS, installs


def enforced() -> list[tuple[str, Any]]:
    """Return the site's policies, each with the name of its setting; without any: nothing."""
    found: list[tuple[str, Any]] = []
    if installs(OURS):
        try:
            found.append(("SECURE_CSP", plan.policies(Choice({}, {}))[0][1]))
        except (ImproperlyConfigured, TypeError):  # the start says so
            return []
    elif installs(DJANGO_CSP):
        found.append(("SECURE_CSP", conf.SECURE_CSP))
    if installs(OUR_CSP) and conf.CSP_MODE != "report-only":
        found += [("CSP_DICT", conf.CSP_DICT), ("CSP_STRING", conf.CSP_STRING)]
    return [(setting, policy) for setting, policy in found if policy is not None]


def written(policy: Any) -> Iterator[ContentSecurityPolicy]:
    """Yield what a policy consists of; one that is sent verbatim is read for that."""
    if isinstance(policy, ContentSecurityPolicy):
        yield policy
    elif isinstance(policy, VerbatimPolicy):
        yield from map(ContentSecurityPolicy.parse, str(policy).split(","))


def marked(resolver: URLResolver) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each view with what its decorators ask for."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from marked(entry)
        elif marks := overrides_of(entry.callback):
            yield entry.lookup_str, {n: value for mark in marks for n, value in mark.items()}
