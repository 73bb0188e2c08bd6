"""
``bulwark migrate-settings MODULE``: print the settings of other packages as Django's and ours.

The diff goes to standard output, so that it can be kept and applied with ``patch``; what it
cannot say goes to standard error. Nothing is written without ``--write``.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import os
import runpy
import sys
import tempfile
import tokenize
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple, TextIO

from security.policy.errors import PolicyError, shown

from .migrate import Migration, migrate
from .migrate_source import MAX_SOURCE

NAME: Final = "migrate-settings"
HELP: Final = "print a project's settings of other packages as Django's and ours"
DONE, WORK_LEFT, FAILED = 0, 1, 2  # exit codes


class SettingsFile(NamedTuple):
    """A settings module: where it is, what it defines, and its text as it stands on disk."""

    path: Path
    settings: Mapping[str, Any]
    text: str
    encoding: str


class UnreadableError(Exception):
    """A settings module that cannot be read; the message says why."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument(
        "module",
        metavar="MODULE",
        help="a settings module below the current directory, dotted, or a .py file; it is run",
    )
    parser.add_argument(
        "--write", action="store_true", help="change the file, instead of only printing the diff"
    )


def run(options: argparse.Namespace) -> int:
    """
    Print the diff and the notes, and return the exit code.

    0: all was translated. 1: something is left to be done by hand. 2: no settings to read.
    """
    try:
        found = read(options.module)
        migration = migrate(found.settings, found.text)
    except UnreadableError as error:
        sys.stderr.write(f"{NAME}: {error}\n")
        return FAILED
    except PolicyError as error:
        sys.stderr.write(f"{NAME}: {error.describe(options.module)}\n")
        return FAILED
    sys.stdout.write(migration.diff(_label(found.path)))
    report(migration, sys.stderr)
    if options.write and migration.after != migration.before:
        write(found, migration.after)
    return WORK_LEFT if any(note.by_hand for note in migration.notes) else DONE


def report(migration: Migration, out: TextIO) -> None:
    """Write what the diff does not show: first what is left to do, then what differs."""
    if not migration.packages and not migration.notes:
        out.write("Nothing of another package was found.\n")
    for heading, by_hand in (("Left to do by hand:", True), ("To know:", False)):
        texts = [note.text for note in migration.notes if note.by_hand is by_hand]
        if texts:
            out.write("\n".join([heading, *(f"- {text}" for text in dict.fromkeys(texts))]) + "\n")


def read(module: str) -> SettingsFile:
    """
    Run a settings module, which is the project's own code, and return it with its text.

    Django is not set up. Raises ``UnreadableError``.
    """
    is_file = module.endswith(".py")
    path = Path(module) if is_file else _located(module)
    try:
        with path.open("rb") as file:
            encoding, _ = tokenize.detect_encoding(file.readline)
            file.seek(0)
            data = file.read(MAX_SOURCE * 4 + 1)  # bytes; a character has four at most
        text = data.decode(encoding)
    except (OSError, SyntaxError, UnicodeDecodeError) as error:
        raise UnreadableError(f"{path} cannot be read: {error}.") from error
    try:
        values = runpy.run_path(str(path)) if is_file else vars(importlib.import_module(module))
    except Exception as error:  # whatever the project's own code raises
        hint = ""
        if is_file and "relative import" in str(error):
            hint = " Name it as a module: its imports are relative."
        elif isinstance(error, ModuleNotFoundError):
            hint = " It is read by running it, so what it imports must be installed."
        raise UnreadableError(f"{module} raised {type(error).__name__}: {error}.{hint}") from error
    settings = {name: value for name, value in values.items() if name.isupper()}
    return SettingsFile(path, settings, text, encoding)


def write(found: SettingsFile, text: str) -> None:
    """Put the new text in the place of the old, in one step: never half a file."""
    target = found.path.resolve()
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode(found.encoding))
        temporary.chmod(target.stat().st_mode & 0o7777)
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _located(module: str) -> Path:
    """Return the file of a module that is found from the current directory."""
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        spec = importlib.util.find_spec(module)
    except (ImportError, ValueError, AttributeError) as error:
        raise UnreadableError(f"{shown(module)} cannot be imported: {error}.") from error
    if spec is None or spec.origin is None or not spec.origin.endswith(".py"):
        raise UnreadableError(
            f"{shown(module)} must be a settings module, importable from the current directory."
        )
    return Path(spec.origin)


def _label(path: Path) -> str:
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return str(path)
