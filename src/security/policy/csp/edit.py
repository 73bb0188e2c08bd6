"""One change to a policy, as a value: what a decorator, a route row or an app asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Self

from security.policy.errors import must_be

from .document import ContentSecurityPolicy, Directive
from .merge import merge, remove, replace

Items = tuple[tuple[str, tuple[str, ...] | None], ...]


class Action(Enum):
    """What is done with the sources."""

    ADD = "add"
    REMOVE = "remove"
    REPLACE = "replace"


@dataclass(frozen=True, slots=True)
class Edit:
    """
    Sources to add, to remove, or to put in place of a whole directive.

    ``items`` are directives with their sources, in the author's order. ``None`` takes a
    directive out, and is for ``REPLACE`` only.
    """

    action: Action
    items: Items

    @classmethod
    def read(cls, action: Action, raw: object) -> Self:
        """
        Read the form of ``SECURE_CSP``, for a part of a policy.

        Raises ``PolicyError`` as ``ContentSecurityPolicy.from_mapping`` does.
        """
        if not isinstance(raw, Mapping):
            raise must_be("a dictionary of directives", raw, hint='Write {"img-src": ["data:"]}.')
        items: list[tuple[str, tuple[str, ...] | None]] = []
        for name, values in raw.items():
            if values is None and action is Action.REPLACE:
                Directive.check_name(name)
                items.append((name, None))
            elif values is None or values is False:
                raise must_be("a list of sources", values).within(name)
            else:
                policy = ContentSecurityPolicy.from_mapping({name: values})
                items.append((name, policy.directives[0].values))
        return cls(action, tuple(items))

    def apply(self, policy: ContentSecurityPolicy | None) -> ContentSecurityPolicy | None:
        """
        Return the policy as changed. Where no policy is sent, there is nothing to change.

        Raises ``PolicyError`` when the result is no policy any more.
        """
        if policy is None:
            return None
        before = {d.name: d.values for d in policy.directives}
        if self.action is Action.REPLACE:
            after = replace(before, dict(self.items))
        else:
            change = merge if self.action is Action.ADD else remove
            after = change(before, {n: v for n, v in self.items if v is not None})
        if not after:
            return None
        return ContentSecurityPolicy(tuple(Directive(n, tuple(v)) for n, v in after.items()))


def apply_all(
    policy: ContentSecurityPolicy | None, edits: tuple[Edit, ...]
) -> ContentSecurityPolicy | None:
    """Return the policy after every edit, the first of them first."""
    for edit in edits:
        policy = edit.apply(policy)
    return policy
