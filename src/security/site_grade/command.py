"""What ``manage.py gradesite`` does: its options, its outputs and its exit code."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, TextIO, cast

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError, OutputWrapper
from django.urls import NoReverseMatch

from security.authoring import draft_command
from security.authoring.draft_urls import path_of
from security.grade import outputs
from security.grade.advice.shown import render as render_advice
from security.grade.arguments import add_baseline, least
from security.grade.fetch.tally import MAX_COMPLAINTS, Tally
from security.grade.render import FORMATS, sarif
from security.grade.render.locations import settings_lines
from security.grade.render.text import WIDTH, printable, width_of
from security.policy.errors import PolicyError, must_be

from . import explain_text, text
from .explain import explain
from .pages import MAX_PAGES, PAGES, PER_ROUTE, Graded, Notes, Options, Page, grade_pages
from .suggest import settings_file, suggest

HELP: Final = (
    "Grade every page of the site as public graders would, in this process: for strangers and "
    "for users, pages of errors and the admin included."
)
EPILOG: Final = (
    "Only GET and OPTIONS; what pages write to a database is taken back. Exit codes: 0 as good "
    "as asked for, 1 a page is below --fail-under, 2 a page could not be graded."
)
GOOD, FAILED = 0, 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.epilog = EPILOG
    add = parser.add_argument
    add("paths", nargs="*", metavar="PATH", help=PATHS)
    add("--user", action="append", default=[], metavar="NAME", help="look as NAME, too; repeatable")
    add("--exclude", action="append", default=[], metavar="PATTERN", help=EXCLUDED)
    add("--host", default="", help="the host of the site, where ALLOWED_HOSTS does not say")
    add("--max-pages", type=int, default=PAGES, metavar="N", help=f"{MOST} (default: {PAGES})")
    add("--per-route", type=int, default=PER_ROUTE, metavar="N", help=ROUTED)
    add("--format", choices=tuple(FORMATS), default="text", help="default: text")
    add("--fail-under", type=least, metavar="GRADE|SCORE", help=UNDER)
    add("--suggest", action="store_true", help=SUGGESTED)
    add_baseline(parser)
    add("--explain", metavar="URL", help="say which setting or code made each header of a page")


PATHS = "grade only this page: a path, or the name of a URL with arguments: 'blog:post slug=tea'"
EXCLUDED = "leave out paths that fit, such as '/reports/*'; repeatable"
MOST = "pages to grade, for each visitor"
ROUTED = f"pages of one pattern of urls.py to find by links (default: {PER_ROUTE})"
SUGGESTED = "print a patch of the settings file, and on standard error why and what it gains"
UNDER = "exit with 1 if the Observatory gives a page less: A+ to F, or points"


def run(given: Mapping[str, Any], stdout: OutputWrapper, stderr: OutputWrapper) -> int:
    """Grade or explain, and return the exit code. Raises ``CommandError`` with its code."""
    try:
        options = _options(given)
        if settings.DEBUG:
            stderr.write(
                "DEBUG is on: pages of errors are Django's own, and headers may differ from "
                "those of production."
            )
        if given["explain"]:
            return _explained(given, options, stdout)
        return _graded(given, options, stdout, stderr)
    except (ImportError, ImproperlyConfigured, NoReverseMatch) as error:
        raise CommandError(str(error), returncode=FAILED) from error


def _options(given: Mapping[str, Any]) -> Options:
    for name in ("max_pages", "per_route"):
        if not 1 <= given[name] <= MAX_PAGES:
            error = must_be(f"a number of pages, 1 to {MAX_PAGES}", given[name])
            raise CommandError(error.describe(f"--{name.replace('_', '-')}"), returncode=FAILED)
    return Options(
        host=draft_command.host_of(given["host"]),
        paths=tuple(map(path_of, given["paths"])),
        users=tuple(draft_command.user_named(name) for name in dict.fromkeys(given["user"])),
        max_pages=given["max_pages"],
        per_route=given["per_route"],
        exclude=tuple(given["exclude"]),
    )


def _explained(given: Mapping[str, Any], options: Options, stdout: OutputWrapper) -> int:
    if given["format"] not in explain_text.FORMATS:
        error = must_be(f"one of {', '.join(explain_text.FORMATS)} here", given["format"])
        raise CommandError(error.describe("--format"), returncode=FAILED)
    if given["paths"] or len(options.users) > 1:
        message = "--explain must stand with one URL and one user at most."
        raise CommandError(message, returncode=FAILED)
    found = explain(given["explain"], options.host, next(iter(options.users), None))
    stdout.write(explain_text.FORMATS[given["format"]](found, width_of(stdout)))
    return FAILED if found.status == 0 else GOOD


def _graded(
    given: Mapping[str, Any], options: Options, stdout: OutputWrapper, stderr: OutputWrapper
) -> int:
    notes, tally = Notes(), _Pages(given["fail_under"])
    found = tally.noted(grade_pages(options, notes))
    ending, stdout.ending = stdout.ending, ""  # what is written has its own line ends
    try:
        code = _written(given, options, found, tally, stdout, stderr)
    finally:
        stdout.ending = ending
    for line in (*tally.complaints(), *_remarks(notes)):
        stderr.write(printable(line))
    if not tally.seen:
        raise CommandError("No page was graded: name one, or mend urls.py.", returncode=FAILED)
    return max(code, tally.code)


def _written(
    given: Mapping[str, Any],
    options: Options,
    found: Iterable[Graded],
    tally: _Pages,
    stdout: OutputWrapper,
    stderr: OutputWrapper,
) -> int:
    """Write what is asked for, and return the exit code of that."""
    out = cast("TextIO", stdout)
    if given["suggest"]:
        return _suggested(list(found), options, stdout, stderr)
    if given["baseline"]:
        compare = outputs.against(given["baseline"], anew=given["update_baseline"])
        try:
            return compare((outputs.Graded(exchange, card) for _, exchange, card in found), out)
        except outputs.BaselineError as error:
            raise CommandError(printable(str(error)), returncode=FAILED) from error
    if given["format"] == "sarif":
        sarif.write((card for *_, card in found), out, settings_file=_settings_file())
    elif given["format"] != "text":
        FORMATS[given["format"]]((card for *_, card in found), out)
    else:
        seen = [(page, card) for page, _, card in found]
        width, colour = width_of(out), _is_coloured(given, stdout)
        if given["verbosity"] > 1:
            out.writelines(text.cards(seen, width=width, colour=colour))
        lines = text.summary(seen, width=width, colour=colour)
        stdout.write("\n".join([*lines, "", tally.summary(), ""]))
    return GOOD


def _settings_file() -> Path | None:
    """Return the file that results point at, if it is one whose lines can be found."""
    try:
        file = settings_file()
        settings_lines(file)
    except (OSError, PolicyError):
        return None
    return file


def _suggested(
    found: list[Graded], options: Options, stdout: OutputWrapper, stderr: OutputWrapper
) -> int:
    try:
        advice, patch, marks = suggest(found, options)
    except OSError as error:
        raise CommandError(f"{error.filename}: {error.strerror}.", returncode=FAILED) from error
    except PolicyError as error:
        raise CommandError(error.describe("The settings"), returncode=FAILED) from error
    stdout.write(patch)
    count = f"{len(found):,} {'page' if len(found) == 1 else 'pages'}"
    if patch:
        stderr.write(f"Lowest grade of {count}: {marks}, asked again with these settings.\n")
    else:
        stderr.write(f"Lowest grade of {count}: {marks}. No setting is to be changed.\n")
    for line in render_advice(advice, width=WIDTH):
        stderr.write(printable(line))
    return GOOD


def _is_coloured(given: Mapping[str, Any], stdout: OutputWrapper) -> bool:
    if given.get("no_color") or os.environ.get("NO_COLOR"):
        return False
    return bool(given.get("force_color")) or stdout.isatty()


def _remarks(notes: Notes) -> Iterator[str]:
    if notes.left_out:
        yield (
            f"Not asked for, as a GET may end a session there: {text.named(notes.left_out)}. "
            "Name a page to have it graded."
        )
    if notes.wanting:
        yield (
            f"No link leads to {text.named(notes.wanting)}: name a page with its arguments, as "
            "in 'blog:post slug=tea'."
        )
    if notes.cut:
        yield f"Not all pages were graded: {notes.cut:,} and more are beyond the limits."


class _Pages(Tally):
    """A tally that also knows which pages failed."""

    def __init__(self, least: int | None) -> None:
        super().__init__(least, "pages")
        self.failed: list[Page] = []

    def noted(self, found: Iterable[Graded]) -> Iterator[Graded]:
        for each in found:
            page, _, card = each
            self.count(card.observatory.score)
            if page.error or page.note:
                self.failed.append(page)
            yield each

    def complaints(self) -> Iterator[str]:
        for page in self.failed[:MAX_COMPLAINTS]:
            reason = page.note
            if page.error:
                reason = f"{page.status or 'no answer'}, {page.error}"
            yield f"{page.label}: {reason}."
        if len(self.failed) > MAX_COMPLAINTS:
            yield f"{len(self.failed) - MAX_COMPLAINTS:,} more pages like that."
