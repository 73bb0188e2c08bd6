"""``MIDDLEWARE``, ``INSTALLED_APPS`` and the context processors, where a file writes them out."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable

from .migrate_change import OUR_APP, OURS, Change, Note, installed, words
from .migrate_edit import Editor
from .migrate_merge import DJANGO_FRAMES, DJANGO_SECURITY, Merged


def edit_lists(editor: Editor, changes: list[Change], merged: Merged) -> None:
    """Put ours in the place of the others, in the lists of the file; note what is elsewhere."""
    _middleware(editor, _all(change.middleware for change in changes), merged)
    _apps(editor, _all(change.apps for change in changes), merged)
    renamed = {old: new for change in changes for old, new in change.processors.items()}
    items = [item for item in editor.source.listed() if item.text in renamed]
    editor.relist(items, lambda old: renamed[old])
    for missing in renamed.keys() - {item.text for item in items}:
        merged.leave(f"{missing!r}: write {renamed[missing]!r} where TEMPLATES has it.")
    for refused in editor.refused:
        merged.leave(f"{refused!r} shares its line with other items of a list: take it out.")
    for path in installed(merged.settings, DJANGO_SECURITY, DJANGO_FRAMES):
        merged.notes.append(Note(f"{path} may go: {OURS} sends its headers from its settings."))


def _middleware(editor: Editor, old: list[str], merged: Merged) -> None:
    has_ours = bool(installed(merged.settings, OURS))
    if not old:
        if not has_ours:
            merged.leave(f"Put {OURS!r} into MIDDLEWARE, which has nothing of these packages.")
        return
    items = [item for item in editor.source.listed() if item.text in old]
    editor.relist(items, _first_becomes(OURS, unless=has_ours))
    if not items and not has_ours:
        merged.leave(f"Put {OURS!r} in the place of {', '.join(old)}, where MIDDLEWARE is made.")
    elif missing := [path for path in old if path not in {item.text for item in items}]:
        merged.leave(f"Take {', '.join(missing)} out, where MIDDLEWARE is made.")


def _apps(editor: Editor, old: list[str], merged: Merged) -> None:
    present = words(merged.settings, "INSTALLED_APPS")
    statements = editor.source.statements("INSTALLED_APPS")
    items = [item for item in editor.source.listed(statements) if item.text in old]
    editor.relist(items, _first_becomes(OUR_APP, unless=OUR_APP in present))
    missing = [app for app in old if app in present and app not in {i.text for i in items}]
    if missing:
        merged.leave(f"Take {', '.join(missing)} out, where INSTALLED_APPS is made.")
    if items or OUR_APP in present:
        return
    lists = [
        node
        for statement in statements
        for node in ast.walk(statement)
        if isinstance(node, ast.List | ast.Tuple) and node.elts
    ]
    if lists:
        editor.append(lists[-1], OUR_APP)
    else:
        merged.leave(f"Add {OUR_APP!r} where INSTALLED_APPS is made.")


def _first_becomes(new: str, *, unless: bool) -> Callable[[str], str | None]:
    """Return what replaces the first of several strings by ours, and takes the others out."""
    pending = [] if unless else [new]

    def replace(old: str) -> str | None:
        return pending.pop() if pending else None

    return replace


def _all(found: Iterable[Iterable[str]]) -> list[str]:
    return list(dict.fromkeys(name for names in found for name in names))
