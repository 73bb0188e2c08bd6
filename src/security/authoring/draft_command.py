"""``manage.py csp draft``: the tightest policy that lets the site's own pages work."""

from __future__ import annotations

import argparse
import re
from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError, OutputWrapper
from django.urls import NoReverseMatch

from security.policy.errors import must_be

from . import draft_snippet as snippet
from .draft_found import UNSEEN, Inline, Kind
from .draft_pages import MISSING, Reader, Reading
from .draft_policy import Options, draft_rows
from .draft_urls import named_pages, path_of

HELP = "Read the site's own pages, and print the tightest SECURE_CSP that lets them work."
EPILOG = (
    "Pages are rendered in this process, with GET only; what they write to a database is taken "
    f"back. {UNSEEN} Exit codes: 0, the policy lets everything through that was found; 1, some "
    "of it has to be mended; 2, it could not be done."
)
DONE, WORK_LEFT, FAILED = 0, 1, 2
FOLLOW: Final = 100  # pages found by links, for each visitor
MAX_FOLLOW: Final = 1_000
_HOST = re.compile(
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(?::\d+)?"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the sub-command."""
    parser.epilog = EPILOG
    add = parser.add_argument
    add("--url", action="append", default=[], metavar="PATH", help=URL)
    add("--exclude", action="append", default=[], metavar="PATTERN", help=EXCLUDE)
    add("--user", action="append", default=[], metavar="NAME", help="read the pages as NAME, too")
    add("--follow", type=int, default=FOLLOW, metavar="N", help=FOLLOWED)
    add("--host", default="", help="the host of the site, where ALLOWED_HOSTS does not say")
    add("--hashes", action="store_true", help="know inline code by its text, not by a nonce")
    add("--strict-dynamic", action=argparse.BooleanOptionalAction, help=DYNAMIC)
    add("--unsafe-hashes", action="store_true", help="let handlers and style attributes through")
    add("--format", choices=("text", "json"), default="text", help="json: one object")


URL = "read this page, too: a path, or the name of a URL with arguments: 'blog:post slug=tea'"
EXCLUDE = "leave out paths that fit, such as '/reports/*': they need a policy of their own"
FOLLOWED = f"pages to find by links, for each visitor (default: {FOLLOW})"
DYNAMIC = "let scripts load scripts (default: where every script has a nonce)"


def run(options: Mapping[str, Any], stdout: OutputWrapper, stderr: OutputWrapper) -> int:
    """
    Print the policy, and return the exit code.

    Raises ``CommandError`` with exit code 2 where no page could be read.
    """
    wanted = _wanted(options)
    users = [user_named(name) for name in dict.fromkeys(options["user"])]
    try:
        reader = Reader(
            host_of(options["host"]),
            follow=options["follow"],
            hashes=wanted.hashes,
            exclude=options["exclude"],
        )
        paths, wanting = named_pages()
        paths = tuple(dict.fromkeys((*map(path_of, options["url"]), *paths, MISSING)))
        for user in (None, *users):
            reader.read(paths, user)
    except NoReverseMatch as error:
        raise CommandError(f"--url: {error}", returncode=FAILED) from error
    except (ImportError, ImproperlyConfigured) as error:
        raise CommandError(str(error), returncode=FAILED) from error
    reading = reader.reading
    if not reading.pages:
        raise CommandError("None of the pages is HTML: name one with --url.", returncode=FAILED)
    drafts = draft_rows(reading.pages, reading.rows, reader.own, wanted)
    notes = _notes(reading, wanting, named=options["url"])
    if options["format"] == "json":
        stdout.write(snippet.objects(drafts, tuple(reading.pages), reading.skipped, notes))
    else:
        heading = _heading(len(reading.pages), options["user"])
        stdout.write("\n".join(snippet.lines(drafts, heading, notes)))
    for path, reason in reading.skipped.items():
        stderr.write(f"{path!a}: {reason}.")
    return WORK_LEFT if any(each.blocked for each in drafts.values()) else DONE


def _wanted(options: Mapping[str, Any]) -> Options:
    """Return how to draft. Raises ``CommandError`` for options that contradict each other."""
    if options["hashes"] and options["strict_dynamic"]:
        message = "--hashes must stand without --strict-dynamic: script files have no hash here."
        raise CommandError(message, returncode=FAILED)
    if not 0 <= options["follow"] <= MAX_FOLLOW:
        error = must_be(f"a number of pages, 0 to {MAX_FOLLOW}", options["follow"])
        raise CommandError(error.describe("--follow"), returncode=FAILED)
    return Options(options["strict_dynamic"], options["hashes"], options["unsafe_hashes"])


def host_of(given: str) -> str:
    """Return the host that pages are asked for. Raises ``CommandError`` for what is none."""
    allowed = [host.removeprefix(".") for host in settings.ALLOWED_HOSTS if host != "*"]
    host = given or (allowed or ["localhost"])[0]
    if not _HOST.fullmatch(host):
        error = must_be("a host name, with a port or without", host)
        raise CommandError(error.describe("--host"), returncode=FAILED)
    return host.lower()


def user_named(name: str) -> Any:
    """Return the user of that name. Raises ``CommandError`` where there is none."""
    model = get_user_model()
    try:
        return model._default_manager.get_by_natural_key(name)
    except model.DoesNotExist as error:
        problem = must_be("the name of a user", name).describe("--user")
        raise CommandError(problem, returncode=FAILED) from error


def _heading(pages: int, users: list[str]) -> str:
    *others, last = dict.fromkeys(("a stranger", *users))
    counted = f"{pages} page{'' if pages == 1 else 's'}"
    seen_by = f"{', '.join(others)} and {last}" if others else last
    return f'Drafted by "manage.py csp draft" from {counted}, as {seen_by} may see them.'


def _notes(reading: Reading, wanting: tuple[str, ...], *, named: list[str]) -> list[str]:
    """Return what a person should know before using the policy."""
    notes = [UNSEEN]
    bare = [
        page
        for page, found in reading.pages.items()
        if any(
            each.kind in {Kind.SCRIPT, Inline.SCRIPT, Inline.STYLE} and not each.nonce
            for each in found
        )
    ]
    if bare:
        notes.append(
            f"Scripts or styles without a nonce are on {snippet.named(bare)}: "
            '"manage.py csp inline --fix" adds it to templates; then draft again.'
        )
    if reading.hosts:
        notes.append(f"Connections are prepared to {', '.join(reading.hosts)}: look what for.")
    if reading.policies:
        notes.append(
            f"A meta element holds another policy on {snippet.named(tuple(reading.policies))}: "
            "a browser obeys both."
        )
    given = {words.split()[0] for words in named}
    if missing := [name for name in wanting if name not in given and not name.startswith("admin:")]:
        notes.append(
            f"URLs with arguments were read only where links lead: {snippet.named(missing)}. "
            "Name one of each with --url."
        )
    return notes
