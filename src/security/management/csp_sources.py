"""``manage.py csp sources``: the site's enforced policy, and who asked for which source."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError, OutputWrapper

from security.conf import conf
from security.middleware import requirements
from security.middleware.plan import Choice, policies
from security.middleware.requirements import Origin
from security.policy.csp import NONCE

HELP = "List the sources of the site's enforced policy, and who asked for each."
EPILOG = (
    "This is what SecurityMiddleware sends with a page that asks for nothing else. Exit codes: "
    "0, it was listed, or there is none; 2, the settings make no policy."
)
DONE, FAILED = 0, 2
NO_POLICY: Final = (
    "No policy is enforced for the whole site: set SECURE_CSP or SECURITY_PRESET to send one."
)
FRAMES: Final = "X_FRAME_OPTIONS"  # frame-ancestors follows it
HEADINGS: Final = ("directive", "source", "asked by")
READABLE: Final = {NONCE: "'nonce-...'", "": "(no source)"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the sub-command."""
    parser.epilog = EPILOG
    parser.add_argument(
        "--format", choices=("text", "json"), default="text", help="json: one object per line"
    )


def run(options: Mapping[str, Any], stdout: OutputWrapper, stderr: OutputWrapper) -> int:
    """
    Print the sources, and return the exit code.

    Raises ``CommandError`` with exit code 2 for settings that make no policy.
    """
    try:
        found = origins()
    except (ImportError, ImproperlyConfigured) as error:
        raise CommandError(str(error), returncode=FAILED) from error
    if options["format"] == "json":
        for origin in found:
            stdout.write(json.dumps(origin._asdict()))
        if not found:
            stderr.write(NO_POLICY)  # where it cannot be taken for an object
    else:
        stdout.write("\n".join(table(found)) if found else NO_POLICY)
    return DONE


def origins() -> list[Origin]:
    """
    Return each source that is sent; a directive that takes none has the source ``""``.

    Raises ``ImproperlyConfigured``.
    """
    (_, policy), _ = policies(Choice({}, {}))
    asked = {(each.directive, each.source): each.asked_by for each in requirements.provenance()}
    return [
        Origin(
            directive.name, source, asked.get((directive.name, source)) or _other(directive.name)
        )
        for directive in (policy.directives if policy else ())
        for source in directive.values or ("",)
    ]


def _other(directive: str) -> str:
    """Return who asked for what has no source of its own, or follows another header."""
    if directive == "frame-ancestors":
        return FRAMES
    for name in ("SECURITY_CSP_REPLACE", "SECURITY_CSP_ADD"):
        edit = getattr(conf, name)
        if edit is not None and directive in dict(edit.items):
            return name
    for label, edit in requirements.of_apps():
        if directive in dict(edit.items):
            return f"app {label}"
    return "SECURE_CSP" if conf.is_set("SECURE_CSP") else f"preset {conf.SECURITY_PRESET}"


def table(found: Sequence[Origin]) -> Iterator[str]:
    """Yield an aligned line for each source; a directive is named once, where it begins."""
    rows = [HEADINGS]
    named = None
    for directive, source, asked_by in found:
        first = directive if directive != named else ""
        rows.append((first, READABLE.get(source, source), asked_by))
        named = directive
    left, middle = (max(len(row[column]) for row in rows) for column in (0, 1))
    for first, source, asked_by in rows:
        yield f"{first:{left}}  {source:{middle}}  {asked_by}"
