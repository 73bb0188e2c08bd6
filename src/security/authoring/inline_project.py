"""Which templates a Django project has, whose they are, and which page each is part of."""

from __future__ import annotations

import os
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import django
from django.apps import apps
from django.template import engines
from django.template.backends.base import BaseEngine

from security.policy.errors import PolicyError, must_be

from .inline_fix import decode
from .inline_marks import MAX_TEMPLATE, Dialect
from .inline_scan import Scan, scan

MAX_BYTES = 4 * MAX_TEMPLATE  # of a file; UTF-8 writes a character in four bytes at most
MAX_DEPTH = 20  # templates that extend one another; honest chains have three or four

# What ends the names of templates that hold HTML, before and without an ending of an engine.
PAGES: Final = frozenset({".djhtml", ".htm", ".html", ".svg", ".xhtml"})
ENGINES: Final = frozenset({".j2", ".jinja", ".jinja2"})

# The endings before one of an engine that tell of something else than a page.
_OTHER: Final = frozenset({".css", ".csv", ".js", ".json", ".md", ".txt", ".xml", ".yaml", ".yml"})
_INSTALLED: Final = frozenset({"dist-packages", "node_modules", "site-packages"})

PROCESSORS: Final = frozenset(
    {"security.context_processors.csp", "django.template.context_processors.csp"}
)


@dataclass(frozen=True, slots=True)
class Template:
    """
    One template file.

    ``name`` is the one by which other templates know it. ``app`` is the label of the app in
    whose folder it lies, or ``""``, and ``static`` the folder of that app's static files.
    ``third_party`` tells that it is part of an installed package, and never changed.
    """

    path: Path
    name: str
    dialect: Dialect
    charset: str
    app: str
    static: Path | None
    third_party: bool


class Project:
    """The templates of the installed project, in the order in which its loaders find them."""

    def __init__(self, *, links: bool = False) -> None:
        self.links = links
        self._scans: dict[Path, tuple[str, Scan]] = {}

    @cached_property
    def templates(self) -> list[Template]:
        """Every template file, once. Raises what the engines of the project raise."""
        owners = _Owners()
        found: dict[Path, Template] = {}
        for engine in engines.all():
            dialect = dialect_of(engine)
            for folder in folders_of(engine):
                for path in files(folder):
                    real = path.resolve()
                    name = path.relative_to(folder).as_posix()
                    template = owners.template(real, name, dialect, charset_of(engine))
                    found.setdefault(real, template)
        return list(found.values())

    @cached_property
    def by_name(self) -> dict[str, list[Template]]:
        """The templates by name, the one that Django takes first."""
        named: dict[str, list[Template]] = {}
        for template in self.templates:
            named.setdefault(template.name, []).append(template)
        return named

    def read(self, template: Template) -> tuple[str, Scan]:
        """
        Return the text of a template and what it holds; read once.

        Raises ``OSError``, and ``PolicyError`` for what is too long or not in its charset.
        """
        if template.path not in self._scans:
            text = decode(read_bytes(template.path), template.charset)
            found = scan(text, dialect=template.dialect, links=self.links)
            self._scans[template.path] = text, found
        return self._scans[template.path]

    def page(self, template: Template) -> Template | str:
        """Return the template whose head a template ends up in, or why that is not known."""
        seen: set[Path] = set()
        for _ in range(MAX_DEPTH):
            seen.add(template.path)
            try:
                extends = self.read(template)[1].extends
            except (OSError, PolicyError):
                return f"{template.name} cannot be read"
            if extends is None:
                return template
            others = [
                each
                for each in self.by_name.get(extends, [])
                if each.path not in seen and each.dialect is template.dialect
            ]
            if not others:
                return f"{template.name} extends a template that is not found"
            template = others[0]
        return f"more than {MAX_DEPTH} templates extend one another"


def dialect_of(engine: BaseEngine) -> Dialect:
    """Tell whose marks the templates of an engine hold; an unknown one is read as Django's."""
    kind = f"{type(engine).__module__}.{type(engine).__qualname__}".lower()
    return Dialect.JINJA if "jinja" in kind else Dialect.DJANGO


def folders_of(engine: BaseEngine) -> Iterator[Path]:
    """Yield the folders that an engine loads templates from, in its order."""
    loaders: list[Any] = list(getattr(_inner(engine), "template_loaders", ()))
    if not loaders:
        yield from map(Path, engine.template_dirs)
    while loaders:
        loader = loaders.pop(0)
        loaders[:0] = getattr(loader, "loaders", ())  # those that the cached loader wraps
        if hasattr(loader, "get_dirs"):
            yield from map(Path, loader.get_dirs())


def charset_of(engine: BaseEngine) -> str:
    """Return the charset in which an engine reads its files."""
    return str(getattr(_inner(engine), "file_charset", "utf-8"))


def without_nonce() -> list[str]:
    """Return the names of the engines that give their templates no ``csp_nonce``."""
    return [engine.name for engine in engines.all() if not _processors(engine) & PROCESSORS]


def _processors(engine: BaseEngine) -> set[str]:
    for place in (_inner(engine), engine):
        if hasattr(place, "context_processors"):
            return set(place.context_processors)
    return set()


def _inner(engine: BaseEngine) -> Any:
    return getattr(engine, "engine", None)


def files(folder: Path) -> Iterator[Path]:
    """Yield the files in a folder that hold templates of pages, links followed, in order."""
    seen: set[str] = set()
    for directory, names, leaves in os.walk(folder, followlinks=True):
        real = os.path.realpath(directory)
        names[:] = [] if real in seen else sorted(names)
        if real not in seen:
            yield from (Path(directory, leaf) for leaf in sorted(leaves) if is_page(Path(leaf)))
        seen.add(real)


def is_page(path: Path) -> bool:
    """Tell by its name whether a template holds HTML."""
    *before, last = ("", *(suffix.lower() for suffix in path.suffixes))
    return last in PAGES or (last in ENGINES and before[-1] not in _OTHER)


class _Owners:
    """Whose a file is."""

    def __init__(self) -> None:
        self.apps = {Path(app.path).resolve(): app.label for app in apps.get_app_configs()}
        installed = [Path(sysconfig.get_path(name)) for name in ("purelib", "platlib")]
        self.installed = {folder.resolve() for folder in (*installed, Path(django.__file__).parent)}

    def template(self, path: Path, name: str, dialect: Dialect, charset: str) -> Template:
        folder = next((parent for parent in path.parents if parent in self.apps), None)
        app = self.apps[folder] if folder else ""
        static = folder / "static" if folder else None
        return Template(path, name, dialect, charset, app, static, self.is_third_party(path))

    def is_third_party(self, path: Path) -> bool:
        inside = not _INSTALLED.isdisjoint(path.parts)
        return inside or not self.installed.isdisjoint(path.parents)


def read_bytes(path: Path) -> bytes:
    """Return a file. Raises ``PolicyError`` for more than ``MAX_BYTES``, and ``OSError``."""
    with path.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise must_be(f"at most {MAX_BYTES} bytes long", "more")
    return data
