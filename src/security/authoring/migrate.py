"""
The settings of other packages, as Django's and ours.

Pure: settings as a mapping and the text of their file go in; the text after the change and
notes come out. That a translation is one, the headers before and after show.
"""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from . import migrate_csp3, migrate_csp4, migrate_permissions, migrate_referrer, migrate_security
from .migrate_change import Change, Note, Settings, with_nonce
from .migrate_edit import Editor, rendered
from .migrate_lists import edit_lists
from .migrate_merge import Merged
from .migrate_source import Source

Translator = Callable[[Settings], Change | None]
TRANSLATORS: Final[tuple[Translator, ...]] = (
    migrate_csp3.translate,
    migrate_csp4.translate,
    migrate_security.translate,
    migrate_permissions.translate,
    migrate_permissions.translate_features,
    migrate_referrer.translate,
)
_LINE: Final = re.compile(r"[^\n]*\n|[^\n]+")  # as patch counts them
_HAVE_CSP: Final = frozenset({"django.utils.csp", "security.csp", "security.policy.csp"})


@dataclass(frozen=True, slots=True)
class Migration:
    """The text of a settings file before and after; what changed, and what is left to do."""

    before: str
    after: str
    packages: tuple[str, ...]
    removed: tuple[str, ...]
    added: tuple[tuple[str, Any], ...]
    notes: tuple[Note, ...]

    def diff(self, name: str) -> str:
        """Return a unified diff that ``patch`` takes; empty where nothing changes."""
        lines = difflib.unified_diff(
            _LINE.findall(self.before),
            _LINE.findall(self.after),
            fromfile=name,
            tofile=name,
        )
        return "".join(
            line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
            for line in lines
        )


def migrate(settings: Settings, text: str) -> Migration:
    """
    Translate what ``settings`` hold of other packages, in the file of this text.

    ``settings`` are the names and values of the module. Raises ``PolicyError`` for a text
    that is no Python, or too long.
    """
    source = Source(text)
    editor = Editor(source)
    merged = Merged(settings, source)
    found = [change for translate in TRANSLATORS if (change := translate(settings)) is not None]
    changes = [change for change in found if merged.take(change)]
    if changes:
        merged.silence(changes)
        edit_lists(editor, changes, merged)
        _edit_settings(editor, changes, merged)
    after = editor.result()
    ast.parse(after)  # what cannot be read again is no result
    return Migration(
        before=text,
        after=after,
        packages=tuple(change.package for change in changes),
        removed=tuple(merged.removes),
        added=tuple(merged.adds.items()),
        notes=tuple(merged.notes),
    )


def _edit_settings(editor: Editor, changes: list[Change], merged: Merged) -> None:
    """Put the new settings in the place of the first of the old, or at the end."""
    source = editor.source
    going = merged.statements()
    nonce, needed = _nonce_name(source, merged)
    comments = editor.comments(going)
    lines = [*comments, *(rendered(name, value, nonce) for name, value in merged.adds.items())]
    text = "".join(f"{line}\n" for line in lines).replace("\n", source.newline)
    editor.take_out(going, put=text)
    if not going and lines:
        editor.insert(len(source.starts), source.newline + text)
    _edit_imports(editor, going, changes, merged, needed)


def _edit_imports(
    editor: Editor, going: list[ast.stmt], changes: list[Change], merged: Merged, needed: str | None
) -> None:
    """Take out the imports that nobody needs any more, and put in that of ``CSP``."""
    source = editor.source
    modules = {module for change in changes for module in change.modules}
    put = f"{needed}{source.newline}" if needed else ""
    for node in source.imports():
        if not modules & {name.partition(".")[0] for name in _modules(node)}:
            continue
        bound = [alias.asname or alias.name.partition(".")[0] for alias in node.names]
        if used := source.users(bound, going):
            name, line = next(iter(used.items()))
            merged.leave(f"Line {node.lineno} imports {name}, which line {line} reads: rewrite it.")
            continue
        editor.take_out([node], put=put)
        put = ""
    if put:
        editor.insert(*_place(source, put))


def _place(source: Source, text: str) -> tuple[int, str]:
    """Return the line for a new import: below the others, or above the first statement."""
    if imports := source.imports():
        return (imports[-1].end_lineno or 0) + 1, text
    body = source.tree.body
    if body and ast.get_docstring(source.tree) is not None:
        return (body[0].end_lineno or 0) + 1, source.newline + text
    return (body[0].lineno if body else 1), text + source.newline


def _nonce_name(source: Source, merged: Merged) -> tuple[str, str | None]:
    """Return how the file calls the nonce, and the import that this takes, if it takes one."""
    if not with_nonce(merged.adds.values()):
        return "", None
    bound = {node.id for node in ast.walk(source.tree) if isinstance(node, ast.Name)}
    for node in source.imports():
        for alias in node.names:
            if alias.name == "CSP" and set(_modules(node)) & _HAVE_CSP:
                return f"{alias.asname or 'CSP'}.NONCE", None
            bound.add(alias.asname or alias.name)
    if "CSP" in bound:
        return "Csp.NONCE", "from security.csp import CSP as Csp"
    return "CSP.NONCE", "from security.csp import CSP"


def _modules(node: ast.Import | ast.ImportFrom) -> list[str]:
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""] if node.level == 0 else []
    return [alias.name for alias in node.names]
