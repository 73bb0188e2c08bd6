"""The policies that reports are held against: the site's own, or those that a file holds."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError

from security.conf import conf
from security.middleware.csp import configured
from security.middleware.plan import Choice, policies
from security.middleware.routes import ROLLED_OUT
from security.policy.csp import ContentSecurityPolicy
from security.policy.errors import PolicyError, must_be
from security.policy.grammar import bounded
from security.reports.report import Disposition

FAILED: Final = 2
MAX_FILE: Final = 64 * 1024  # characters; with white space, eight times what a header may have
SETTINGS: Final[Mapping[str, str]] = {
    Disposition.ENFORCE: "SECURE_CSP",
    Disposition.REPORT: "SECURE_CSP_REPORT_ONLY",
}
ROLLOUT: Final = "SECURITY_CSP_ROLLOUT"
CANDIDATE: Final = f'{ROLLOUT}["POLICY"]'
_LEGACY: Final = ("CSP_DICT", "CSP_STRING", "CSP_REPORT_DICT", "CSP_REPORT_STRING")
_NAMES: Final = (ContentSecurityPolicy.report_only_name, ContentSecurityPolicy.name)

_ENFORCED: Final = frozenset({Disposition.ENFORCE.value})
_REPORTED: Final = frozenset({Disposition.REPORT.value})
_BOTH: Final = _ENFORCED | _REPORTED
_TOLD: Final[Mapping[str, frozenset[str]]] = {
    SETTINGS[Disposition.ENFORCE]: _ENFORCED,
    SETTINGS[Disposition.REPORT]: _REPORTED,
    CANDIDATE: _BOTH,
}


class Current(NamedTuple):
    """
    A policy that is sent, and the setting that holds it.

    ``dispositions`` are those that its violations are reported with. ``added`` is what
    ``SECURITY_CSP_ADD`` has, where a preset writes the policy.
    """

    setting: str
    dispositions: frozenset[str]
    policy: ContentSecurityPolicy
    added: Mapping[str, Sequence[str]] | None = None

    @property
    def heading(self) -> str:
        """What is done with the policy, and its setting."""
        if self.dispositions == _BOTH:
            return f"Enforced for some visitors, report-only for the others: {self.setting}"
        enforced = Disposition.ENFORCE in self.dispositions
        return f"{'Enforced' if enforced else 'Report-only'}: {self.setting}"


def site(wanted: str = "") -> tuple[Current, ...]:
    """
    Return the policies that the site sends with a page that asks for nothing else.

    That is the enforced one, then the report-only one or in its place the candidate of a
    rollout; ``wanted``, "enforce" or "report", leaves out what is only the other. Raises
    ``ImproperlyConfigured`` where nothing is left, or the settings make no policy.
    """
    found = tuple(one for one in _sent() if not wanted or wanted in one.dispositions)
    if not found:
        which = {"": "SECURE_CSP or SECURITY_PRESET"}.get(wanted) or SETTINGS[wanted]
        raise ImproperlyConfigured(
            f"The site sends no such policy: set {which}, or name a policy by --policy."
        )
    return found


def _sent() -> Iterator[Current]:
    enforced, reported = (policy for _, policy in policies(Choice({}, {})))
    if enforced is reported is None and any(getattr(conf, name) is not None for name in _LEGACY):
        enforced, reported = configured()
    if enforced is not None:
        setting = SETTINGS[Disposition.ENFORCE]
        yield Current(setting, _ENFORCED, _one(setting, enforced), _added(setting))
    if (rollout := conf.SECURITY_CSP_ROLLOUT) is not None:
        overrides = {SETTINGS[Disposition.REPORT]: rollout.policy, ROLLED_OUT: True}
        _, (_, candidate) = policies(Choice(overrides, {}))
        told = _BOTH if rollout.percent else _REPORTED
        yield Current(CANDIDATE, told, _one(CANDIDATE, candidate))
    elif reported is not None:
        setting = SETTINGS[Disposition.REPORT]
        yield Current(setting, _REPORTED, _one(setting, reported), _added(setting))


def _one(setting: str, policy: object) -> ContentSecurityPolicy:
    try:
        return ContentSecurityPolicy.parse(str(policy))
    except PolicyError as error:  # one that is sent verbatim may be several
        raise ImproperlyConfigured(f"{setting} {error} Name one by --policy.") from error


def _added(setting: str) -> Mapping[str, Sequence[str]] | None:
    if conf.is_set(setting) or getattr(conf, setting) is None:
        return None
    edit = conf.SECURITY_CSP_ADD
    return {} if edit is None else {name: tuple(values or ()) for name, values in edit.items}


def read(path: str) -> str | tuple[Current, ...]:
    """
    Return the policies that a file holds, as a header would; ``-`` is the standard input.

    The text may stand on several lines and begin with the name of its header. A JSON object is
    read as ``SECURE_CSP`` or as one that has settings, as ``csp suggest --format json`` prints
    it; then the result is a policy for each. Raises ``PolicyError``, ``OSError`` and
    ``UnicodeDecodeError``.
    """
    if path == "-":
        text = sys.stdin.read(MAX_FILE + 1)
    else:
        with Path(path).open(encoding="utf-8") as file:
            text = file.read(MAX_FILE + 1)
    text = " ".join(bounded(text, MAX_FILE).split())
    if text.startswith("{"):
        return tuple(_settings(text))
    for name in _NAMES:
        if text.lower().startswith(f"{name}:".lower()):
            text = text[len(name) + 1 :].strip()
    if not text:
        raise must_be("a policy", text)
    return text


def chosen(options: Mapping[str, Any]) -> tuple[Current, ...]:
    """
    Return the policies that ``--policy`` and ``--disposition`` name.

    Raises ``CommandError`` with exit code 2.
    """
    with failing():
        if not options["policy"]:
            return site(options["disposition"])
        found = read(options["policy"])
        if not isinstance(found, str):
            return found
        policy = ContentSecurityPolicy.parse(found)
    disposition = Disposition(options["disposition"] or Disposition.ENFORCE)
    return (Current(SETTINGS[disposition], frozenset({disposition.value}), policy),)


@contextmanager
def failing() -> Iterator[None]:
    """Turn what ``site`` and ``read`` raise into ``CommandError`` with exit code 2."""
    try:
        yield
    except ImproperlyConfigured as error:
        raise CommandError(str(error), returncode=FAILED) from error
    except PolicyError as error:
        raise CommandError(error.describe("--policy"), returncode=FAILED) from error
    except OSError as error:
        message = f"--policy: {error.filename}: {error.strerror}."
        raise CommandError(message, returncode=FAILED) from error
    except UnicodeDecodeError as error:
        raise CommandError(f"--policy: {error}", returncode=FAILED) from error


def _settings(text: str) -> Iterator[Current]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise PolicyError(f"must be a policy or JSON ({error}).") from error
    others = found.get("others")
    parts = [found, *(others if isinstance(others, list) else ())]
    named = dict(each for part in parts for each in _named(part))
    for setting, policy in (named or {SETTINGS[Disposition.ENFORCE]: found}).items():
        yield Current(setting, _TOLD[setting], ContentSecurityPolicy.from_mapping(policy))


def _named(part: object) -> Iterator[tuple[str, object]]:
    if isinstance(part, dict):
        yield from ((name, part[name]) for name in SETTINGS.values() if name in part)
        rollout = part.get(ROLLOUT)
        if isinstance(rollout, dict) and "POLICY" in rollout:
            yield CANDIDATE, rollout["POLICY"]
