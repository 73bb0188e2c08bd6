"""What is to be done to which file, known before anything is done to any."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from security.policy.errors import PolicyError

from .inline_advice import MOVABLE, THIRD_PARTY, UNMOVABLE, Kind, Remedy
from .inline_extract import Move, Sheet, extended, file_name, loading, move
from .inline_fix import Edit, Style, apply, decode, nonces
from .inline_marks import Dialect
from .inline_project import Project, Template, read_bytes
from .inline_scan import Occurrence

MOVED = (Kind.HANDLER, Kind.STYLE_ATTRIBUTE)


@dataclass(frozen=True, slots=True)
class Options:
    """What may be changed, and how a nonce is written."""

    fix: bool = False
    extract: bool = False
    style: Style = Style.VARIABLE


@dataclass(frozen=True, slots=True)
class Change:
    """One file before and after; ``before`` is ``None`` for a new one."""

    path: Path
    before: bytes | None
    after: bytes
    charset: str


@dataclass(frozen=True, slots=True)
class Place:
    """One piece of inline code, in its template."""

    template: Template
    found: Occurrence


class Plan:
    """
    What the templates in ``chosen`` hold, and what ``options`` do about it.

    ``done`` is what the changes mend, ``left`` what they do not, and ``quiet`` what needs no
    remedy. ``errors`` holds the files that cannot be read.
    """

    def __init__(self, project: Project, chosen: Collection[Template], options: Options) -> None:
        self.project, self.options = project, options
        self.chosen = {template.path for template in chosen}
        self.done: list[Place] = []
        self.left: list[Place] = []
        self.quiet: list[Place] = []
        self.errors: list[tuple[Path, OSError | PolicyError]] = []
        self._edits: defaultdict[Path, list[Edit]] = defaultdict(list)
        self._lines: defaultdict[tuple[Path, Sheet], list[str]] = defaultdict(list)
        self._templates = {template.path: template for template in project.templates}
        for template in chosen:
            self._add(template)

    def changes(self) -> list[Change]:
        """
        Return the files to write, static files first: a page never asks for what is missing.

        Raises ``OSError`` and ``PolicyError`` for a static file that cannot be read.
        """
        sheets = [self._sheet(path, sheet) for path, sheet in sorted(self._lines, key=str)]
        pages = []
        for path, edits in self._edits.items():
            template = self._templates[path]
            text, _ = self.project.read(template)
            charset = template.charset
            after = apply(text, edits).encode(charset)
            pages.append(Change(path, text.encode(charset), after, charset))
        return [change for change in (*sheets, *pages) if change.before != change.after]

    def _sheet(self, path: Path, sheet: Sheet) -> Change:
        try:
            before = read_bytes(path) if path.exists() else None
            text = decode(before or b"", "utf-8")
        except PolicyError as error:
            raise PolicyError(f"{path} {error}", hint=error.hint) from error
        after = extended(text, sheet, self._lines[path, sheet])
        return Change(path.resolve(), before, after.encode(), "utf-8")

    def _add(self, template: Template) -> None:
        try:
            _, scan = self.project.read(template)
        except (OSError, PolicyError) as error:
            self.errors.append((template.path, error))
            return
        for found in scan.occurrences:
            if found.remedy is Remedy.NOTHING:
                self.quiet.append(Place(template, found))
            elif template.third_party:
                other = replace(found, remedy=Remedy.HAND, advice=THIRD_PARTY)
                self.left.append(Place(template, other))
            elif found.remedy is Remedy.NONCE:
                self._nonce(template, found)
            else:
                self._attribute(template, found)

    def _nonce(self, template: Template, found: Occurrence) -> None:
        if self.options.fix:
            style = self.options.style
            self._edits[template.path] += nonces([found], dialect=template.dialect, style=style)
        (self.done if self.options.fix else self.left).append(Place(template, found))

    def _attribute(self, template: Template, found: Occurrence) -> None:
        if found.kind not in MOVED:
            self.left.append(Place(template, found))
            return
        moved = move(found)
        page = self._page(template) if isinstance(moved, Move) else ""
        if not isinstance(moved, Move) or not isinstance(page, Template):
            reason = moved if isinstance(moved, str) else page
            advice = f"{found.advice.rstrip('.')}{UNMOVABLE}{reason}."
            self.left.append(Place(template, replace(found, advice=advice)))
            return
        advice = f"{found.advice.rstrip('.')}{MOVABLE}"
        place = Place(template, replace(found, remedy=Remedy.MOVE, advice=advice))
        if self.options.extract:
            self._move(template, moved, page)
        (self.done if self.options.extract else self.left).append(place)

    def _move(self, template: Template, moved: Move, page: Template) -> None:
        self._edits[template.path].append(moved.edit)
        name = file_name(template.app, moved.sheet)
        static = cast("Path", template.static)  # there is one where there is a page
        self._lines[static / name, moved.sheet].append(moved.line)
        text, scan = self.project.read(page)
        line_end = "\r\n" if "\r\n" in text else "\n"
        load = Edit(scan.head or 0, scan.head or 0, loading(template.app, moved.sheet) + line_end)
        if name not in text and load not in self._edits[page.path]:
            self._edits[page.path].append(load)

    def _page(self, template: Template) -> Template | str:
        """Return the template that can load a static file for another, or why none can."""
        if template.dialect is not Dialect.DJANGO:
            return "only Django's own templates are moved from"
        if template.static is None:
            return "its template is in the folder of no app"
        if "mail" in template.name.lower():
            return "its template seems to be a mail"
        page = self.project.page(template)
        if isinstance(page, str):
            return page
        if page.third_party:
            return f"{page.name}, its page, is part of an installed package"
        if page.path not in self.chosen:
            return f"{page.name}, its page, is left out"
        _, scan = self.project.read(page)
        if scan.head is None:
            return f"{page.name} has no plain </head>"
        return page if scan.loads_files else f"{page.name} loads no file, as a mail would not"
