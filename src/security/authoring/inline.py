"""``manage.py csp inline``: list the inline code of the project's templates, and mend it."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import django
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError, OutputWrapper

from security.policy.errors import PolicyError, did_you_mean, must_be

from . import inline_report as report
from .inline_files import write
from .inline_fix import Style
from .inline_plan import Change, Options, Plan
from .inline_project import Project, Template, without_nonce

HELP = "List the inline code in templates that a strict policy blocks; --fix adds nonces."
EPILOG = (
    "Exit codes: 0, nothing is left; 1, something is; 2, it could not be done. "
    "Markup that Python code writes is not looked at."
)
NOTHING_LEFT, LEFT, FAILED = 0, 1, 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the sub-command."""
    parser.epilog = EPILOG
    add = parser.add_argument
    add("--app", action="append", default=[], metavar="LABEL", help="only templates of this app")
    add("--path", action="append", default=[], help="only templates in this folder or file")
    add("--exclude", action="append", default=[], metavar="PATTERN", help=EXCLUDE)
    add("--all", action="store_true", help="list installed packages' templates as well")
    add("--links", action="store_true", help="stylesheet links need the nonce as well")
    add("--fix", action="store_true", help="add the nonce to script and style elements")
    add("--extract", action="store_true", help="move safe attributes to a static file")
    add("--style", choices=("variable", "tag"), default="variable", help=STYLE)
    add("--dry-run", action="store_true", help="with --fix or --extract: print a diff only")
    add("--fail", action="store_true", help="for CI: write nothing, count installed packages too")
    add("--format", choices=("text", "json"), default="text", help="json: one object per line")


NO_PROCESSOR = (
    "The templates of {} get no csp_nonce: "
    "add 'security.context_processors.csp' to its context processors."
)
EXCLUDE = "leave out templates whose path or name fits, such as 'mails/*'"
STYLE = "write {{ csp_nonce }}, or {%% csp_nonce_attr %%} of Django 6.1"


def run(options: Mapping[str, Any], stdout: OutputWrapper, stderr: OutputWrapper) -> int:
    """
    Do it, and return the exit code: 0, nothing is left; 1, something is; 2, files failed.

    Raises ``CommandError`` with exit code 2 where nothing at all was done.
    """
    wanted = _wanted(options)
    try:
        project = Project(links=options["links"])
        chosen = choose(project, options)
        plan = Plan(project, chosen, wanted)
        changes = plan.changes()
    except (ImportError, ImproperlyConfigured, OSError, PolicyError) as error:
        raise CommandError(str(error), returncode=FAILED) from error
    for path, problem in plan.errors:
        stderr.write(f"{report.shown(path)} {problem}")
    if wanted.fix and (engines := without_nonce()):
        stderr.write(NO_PROCESSOR.format(" and ".join(engines)))
    if options["dry_run"]:
        for line in report.diff(changes):
            stdout.write(line, ending="")
        stderr.write("\n".join(report.summary(len(chosen), [*plan.done, *plan.left])))
        left = [*plan.done, *plan.left]
    else:
        _write(changes, stdout)
        _print(plan, options, len(chosen), stdout)
        if options["format"] == "text" and (count := _left_out(project, chosen)):
            stdout.write(report.left_out(count))
        left = plan.left
    if plan.errors:
        return FAILED
    own = [place for place in left if options["fail"] or not place.template.third_party]
    return LEFT if own else NOTHING_LEFT


def _wanted(options: Mapping[str, Any]) -> Options:
    """Return what to change. Raises ``CommandError`` for options that contradict each other."""
    changes = options["fix"] or options["extract"]
    if options["dry_run"] and not changes:
        raise CommandError("--dry-run must stand with --fix or --extract.", returncode=FAILED)
    if options["fail"] and changes and not options["dry_run"]:
        raise CommandError("--fail writes nothing: add --dry-run.", returncode=FAILED)
    if options["style"] == "tag" and django.VERSION < (6, 1):
        message = f"--style tag must be used with Django 6.1 or later (got {django.__version__})."
        raise CommandError(message, returncode=FAILED)
    return Options(options["fix"], options["extract"], Style[options["style"].upper()])


def choose(project: Project, options: Mapping[str, Any]) -> list[Template]:
    """
    Return the templates that the options ask for, by path.

    Raises ``CommandError`` for an app or a path that is not there.
    """
    labels = {app.label for app in apps.get_app_configs()}
    for label in options["app"]:
        if label not in labels:
            error = must_be("the label of an installed app", label)
            hint = did_you_mean(label, labels) or ""
            raise CommandError(f"{error.describe('--app')} {hint}".rstrip(), returncode=FAILED)
    folders = [Path(path).resolve() for path in options["path"]]
    for folder in folders:
        if not folder.exists():
            error = must_be("a file or a folder that exists", str(folder))
            raise CommandError(error.describe("--path"), returncode=FAILED)
    return sorted(
        (
            template
            for template in project.templates
            if (options["all"] or not template.third_party)
            and (not options["app"] or template.app in options["app"])
            and (not folders or any(map(template.path.is_relative_to, folders)))
            and not any(_fits(template, pattern) for pattern in options["exclude"])
        ),
        key=lambda template: template.path,
    )


def _fits(template: Template, pattern: str) -> bool:
    return fnmatch(template.name, pattern) or fnmatch(report.shown(template.path), pattern)


def _left_out(project: Project, chosen: list[Template]) -> int:
    foreign = [template for template in project.templates if template.third_party]
    return 0 if any(template.third_party for template in chosen) else len(foreign)


def _write(changes: Iterable[Change], stdout: OutputWrapper) -> None:
    """Write every change, up to the first that fails: what stands last relies on the others."""
    for change in changes:
        try:
            write(change)
        except OSError as error:
            message = (
                f"{report.shown(change.path)} was not written, nor what comes after it: {error}"
            )
            raise CommandError(message, returncode=FAILED) from error
        stdout.write(f"{report.shown(change.path)}: changed")


def _print(plan: Plan, options: Mapping[str, Any], templates: int, stdout: OutputWrapper) -> None:
    places = [*plan.left, *(plan.quiet if options["verbosity"] > 1 else ())]
    places.sort(key=lambda place: (place.template.path, place.found.start))
    if options["format"] == "json":
        for line in report.objects(places):
            stdout.write(line)
        return
    for line in (*report.lines(places), *report.summary(templates, plan.left)):
        stdout.write(line)
