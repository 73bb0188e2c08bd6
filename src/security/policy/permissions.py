"""Permissions-Policy: which features of the browser a page and its frames may use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final, Self

from . import origins, structured
from .errors import PolicyError, did_you_mean, must_be
from .fields import filled, members, optional_endpoint
from .grammar import bounded, one_of
from .permissions_features import FEATURES

KEYWORDS: Final = ("self", "src", "*")

_WHAT: Final = "'self', 'src', '*' or an origin"


@dataclass(frozen=True, slots=True)
class Directive:
    """
    A feature, and who may use it: nobody, ``self``, everybody (``*``) or origins.

    An origin is ``https://example.com``, perhaps with a port, or ``https://*.example.com``.
    ``src`` has a meaning in the ``allow`` attribute of a frame only; in the header browsers
    skip it. ``report_to`` names an endpoint of ``Reporting-Endpoints``.
    """

    feature: str
    allowlist: tuple[str, ...]
    report_to: str | None = None

    def __post_init__(self) -> None:
        structured.key(self.feature, "the name of a feature")
        members(self.allowlist, "origins and keywords", _check_member)
        if "*" in self.allowlist and len(self.allowlist) > 1:
            raise must_be("'*' alone, or without '*'", self.allowlist)
        optional_endpoint(self.report_to)

    def __str__(self) -> str:
        return structured.serialize_dictionary({self.feature: self._member()})

    def _member(self) -> structured.Member:
        # Only a token names an endpoint here: Chromium does not look at a string.
        params: structured.Params = ()
        if self.report_to is not None:
            params = (("report-to", structured.Token(self.report_to)),)
        if self.allowlist == ("*",):
            return structured.Item(structured.Token("*"), params)
        return structured.InnerList(tuple(map(_item, self.allowlist)), params)


@dataclass(frozen=True, slots=True)
class PermissionsPolicy:
    """Directives in their order, one for each feature. Permissions Policy section 5.2."""

    directives: tuple[Directive, ...]

    name: ClassVar[str] = "Permissions-Policy"
    report_only_name: ClassVar[str] = "Permissions-Policy-Report-Only"

    def __post_init__(self) -> None:
        seen: set[str] = set()

        def check(directive: object) -> None:
            if not isinstance(directive, Directive):
                raise must_be("a directive", directive)
            if directive.feature in seen:
                raise must_be("given a feature of its own", directive.feature)
            seen.add(directive.feature)

        filled(self.directives, "directives", check)
        bounded(str(self))

    def __str__(self) -> str:
        return ", ".join(map(str, self.directives))

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, object]) -> Self:
        """
        Read the form of django-permissions-policy: feature to a string or list of strings.

        An empty list and ``'none'`` allow nobody. Raises ``PolicyError``, with the feature as
        its path, for a feature that ``FEATURES`` does not list.
        """
        if not isinstance(mapping, Mapping):
            raise must_be("a dictionary of features", mapping)
        directives = []
        for feature, value in mapping.items():
            try:
                one_of(feature, FEATURES, "the name of a browser feature")
                directives.append(Directive(feature, _allowlist(value)))
            except PolicyError as error:
                raise error.within(feature) from error
        return cls(tuple(directives))

    @classmethod
    def parse(cls, text: str) -> Self:
        """
        Read a header value, unknown features included.

        As in a browser, what is no member of an allowlist is skipped, so ``(none)`` allows
        nobody, and ``*`` covers all others. Raises ``PolicyError`` for bad syntax, upon which
        browsers drop the whole header, and for no directive at all.
        """
        fields = structured.parse_dictionary(text)
        return cls(
            tuple(
                Directive(feature, _known_members(member), _endpoint(member))
                for feature, member in fields.items()
            )
        )


def _check_member(word: object) -> None:
    if word in KEYWORDS:
        return
    hint = None
    if isinstance(word, str) and word.strip("'") in (*KEYWORDS, "none"):
        hint = "Keywords stand without quotes of their own, and 'none' is an empty list."
    elif isinstance(word, str) and "://" not in word:
        hint = did_you_mean(word, KEYWORDS)
    if hint is not None:
        raise must_be(_WHAT, word, hint=hint)
    origins.origin(word, _WHAT, wildcard=True)


def _item(word: str) -> structured.Item:
    return structured.Item(structured.Token(word) if word in KEYWORDS else word)


def _allowlist(value: object) -> tuple[str, ...]:
    words = (value,) if isinstance(value, str) else value
    if not isinstance(words, list | tuple):
        raise must_be("a list of origins and keywords", value, hint="An empty list allows nobody.")
    return () if tuple(words) == ("none",) else tuple(words)


def _known_members(member: structured.Member) -> tuple[str, ...]:
    items = member.items if isinstance(member, structured.InnerList) else (member,)
    words = [word for item in items if (word := _known(item.value)) is not None]
    return ("*",) if "*" in words else tuple(words)


def _known(value: structured.BareItem) -> str | None:
    if isinstance(value, structured.Token):
        return value.text if value.text in KEYWORDS else None
    return origins.leading(value, wildcard=True) if isinstance(value, str) else None


def _endpoint(member: structured.Member) -> str | None:
    value = dict(member.params).get("report-to")
    named = isinstance(value, structured.Token) and structured.is_key(value.text)
    return str(value) if named else None
