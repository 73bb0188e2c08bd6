"""
Policies for a settings file: ``SECURE_CSP = strict() + service("stripe")``.

Everything here may be imported while Django still reads its settings, and a mistake raises
``ImproperlyConfigured`` there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import cast

from django.core.exceptions import ImproperlyConfigured

from security.policy.csp import services
from security.policy.csp.compose import Policy, PolicyFragment
from security.policy.csp.vocabulary import CSP
from security.policy.errors import PolicyError
from security.policy.presets import PRESETS

_STRICT = cast("Mapping[str, list[str]]", PRESETS["strict"]["SECURE_CSP"])

__all__ = ["CSP", "Policy", "PolicyFragment", "service", "services_known", "strict"]


def strict() -> Policy:
    """Return the policy of the strict preset, as a fresh value that takes ``+``."""
    return Policy({name: list(sources) for name, sources in _STRICT.items()})


def service(name: str, *, without: Iterable[str] = ()) -> PolicyFragment:
    """
    Return what a well-known service needs of a policy, but for the directives in ``without``.

    Raises ``ImproperlyConfigured`` for a service that is not known, naming the nearest.
    """
    try:
        return services.service(name, without=without)
    except PolicyError as error:
        hint = f"\n    HINT: {error.hint}" if error.hint else ""
        raise ImproperlyConfigured(
            f"{error.describe('The argument of service()')}{hint}"
        ) from error


def services_known() -> tuple[str, ...]:
    """Return the names that ``service()`` takes, sorted."""
    return services.names()
