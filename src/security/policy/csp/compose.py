"""A policy, and a part of one, as values that a settings file adds up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, overload

from security.policy.errors import PolicyError

from .document import ContentSecurityPolicy
from .merge import Fragment, combine, merge


class PolicyFragment(dict[str, list[str]]):
    """
    What one service, or several, need of a policy: directives with their sources.

    Two fragments make one fragment. Any other mapping is a whole policy, and adding a
    fragment to it, from either side, gives a ``Policy``. Raises ``PolicyError`` as that does.
    """

    @overload
    def __add__(self, other: PolicyFragment) -> PolicyFragment: ...
    @overload
    def __add__(self, other: Mapping[str, Any]) -> Policy: ...
    def __add__(self, other: Mapping[str, Any]) -> PolicyFragment | Policy:
        if isinstance(other, PolicyFragment):
            return PolicyFragment(combine(self, other))
        return self.__radd__(other)

    def __radd__(self, other: Mapping[str, Any]) -> Policy:
        if not isinstance(other, Mapping):
            return NotImplemented
        return Policy(merge(_checked(other), self))


class Policy(dict[str, list[str]]):
    """
    A whole policy, in the form of Django's ``SECURE_CSP``: directive to list of sources.

    ``policy + other`` allows in addition what ``other`` asks for, takes nothing away, and
    changes neither. ``other`` may be a dictionary in the form of ``SECURE_CSP``. Raises
    ``PolicyError`` where that holds what a browser would not understand.
    """

    def __add__(self, other: Mapping[str, Any]) -> Policy:
        if not isinstance(other, Mapping):
            return NotImplemented
        return Policy(merge(self, _checked(other)))

    def __radd__(self, other: Mapping[str, Any]) -> Policy:
        if not isinstance(other, Mapping):
            return NotImplemented
        return Policy(merge(_checked(other), self))


def _checked(raw: Mapping[str, Any]) -> Fragment:
    """Return a policy with lists of checked sources, whatever spelling it came in."""
    if not raw:
        return {}
    try:
        policy = ContentSecurityPolicy.from_mapping(raw)
    except PolicyError as error:  # read in a settings file, where no setting is named yet
        raise PolicyError(error.describe("What is added to a policy"), hint=error.hint) from error
    return {directive.name: list(directive.values) for directive in policy.directives}
