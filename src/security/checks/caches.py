"""Where a cache would keep a page whose nonce belongs to one visitor."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Any, Final

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage
from django.middleware.cache import CacheMiddleware
from django.urls import URLPattern, URLResolver, get_resolver

from security.authoring.inline_project import Project
from security.conf import conf
from security.policy.csp import NONCE

from .installed import indexes
from .project import is_readable

SENDERS: Final = (
    "security.middleware.SecurityMiddleware",
    "security.middleware.ContentSecurityPolicyMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
)
CACHES: Final = (
    "django.middleware.cache.UpdateCacheMiddleware",
    "django.middleware.cache.FetchFromCacheMiddleware",
    "django.middleware.cache.CacheMiddleware",
)
_BLOCK = re.compile(r"\{%\s*cache\s.*?%\}(.*?)\{%\s*endcache\s*%\}", re.DOTALL)
_NONCE = re.compile(r"\{%\s*csp_nonce_attr\b|\{\{[^}]*\bcsp_nonce\b")


def uses_nonces() -> bool:
    """Tell whether a policy of the site has a place for a nonce."""
    return is_readable() and any(
        NONCE in str(policy) for policy in (conf.SECURE_CSP, conf.SECURE_CSP_REPORT_ONLY)
    )


def check_cache_middleware(**kwargs: Any) -> list[CheckMessage]:
    """Find a cache that keeps pages before their nonce makes them private."""
    if not uses_nonces() or not (senders := indexes(*SENDERS)):
        return []
    return [
        checks.Warning(
            f"{path} stands behind the middleware that sends the policy, so it keeps pages with "
            "a nonce, and hands the nonce of one visitor to all others.",
            hint="In front it sees Cache-Control: private, and leaves them alone: "
            f'MIDDLEWARE.insert(0, MIDDLEWARE.pop(MIDDLEWARE.index("{path}"))).',
            id="bulwark.W007",
        )
        for path in (settings.MIDDLEWARE[index] for index in indexes(*CACHES) if index > senders[0])
    ]


def check_cached_views(**kwargs: Any) -> list[CheckMessage]:
    """Find views under ``cache_page``, which keeps a page before anybody sees its nonce."""
    if not uses_nonces():
        return []
    return [
        checks.Warning(
            f"The view {name!r} is cached by cache_page. If its page holds a nonce, a browser "
            "refuses the scripts of every copy.",
            hint="Use {% csp_script %} and {% csp_style %} in its templates, or no nonce at all.",
            id="bulwark.W008",
        )
        for name in sorted(set(_cached(get_resolver(), "")))
    ]


def check_cache_blocks(**kwargs: Any) -> list[CheckMessage]:
    """Find ``{% cache %}`` blocks in the project's templates that hold a nonce."""
    if not uses_nonces():
        return []
    project = Project()
    found: list[CheckMessage] = []
    for template in project.templates:
        if template.third_party:
            continue
        text, _ = project.read(template)
        if any(_NONCE.search(block) for block in _BLOCK.findall(text)):
            found.append(
                checks.Warning(
                    f"The template {template.name!r} has a nonce inside of {{% cache %}}: every "
                    "later visitor gets the nonce of the first, and their browsers refuse it.",
                    hint="Move the script behind {% endcache %}, or into a file of its own.",
                    id="bulwark.W009",
                )
            )
    return found


def _cached(resolver: URLResolver, prefix: str) -> Iterator[str]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            if _is_cached(entry.callback):
                yield f"{prefix}{entry.name or entry.lookup_str}"
        else:
            yield from _cached(entry, f"{prefix}{entry.namespace}:" if entry.namespace else prefix)


def _enclosed(function: Any) -> Iterator[Any]:
    """Yield what a function, and the functions that it encloses, took along."""
    for cell in getattr(function, "__closure__", None) or ():
        yield cell.cell_contents
        for inner in getattr(cell.cell_contents, "__closure__", None) or ():
            yield inner.cell_contents


def _is_cached(view: Any) -> bool:
    """Tell whether ``cache_page`` is among the decorators of a view."""
    while view is not None:
        if any(isinstance(value, CacheMiddleware) for value in _enclosed(view)):
            return True
        view = view.func if isinstance(view, partial) else getattr(view, "__wrapped__", None)
    return False
