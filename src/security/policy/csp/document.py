"""A whole policy: directives in the author's order, and the text around its nonce."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar, NamedTuple, Self

from security.policy import grammar
from security.policy.errors import PolicyError, did_you_mean, must_be, shown

from .source import CHECKS, is_nonce_or_hash, quoted, quoted_name, refuse_none_beside_others
from .vocabulary import DIRECTIVES, NONCE, Kind

# Each takes one value, and CSP_DICT documents them with a string instead of a list.
TAKES_STRING = frozenset({Kind.URIS, Kind.GROUP, Kind.REFERRER, Kind.REFLECTED_XSS})
MAY_BE_EMPTY = frozenset({Kind.NOTHING, Kind.SANDBOX, Kind.POLICY_NAMES})


class Compiled(NamedTuple):
    """
    A policy ready to send.

    ``unused`` is the header of a response that did not use its nonce. ``parts`` is the text
    around the place of the nonce: ``"'nonce-abc'".join(parts)``. It is empty when the policy
    has no such place.
    """

    unused: str
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Directive:
    """One directive: a known lower-case name and values that a browser understands."""

    name: str
    values: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self.check_name(self.name)
        if not isinstance(self.values, tuple):
            raise must_be("a tuple of values", self.values)
        kind = DIRECTIVES[self.name]
        for index, value in enumerate(self.values):
            try:
                CHECKS[kind](value)
            except PolicyError as error:
                raise error.within(index) from None
        if not self.values and kind not in MAY_BE_EMPTY:
            raise must_be(
                kind.value,
                self.values,
                hint="To allow nothing, write [\"'none'\"]." if kind is Kind.SOURCES else None,
            )
        if len(self.values) > 1 and kind in {Kind.GROUP, Kind.REFERRER, Kind.REFLECTED_XSS}:
            raise must_be(kind.value, self.values)
        refuse_none_beside_others(self.values)

    def __str__(self) -> str:
        return " ".join((self.name, *self.values))

    @staticmethod
    def check_name(name: object) -> None:
        """Raise ``PolicyError`` for what is no directive."""
        if not isinstance(name, str) or name not in DIRECTIVES:
            raise must_be(
                "made of directives of Content-Security-Policy",
                name,
                hint=did_you_mean(name, DIRECTIVES),
            )


@dataclass(frozen=True, slots=True)
class ContentSecurityPolicy:
    """
    A policy whose directives are known, unique and in the author's order.

    ``vocabulary.NONCE`` among the sources is the place of the response's nonce; ``str()``
    keeps it as it is, ``compile()`` turns it into the text around it.
    """

    directives: tuple[Directive, ...]

    name: ClassVar[str] = "Content-Security-Policy"
    report_only_name: ClassVar[str] = "Content-Security-Policy-Report-Only"

    def __post_init__(self) -> None:
        directives: object = self.directives
        if not isinstance(directives, tuple) or not directives:
            raise must_be("given at least one directive", directives)
        seen = set()
        for directive in self.directives:
            if not isinstance(directive, Directive):
                raise must_be("made of directives", directive)
            if directive.name in seen:
                raise must_be(
                    "given each directive once",
                    directive.name,
                    hint="A browser ignores every directive after the first of its name.",
                )
            seen.add(directive.name)
        grammar.bounded(str(self))

    def __str__(self) -> str:
        return "; ".join(map(str, self.directives))

    @classmethod
    def parse(cls, text: str) -> Self:
        """
        Read one policy as it stands in a header.

        Raises ``PolicyError`` where a browser would ignore a part of it, for a list of
        policies (a comma), and beyond ``grammar.MAX_HEADER`` characters.
        """
        grammar.text(text, "a policy")
        directives = []
        for part in text.split(";"):
            name, *values = part.split() or [""]
            if name:
                directives.append(_directive(name.lower(), tuple(values)))
        return cls(tuple(directives))

    @classmethod
    def from_mapping(cls, mapping: object) -> Self:
        """
        Read the form of Django's ``SECURE_CSP``: directive to source, sources or ``True``.

        ``None`` and ``False`` leave a directive out; a set is sorted, so that every process
        sends the same bytes. Keywords carry their quotes.
        """
        return cls(tuple(_directives(mapping, _django_values)))

    @classmethod
    def from_csp_dict(cls, mapping: object) -> Self:
        """
        Read the form of the documented ``CSP_DICT``: directive to list of bare sources.

        ``report-uri``, ``report-to``, ``referrer`` and ``reflected-xss`` take a string.
        """
        return cls(tuple(_directives(mapping, _csp_dict_values)))

    def get(self, name: str) -> tuple[str, ...] | None:
        """Return the values of a directive, or ``None`` where the policy lacks it."""
        return next((d.values for d in self.directives if d.name == name), None)

    def with_directive(self, name: str, values: tuple[str, ...]) -> Self:
        """Return the policy with a further directive at its end."""
        return type(self)((*self.directives, Directive(name, values)))

    def without(self, name: str) -> Self | None:
        """Return the policy without a directive; ``None`` when nothing would be left."""
        rest = tuple(d for d in self.directives if d.name != name)
        return type(self)(rest) if rest else None

    def compile(self) -> Compiled:
        """Return what is sent with a nonce, and what is sent without."""
        text = str(self)
        if NONCE not in text:
            return Compiled(text, ())
        unused = "; ".join(str(Directive(d.name, _unused(d.values))) for d in self.directives)
        return Compiled(unused, tuple(text.split(NONCE)))


@dataclass(frozen=True, slots=True)
class VerbatimPolicy:
    """One or more policies, sent letter by letter as they were written, and valid."""

    text: str

    name: ClassVar[str] = ContentSecurityPolicy.name
    report_only_name: ClassVar[str] = ContentSecurityPolicy.report_only_name

    def __post_init__(self) -> None:
        for policy in grammar.text(self.text, "a policy").split(","):
            ContentSecurityPolicy.parse(policy)

    def __str__(self) -> str:
        return self.text

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a header value. Raises ``PolicyError`` as ``ContentSecurityPolicy.parse``."""
        return cls(text)

    def get(self, name: str) -> tuple[str, ...] | None:
        """Return the values of a directive in the first policy that has it."""
        policies = map(ContentSecurityPolicy.parse, self.text.split(","))
        return next((found for p in policies if (found := p.get(name)) is not None), None)

    def with_directive(self, name: str, values: tuple[str, ...]) -> VerbatimPolicy:
        """Return the text with a further directive at its end."""
        return type(self)(f"{self.text.rstrip('; ')}; {Directive(name, values)}")

    def compile(self) -> Compiled:
        """Return the text; it has no place for a nonce."""
        return Compiled(self.text, ())


