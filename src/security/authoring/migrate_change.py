"""What the migration from one package asks for, apart from any file it is written to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from security.policy.csp.document import ContentSecurityPolicy
from security.policy.csp.vocabulary import DIRECTIVES, NONCE, Kind
from security.policy.errors import PolicyError, did_you_mean, shown

OURS: Final = "security.middleware.SecurityMiddleware"
OUR_APP: Final = "security"
OUR_PROCESSOR: Final = "security.context_processors.csp"
_NONE: Final = "'none'"

Settings = Mapping[str, Any]
Value = list[str] | bool


@dataclass(frozen=True, slots=True)
class Note:
    """One sentence for the reader; ``by_hand`` when something is left for them to do."""

    text: str
    by_hand: bool = False


@dataclass(slots=True)
class Change:
    """
    What becomes of the settings of one package.

    ``adds`` are new settings in order, ``removes`` the names that go, ``middleware`` and
    ``apps`` what ours stand in for, ``processors`` old context processors to new ones, and
    ``modules`` those whose names nobody needs any more.
    """

    package: str
    adds: dict[str, Any] = field(default_factory=dict)
    removes: list[str] = field(default_factory=list)
    middleware: tuple[str, ...] = ()
    apps: tuple[str, ...] = ()
    processors: dict[str, str] = field(default_factory=dict)
    modules: tuple[str, ...] = ()
    notes: list[Note] = field(default_factory=list)

    def tell(self, text: str) -> None:
        """Note something that differs, and that needs no work."""
        self.notes.append(Note(text))

    def leave(self, text: str) -> None:
        """Note something that is left to be done by hand."""
        self.notes.append(Note(text, by_hand=True))


def installed(settings: Settings, *paths: str) -> tuple[str, ...]:
    """Return those of the dotted paths that are in ``MIDDLEWARE``, in its order."""
    return tuple(path for path in words(settings, "MIDDLEWARE") if path in paths)


def words(settings: Settings, name: str) -> tuple[str, ...]:
    """Return the strings of a setting that is a list of them."""
    found = settings.get(name)
    if not isinstance(found, list | tuple | set | frozenset):
        return ()
    return tuple(word for word in found if isinstance(word, str))


def processors(settings: Settings) -> set[str]:
    """Return the context processors of all template engines."""
    engines = settings.get("TEMPLATES")
    options = [
        engine.get("OPTIONS")
        for engine in (engines if isinstance(engines, list | tuple) else ())
        if isinstance(engine, Mapping)
    ]
    return {
        path
        for option in options
        if isinstance(option, Mapping)
        for path in words(option, "context_processors")
    }


def present(settings: Settings, names: Iterable[str]) -> list[str]:
    """Return those of the names that are set."""
    return [name for name in names if name in settings]


def flat(raw: object) -> list[str]:
    """
    Return the words of a value of django-csp: one string, a list of them, a set.

    Its nonce becomes ours. Raises ``TypeError`` for what is no text yet, as a lazy URL.
    """
    if isinstance(raw, set | frozenset):
        items: list[object] = sorted(raw)
    else:
        items = list(raw) if isinstance(raw, list | tuple) else [raw]
    words: list[str] = []
    for item in items:
        if repr(item) == "csp.constants.NONCE":
            words.append(NONCE)
        elif isinstance(item, str):
            words += item.split()
        else:
            raise TypeError(f"{type(item).__name__} is no text")
    return list(dict.fromkeys(words))


def directive(change: Change, setting: str, name: str, raw: object) -> Value | None:
    """Return what ``SECURE_CSP`` says in place of a directive of django-csp, if anything."""
    if name not in DIRECTIVES:
        near = did_you_mean(name, DIRECTIVES)
        change.leave(
            f"{setting} has {name!r}, which is no directive: left out. {near or ''}".strip()
        )
        return None
    first = raw[0] if isinstance(raw, list | tuple) and raw else raw
    if raw is None or first is False:
        return None
    if first is True:
        return True
    try:
        words = flat(raw)
    except TypeError as error:
        change.leave(
            f"{setting} is {shown(raw)} ({error}): {name!r} is left out. Write the URL itself, "
            'or name an endpoint in SECURITY_REPORTING_ENDPOINTS and write "report-to".'
        )
        return None
    if NONCE in words:
        words = [word for word in words if word.lower() != _NONE]
    if not words:
        return _empty(name)
    return words


def _empty(name: str) -> Value | None:
    """Return what an empty list means to a browser."""
    kind = DIRECTIVES[name]
    if kind in {Kind.SOURCES, Kind.POLICY_NAMES}:
        return [_NONE]
    return True if kind in {Kind.NOTHING, Kind.SANDBOX} else None


def check(change: Change, setting: str, policy: Mapping[str, Value]) -> None:
    """Note what the start will refuse, and what ours sends less of where nobody reads the nonce."""
    for name, value in policy.items():
        try:
            ContentSecurityPolicy.from_mapping({name: value})
        except PolicyError as error:
            hint = f" {error.hint}" if error.hint else ""
            change.leave(f"{error.describe(setting)}{hint} The start refuses it; mend it.")
    values = [value for value in policy.values() if isinstance(value, list) and NONCE in value]
    if any("'strict-dynamic'" in value for value in values):
        change.tell(
            f"{setting}: a response that nobody read the nonce for gets 'none' in place of "
            "'strict-dynamic' without a nonce, which would let hosts through to old browsers."
        )


def with_nonce(policies: Iterable[object]) -> bool:
    """Tell whether a policy among these has a place for the nonce."""
    return any(
        isinstance(value, list) and NONCE in value
        for policy in policies
        if isinstance(policy, Mapping)
        for value in policy.values()
    )
