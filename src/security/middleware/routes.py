"""Which overrides a view gets: rows of the route table, then what its decorators say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any, cast

import django
from django.apps import apps
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import ResolverMatch, URLPattern, URLResolver, get_resolver, get_script_prefix

from security.conf import Dynamic, conf, overrides
from security.marks import match_of, overrides_of
from security.policy.csp import Edit
from security.policy.presets import ADMIN_WITHOUT_NONCES

from .runtime import MOVED

NOTHING: Mapping[str, Any] = {}
EDITS = "edits of the policy"
DYNAMIC = "what is made for each response"
ROLLED_OUT = "the policy is the candidate of a rollout"
ERRORS = 400  # the first status of an error: RFC 9110 section 15.5


def answered(request: HttpRequest, response: HttpResponseBase) -> ResolverMatch | None:
    """
    Return the URL whose overrides a response gets.

    Where another answered for the view, as a cache does, that is where the path leads. No
    answer of a view are an error that came before it, such as a missing page, our own
    redirect to HTTPS, and a file below ``STATIC_URL``: no path is looked up for them.
    """
    match = request.resolver_match
    if (
        match is None
        and response.status_code < ERRORS
        and MOVED not in response.__dict__
        and not _is_static(request.path)
    ):
        return match_of(request)
    return match


def _is_static(path: str) -> bool:
    root: str | None = settings.STATIC_URL
    return bool(root) and root not in {"/", get_script_prefix()} and path.startswith(str(root))


def for_view(match: ResolverMatch | None) -> dict[str, Any]:
    """
    Return the overrides of a resolved URL, parsed, by name of setting.

    The nearer to the view, the stronger: app label, then namespaces from the outermost,
    then the URL name, then the decorators of the view.
    """
    return stacked(layers(match))


def layers(match: ResolverMatch | None) -> list[Mapping[str, Any]]:
    """Return what the table and the decorators say of a URL, the weakest first."""
    if match is None:
        return []
    rows = conf.SECURITY_ROUTES
    found = [rows.get(key, NOTHING) for key in keys(match)] if rows else []
    return [*found, *overrides_of(match.func)]


def stacked(layered: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """
    Return all layers in one, the last the strongest.

    Edits of the policy add up, under ``EDITS``, in the order of the layers. A policy that
    replaces another as a whole makes the edits before it pointless.
    """
    found: dict[str, Any] = {}
    edits: list[Edit] = []
    dynamic: list[Dynamic] = []
    for layer in layered:
        if "SECURE_CSP" in layer:
            edits.clear()
        for name, value in layer.items():
            if isinstance(value, Edit):
                edits.append(value)
            elif isinstance(value, Dynamic):
                dynamic.append(value)
            else:
                found[name] = value
    found.update({name: tuple(v) for name, v in ((EDITS, edits), (DYNAMIC, dynamic)) if v})
    return found


def keys(match: ResolverMatch) -> Iterator[str]:
    """Yield the keys of the route table that mean this URL, the weakest first."""
    view: Any = match.func
    while isinstance(view, partial):
        view = view.func
    module = getattr(view, "__module__", None)
    config = apps.get_containing_app_config(module) if isinstance(module, str) else None
    if config is not None:
        yield config.label
    for depth in range(1, len(match.namespaces) + 1):
        yield ":".join(match.namespaces[:depth]) + ":*"
    if match.url_name is not None:
        yield match.view_name


def preset_row(match: ResolverMatch | None) -> Mapping[str, Any]:
    """Return what the strict preset itself makes an exception for: an admin without nonces."""
    if (
        match is None
        or conf.SECURITY_PRESET != "strict"
        or "admin" not in match.app_names
        or conf.derived(admin_has_nonces)
    ):
        return NOTHING
    return conf.derived(_admin_row)


def _admin_row() -> dict[str, Any]:
    return overrides(ADMIN_WITHOUT_NONCES)


def admin_has_nonces() -> bool:
    """Tell whether the templates of Django's admin carry the nonce: since Django 6.1."""
    return django.VERSION >= (6, 1) and any(
        name.endswith(".context_processors.csp")
        for engine in cast("list[dict[str, Any]]", settings.TEMPLATES)
        for name in engine.get("OPTIONS", {}).get("context_processors", ())
    )


def unknown() -> list[str]:
    """Return the keys of the route table that mean nothing in this URLconf."""
    rows = conf.SECURITY_ROUTES
    if not rows:
        return []
    known = {config.label for config in apps.get_app_configs()} | set(known_names())
    return [key for key in rows if key not in known]


def known_names() -> Iterator[str]:
    """Yield every URL name and ``namespace:*`` of the project."""
    yield from _names(get_resolver(), "")


def _names(resolver: URLResolver, prefix: str) -> Iterator[str]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            if entry.name is not None:
                yield prefix + str(entry.name)
        else:
            inner = f"{prefix}{entry.namespace}:" if entry.namespace else prefix
            if entry.namespace:
                yield f"{inner}*"
            yield from _names(entry, inner)