def names(text: str) -> frozenset[str]:
    """Return the names of all directives in a header, also in one that is no valid policy."""
    parts = grammar.bounded(text).replace(",", ";").split(";")
    return frozenset(words[0].lower() for part in parts if (words := part.split(maxsplit=1)))


def _unused(values: tuple[str, ...]) -> tuple[str, ...]:
    """
    Return what is left of the sources when nobody asked for the nonce.

    Never more than with it: ``'strict-dynamic'`` silences hosts and ``'unsafe-inline'``
    (CSP3 section 6.7.2.4), so when it loses its nonce they go with it. Never nothing: a
    directive without values would fall back to what the author did not mean.
    """
    if NONCE not in values:
        return values
    rest = tuple(value for value in values if value != NONCE)
    if "'strict-dynamic'" in rest and not any(map(is_nonce_or_hash, rest)):
        return ("'none'",)
    return rest or ("'none'",)


def _directive(name: str, values: tuple[str, ...]) -> Directive:
    try:
        return Directive(name, values)
    except PolicyError as error:
        raise (error.within(name) if name in DIRECTIVES else error) from None


def _directives(
    mapping: object, read: Callable[[str, object], tuple[str, ...] | None]
) -> Iterable[Directive]:
    if not isinstance(mapping, Mapping):
        raise must_be("a dictionary of directives", mapping)
    for name, raw in mapping.items():
        Directive.check_name(name)
        try:
            values = read(name, raw)
        except PolicyError as error:
            raise error.within(name) from None
        if values is not None:
            yield _directive(name, values)


def _django_values(name: str, raw: object) -> tuple[str, ...] | None:
    if raw is None or raw is False:
        return None
    if raw is True:
        return ()
    if isinstance(raw, str):
        return tuple(grammar.bounded(raw).split())
    return _listed(name, raw)


def _csp_dict_values(name: str, raw: object) -> tuple[str, ...] | None:
    kind = DIRECTIVES[name]
    if isinstance(raw, str):
        if kind not in TAKES_STRING:
            raise must_be(
                "a list",
                raw,
                hint=f"Write [{shown(raw)}]: a string is read letter by letter.",
            )
        return tuple(grammar.bounded(raw).split())
    if raw is True and kind is Kind.NOTHING:
        return ()
    values = _listed(name, raw)
    if kind is Kind.SOURCES:
        return tuple(quoted(value) for value in values)  # type: ignore[misc]  # checked next
    if kind is Kind.POLICY_NAMES:
        return tuple(quoted_name(value) for value in values)  # type: ignore[misc]
    if kind is Kind.SINK_GROUPS:
        return tuple("'script'" if value == "script" else value for value in values)
    return tuple(value for value in values if value != "")  # "sandbox": [""] is documented


def _listed(name: str, raw: object) -> tuple[str, ...]:
    """Return the items of a list; each is checked by ``Directive`` and may be anything yet."""
    if isinstance(raw, set | frozenset):
        if not all(isinstance(value, str) for value in raw):
            raise must_be(DIRECTIVES[name].value, raw)
        return tuple(sorted(raw))
    if not isinstance(raw, list | tuple):
        raise must_be("a list", raw)
    return tuple(raw)
