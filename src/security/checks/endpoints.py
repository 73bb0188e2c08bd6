"""Whether every endpoint that a policy names is declared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.core import checks
from django.core.checks import CheckMessage, Error
from django.core.exceptions import ImproperlyConfigured
from django.urls import get_resolver

from security.conf import conf, declared
from security.middleware.endpoints import resolved
from security.middleware.plan import today
from security.policy.csp import Edit

from .policies import marked
from .project import has_urls, is_readable

ENDPOINTS = "SECURITY_REPORTING_ENDPOINTS"
# Settings beside those of headers that hold policies.
_DOCUMENTED = ("CSP_DICT", "CSP_STRING", "CSP_REPORT_DICT", "CSP_REPORT_STRING")


def check_endpoints(**kwargs: Any) -> list[CheckMessage]:
    """Find policies that report to an endpoint that no header declares."""
    if not is_readable():
        return []
    found = dict.fromkeys(_undeclared())
    return [
        checks.Warning(
            f"{ENDPOINTS} must declare the endpoint {name!r}, which {place} names, "
            f"or its reports are lost (got {known or 'none'}).",
            hint=f'Write {ENDPOINTS} = {{"{name}": "security_reports"}}, the name of a URL of '
            "security.urls, or the URL of a collector.",
            id="bulwark.W015",
        )
        for place, name, known in found
    ]


def check_endpoint_names(**kwargs: Any) -> list[CheckMessage]:
    """Find endpoints with the name of a URL that the project does not have."""
    if not (has_urls() and is_readable()):
        return []
    texts = []
    for place, endpoints in _written_down():
        try:
            resolved(endpoints, today())
        except ImproperlyConfigured as error:
            text, _, hint = str(error).partition("\n    HINT: ")
            texts.append((text.replace(ENDPOINTS, place, 1), hint))
    return [Error(text, hint=hint, id="bulwark.E020") for text, hint in texts]


def endpoints_in(value: Any) -> tuple[str, ...]:
    """Return the names of endpoints to which a policy, or a change to one, reports."""
    if isinstance(value, Edit):
        return next((names or () for key, names in value.items if key == "report-to"), ())
    if hasattr(value, "get"):  # Content-Security-Policy
        return value.get("report-to") or ()
    directives = getattr(value, "directives", ())  # Permissions-Policy
    single = (each.report_to for each in (value, *directives) if hasattr(each, "report_to"))
    return tuple(filter(None, (*single, *getattr(value, "endpoints", ()))))


def _written_down() -> Iterator[tuple[str, Any]]:
    """Yield the endpoints of the site, of each route and of each view, with their place."""
    yield ENDPOINTS, conf.SECURITY_REPORTING_ENDPOINTS
    for route, row in conf.SECURITY_ROUTES.items():
        yield f'SECURITY_ROUTES["{route}"]["{ENDPOINTS}"]', row.get(ENDPOINTS)
    for view, marks in marked(get_resolver()):
        yield f"{ENDPOINTS} of the view {view}", marks.get(ENDPOINTS)


def _undeclared() -> Iterator[tuple[str, str, str]]:
    site = conf.SECURITY_REPORTING_ENDPOINTS
    names = [name for name, setting in declared().items() if setting.header and name != ENDPOINTS]
    own = {name: getattr(conf, name) for name in (*names, *_DOCUMENTED)}
    if conf.SECURITY_CSP_ROLLOUT is not None:
        own["SECURITY_CSP_ROLLOUT"] = conf.SECURITY_CSP_ROLLOUT.policy
    yield from _of("", own, site)
    for route, row in conf.SECURITY_ROUTES.items():
        yield from _of(f"[{route!r}]", row, site)
    for view, marks in marked(get_resolver()) if has_urls() else ():
        yield from _of(f" of the view {view}", marks, site)


def _of(where: str, values: Mapping[str, Any], site: Any) -> Iterator[tuple[str, str, str]]:
    endpoints = values.get(ENDPOINTS, site)
    known = [name for name, _ in endpoints.targets] if endpoints else []
    for setting, value in values.items():
        if setting == ENDPOINTS:
            continue
        place = f"SECURITY_ROUTES{where}" if where.startswith("[") else f"{setting}{where}"
        for name in endpoints_in(value):
            if name not in known:
                yield place, name, ", ".join(map(repr, known))
