"""Advice as text: a settings file with the changes, a patch of it, or lines for any file."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from difflib import unified_diff
from typing import Final

from security.policy.errors import must_be

from .change import Advice, Assign, Relist, written
from .relisting import Cut, relisted
from .settings_file import SettingsFile

HEADING: Final = "# Suggested by the grader of django-bulwark"
NO_NEWLINE: Final = "\\ No newline at end of file"
MAX_PATH: Final = 1024  # characters of the name of the file
_PATH = re.compile(r"[^\x00-\x1f\"\\\x7f]+")


def patched(text: str, advice: Advice) -> str:
    """
    Return a settings file with the changes; executed, it gives each setting its new value.

    A value that is written out is replaced where it stands. Where the file computes it, a later
    line has the last word. Comments stay. Raises ``PolicyError`` for what is no Python.
    """
    file = SettingsFile(text)
    cuts: list[Cut] = []
    added: list[str] = []
    for edit in advice.edits:
        if isinstance(edit, Relist):
            found = relisted(file, edit)
            line = relisting(edit, is_certain=file.is_certain(edit.setting))
        else:
            found, line = _reassigned(file, edit), edit.source
        if found is None:
            added.append(line)
        else:
            cuts += found
    result = file.text
    for cut in sorted(cuts, reverse=True):
        result = result[: cut.start] + cut.text + result[cut.end :]
    if added:
        result = _ended(result, file.newline) + _lines([HEADING, *added], file.newline)
    return file.mark + result


def diff(text: str, advice: Advice, path: str = "settings.py") -> str:
    """
    Return the changes of a settings file as ``git apply`` and ``patch -p1`` take them.

    ``path`` is that of the file from where they run, with forward slashes; empty where nothing
    changes. Raises ``PolicyError`` for what is no Python, and for a path that no patch can name.
    """
    if not _PATH.fullmatch(path) or len(path) > MAX_PATH:
        raise must_be(f"a path of at most {MAX_PATH} characters, without quotes", path)
    before, after = _split(text), _split(patched(text, advice))
    return "".join(_whole(unified_diff(before, after, f"a/{path}", f"b/{path}")))


def snippet(advice: Advice) -> str:
    """Return the changes as lines of Python for the end of a settings file that is not at hand."""
    lines = [edit.source if isinstance(edit, Assign) else relisting(edit) for edit in advice.edits]
    return _lines(lines, "\n") if lines else ""


def _reassigned(file: SettingsFile, edit: Assign) -> list[Cut] | None:
    value = file.literal(edit.setting)
    if value is None:
        return None
    start, end = file.span(value)
    if file.has_comment(start, end):
        return None
    if ast.literal_eval(value) == edit.value and type(ast.literal_eval(value)) is type(edit.value):
        return []
    text = written(edit.value, len(edit.setting) + 3)
    return [Cut(start, end, text.replace("\n", file.newline))]


def relisting(edit: Relist, *, is_certain: bool = True) -> str:
    """
    Return a statement that changes a list, whatever the list is made of.

    Where it is not ``is_certain`` that the name has a value, the list may be missing.
    """
    items = edit.setting if is_certain else f'globals().get("{edit.setting}", [])'
    gone = [edit.put, *edit.out]
    rows = "".join(f'        "{name}",\n' for name in gone)
    test = f'!= "{edit.put}"' if len(gone) == 1 else f"not in {{\n{rows}    }}"
    kept = f"*[name for name in {items} if name {test}]"
    both = [f'"{edit.put}"', kept] if edit.is_first else [kept, f'"{edit.put}"']
    return f"{edit.setting} = [\n    {both[0]},\n    {both[1]},\n]"


def _lines(statements: list[str], newline: str) -> str:
    return "".join(f"{one}\n" for one in statements).replace("\n", newline)


def _ended(text: str, newline: str) -> str:
    """Return a text that ends with an empty line."""
    if not text or text.endswith(newline * 2):
        return text
    return text + (newline if text.endswith(("\n", "\r")) else newline * 2)


def _split(text: str) -> list[str]:
    """Return the lines as patch counts them: a line ends with a line feed and nothing else."""
    lines = text.split("\n")
    return [line + "\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])


def _whole(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        yield line if line.endswith("\n") else f"{line}\n{NO_NEWLINE}\n"
