"""The policy that reports are held against: the site's own, or one that a file holds."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError

from security.conf import conf
from security.middleware.csp import configured
from security.middleware.plan import Choice, policies
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
_LEGACY: Final = ("CSP_DICT", "CSP_STRING", "CSP_REPORT_DICT", "CSP_REPORT_STRING")
_NAMES: Final = (ContentSecurityPolicy.report_only_name, ContentSecurityPolicy.name)


class Current(NamedTuple):
    """
    A policy, what is done with it, and the setting that would hold it.

    ``added`` is what ``SECURITY_CSP_ADD`` has, where a preset writes the policy.
    """

    setting: str
    disposition: Disposition
    policy: ContentSecurityPolicy
    added: Mapping[str, Sequence[str]] | None = None


def site(wanted: str = "") -> Current:
    """
    Return the policy that the site sends with a page that asks for nothing else.

    That is the enforced one, else the report-only one; ``wanted``, "enforce" or "report", takes
    one of them. Raises ``ImproperlyConfigured`` where there is none, or the settings make none.
    """
    sent = [policy for _, policy in policies(Choice({}, {}))]
    if sent == [None, None] and any(getattr(conf, name) is not None for name in _LEGACY):
        sent = list(configured())
    for (disposition, setting), policy in zip(SETTINGS.items(), sent, strict=True):
        if policy is not None and wanted in {"", disposition}:
            try:
                one = ContentSecurityPolicy.parse(str(policy))
            except PolicyError as error:  # one that is sent verbatim may be several
                raise ImproperlyConfigured(f"{setting} {error} Name one by --policy.") from error
            return Current(setting, Disposition(disposition), one, _added(setting))
    which = {"": "SECURE_CSP or SECURITY_PRESET"}.get(wanted) or SETTINGS[wanted]
    raise ImproperlyConfigured(
        f"The site sends no such policy: set {which}, or name a policy by --policy."
    )


def _added(setting: str) -> Mapping[str, Sequence[str]] | None:
    if conf.is_set(setting) or getattr(conf, setting) is None:
        return None
    edit = conf.SECURITY_CSP_ADD
    return {} if edit is None else {name: tuple(values or ()) for name, values in edit.items}


def read(path: str) -> str:
    """
    Return the policies that a file holds, as a header would; ``-`` is the standard input.

    The text may stand on several lines and begin with the name of its header. A JSON object is
    read as ``SECURE_CSP`` or as one that has it, as ``csp suggest --format json`` prints it.
    Raises ``PolicyError``, ``OSError`` and ``UnicodeDecodeError``.
    """
    if path == "-":
        text = sys.stdin.read(MAX_FILE + 1)
    else:
        with Path(path).open(encoding="utf-8") as file:
            text = file.read(MAX_FILE + 1)
    text = " ".join(bounded(text, MAX_FILE).split())
    if text.startswith("{"):
        return str(ContentSecurityPolicy.from_mapping(_mapping(text)))
    for name in _NAMES:
        if text.lower().startswith(f"{name}:".lower()):
            text = text[len(name) + 1 :].strip()
    if not text:
        raise must_be("a policy", text)
    return text


def chosen(options: Mapping[str, Any]) -> Current:
    """
    Return the policy that ``--policy`` and ``--disposition`` name.

    Raises ``CommandError`` with exit code 2.
    """
    try:
        if not options["policy"]:
            return site(options["disposition"])
        policy = ContentSecurityPolicy.parse(read(options["policy"]))
    except ImproperlyConfigured as error:
        raise CommandError(str(error), returncode=FAILED) from error
    except PolicyError as error:
        raise CommandError(error.describe("--policy"), returncode=FAILED) from error
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"--policy: {error}", returncode=FAILED) from error
    disposition = Disposition(options["disposition"] or Disposition.ENFORCE)
    return Current(SETTINGS[disposition], disposition, policy)


def _mapping(text: str) -> object:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise PolicyError(f"must be a policy or JSON ({error}).") from error
    return next((found[name] for name in SETTINGS.values() if name in found), found)
