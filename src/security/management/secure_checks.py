"""Running the checks of ``SECURE_CHECKS``: each found by its path, none able to stop the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage
from django.core.checks.registry import registry
from django.core.exceptions import ImproperlyConfigured

from security import parsers
from security.conf import Misconfigured
from security.policy.errors import PolicyError, must_be, shown

SETTING: Final = "SECURE_CHECKS"
DEFAULT: Final = (
    "djangosecure.check.csrf.check_csrf_middleware",
    "djangosecure.check.sessions.check_session_cookie_secure",
    "djangosecure.check.sessions.check_session_cookie_httponly",
    "djangosecure.check.djangosecure.check_security_middleware",
    "djangosecure.check.djangosecure.check_sts",
    "djangosecure.check.djangosecure.check_sts_include_subdomains",
    "djangosecure.check.djangosecure.check_frame_deny",
    "djangosecure.check.djangosecure.check_content_type_nosniff",
    "djangosecure.check.djangosecure.check_xss_filter",
    "djangosecure.check.djangosecure.check_ssl_redirect",
    "djangosecure.check.djangosecure.check_secret_key",
)
MAX_CODES: Final = 1000  # warnings of one check; more are no warnings but a loop

Check = Callable[[], Iterable[Any]]


class Warned(NamedTuple):
    """One warning: its code, what it means, what to do about it, and how grave it is."""

    code: str
    message: str
    hint: str | None = None
    level: int = checks.WARNING


class Outcome(NamedTuple):
    """What one check found. ``error`` says why it could not be run, or is ``None``."""

    path: str
    warnings: tuple[Warned, ...]
    error: str | None = None

    @property
    def is_clear(self) -> bool:
        return not self.warnings and self.error is None


class Named(NamedTuple):
    """A check that was found, and the path it has in the output."""

    path: str
    run: Callable[[], Iterable[Warned]]

    def outcome(self) -> Outcome:
        """Run the check. Whatever it raises becomes the error of the outcome."""
        try:
            return Outcome(self.path, tuple(self.run()))
        except (Exception, SystemExit) as error:  # nor may one end the run
            return Outcome(self.path, (), _reason(error))


def get_check(path: str) -> Check:
    """
    Return the check that a dotted path names.

    Raises ``ImproperlyConfigured`` where there is none, or where its module cannot be
    imported.
    """
    try:
        return _found(path)
    except PolicyError as error:
        raise Misconfigured("The check", error) from error


def run_checks() -> set[Any]:
    """
    Run every check of ``SECURE_CHECKS``, and return the codes of all warnings.

    Raises ``ImproperlyConfigured`` for a path that names no check, and what a check raises.
    """
    return {code for _, check in _listed() for code in _codes(check())}


def documented() -> list[Named]:
    """Return the checks of ``SECURE_CHECKS``. Raises ``ImproperlyConfigured``."""
    return [Named(path, _explained(check)) for path, check in _listed()]


def catalogue() -> list[Named]:
    """Return our system checks, those for deployment too, in the order of their paths."""
    registered: list[Any] = registry.get_checks(include_deployment_checks=True)
    ours = {
        f"{check.__module__}.{check.__qualname__}": check
        for check in registered
        if check.__module__.partition(".")[0] == "security"
    }
    return [Named(path, _translated(ours[path])) for path in sorted(ours)]


def _listed() -> list[tuple[str, Check]]:
    """Return what ``SECURE_CHECKS`` names; say of everything at once what is wrong."""
    try:
        paths = parsers.words(getattr(settings, SETTING, DEFAULT), "a list of dotted paths")
    except PolicyError as error:
        raise Misconfigured(SETTING, error) from error
    found, problems = [], []
    for place, path in enumerate(paths):
        try:
            found.append((path, _found(path)))
        except PolicyError as error:
            problems.append(str(Misconfigured(SETTING, error.within(place))))
    if problems:
        raise ImproperlyConfigured("\n".join(problems))
    return found


def _found(path: object) -> Check:
    try:
        return parsers.dotted_callable(path)
    except PolicyError:
        raise
    except Exception as error:  # the module of somebody else, which may raise anything
        raise must_be("the dotted path of a function", path, hint=_reason(error)) from error


def _codes(found: object) -> Iterator[Any]:
    """Yield the codes that a check returned. Raises ``TypeError`` where they are no list."""
    if isinstance(found, str | bytes) or not isinstance(found, Iterable):
        raise TypeError(f"It must return an iterable of codes (got {shown(found)}).")
    if isinstance(found, set | frozenset):
        found = sorted(found, key=str)  # a set has another order in each process
    for number, code in enumerate(found):
        if number == MAX_CODES:
            raise ValueError(f"It must return at most {MAX_CODES} codes (got more).")
        yield code


def _explained(check: Check) -> Callable[[], Iterator[Warned]]:
    def run() -> Iterator[Warned]:
        messages = getattr(check, "messages", {})
        if not isinstance(messages, Mapping):
            raise TypeError(f"Its messages must be a dictionary (got {shown(messages)}).")
        for code in _codes(check()):
            yield Warned(str(code), str(messages.get(code, code)))

    return run


def _translated(check: Callable[..., Iterable[CheckMessage]]) -> Callable[[], Iterator[Warned]]:
    def run() -> Iterator[Warned]:
        for found in check(app_configs=None, databases=None):
            if not found.is_silenced():
                hint = None if found.hint is None else str(found.hint)
                yield Warned(str(found.id), str(found.msg), hint, found.level)

    return run


def _reason(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
