"""
The file that holds what a site sent when all was well.

One JSON document of version 1, sorted, with one line a target, so that a version control system
shows what changed. It is written in one step: there is never half a file.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from security.policy.errors import PolicyError, must_be

from .changes import Changes, by_target, compare, render
from .exchange import MAX_TARGET
from .finding import MAX_SUBJECT, Severity
from .observatory_scores import ALGORITHM, GRADES
from .snapshot import Found, Snapshot, snapshot

__all__ = ["Changes", "Snapshot", "compare", "read", "render", "snapshot", "write"]

KIND: Final = "django-bulwark baseline"
VERSION: Final = 1
MAX_FILE: Final = 67_108_864  # bytes; twenty thousand targets with long policies
MAX_SITES: Final = 100_000
MAX_ITEMS: Final = 1000  # headers, tests or findings of one target
MAX_TEXT: Final = 10_000  # characters of one text in the file; we write a fifth of that
MAX_SCORE: Final = 1000  # points; the Observatory gives 165 at most

_ANEW: Final = "Record a new one with --update-baseline."


def write(path: str | os.PathLike[str], snapshots: Iterable[Snapshot]) -> None:
    """
    Write snapshots, sorted by target, in one step. Raises ``OSError``, or ``PolicyError`` where
    two have the same target and beyond each limit.
    """
    ordered = sorted(snapshots, key=lambda one: one.target)
    if len(ordered) > MAX_SITES:
        raise must_be(f"of at most {MAX_SITES:,} sites", f"{len(ordered):,} sites")
    by_target(ordered)
    head = f'{{"format": "{KIND}", "version": {VERSION}, "algorithm": {ALGORITHM}, "sites": ['
    rows = ",\n".join(json.dumps(_as_json(one)) for one in ordered)
    data = f"{head}\n{rows}\n]}}\n".encode("ascii")
    if len(data) > MAX_FILE:
        raise must_be(f"at most {MAX_FILE:,} bytes long", f"{len(data):,} bytes")
    _replace(Path(path).resolve(), data)


def read(path: str | os.PathLike[str]) -> tuple[Snapshot, ...]:
    """
    Read what ``write`` wrote. Raises ``OSError``, and ``PolicyError`` for anything else, for
    another version or algorithm, and beyond each limit.
    """
    with open(path, "rb") as stream:  # noqa: PTH123
        data = stream.read(MAX_FILE + 1)
    if len(data) > MAX_FILE:
        raise must_be(f"at most {MAX_FILE:,} bytes long", "more", hint=_ANEW)
    try:
        item = _object(json.loads(data.decode()))
    except (ValueError, RecursionError) as error:
        if isinstance(error, PolicyError):
            raise
        raise must_be("a baseline in JSON", data[:80], hint=_ANEW) from error
    _expect(item, "format", KIND)
    _expect(item, "version", VERSION)
    _expect(item, "algorithm", ALGORITHM)
    sites = _list(item.get("sites"), MAX_SITES, "sites")
    found = []
    for place, site in enumerate(sites):
        try:
            found.append(_from_json(site))
        except PolicyError as error:
            raise error.within("sites", place) from error
    by_target(found)
    return tuple(found)


def _as_json(one: Snapshot) -> dict[str, Any]:
    return {
        "target": one.target,
        "score": one.score,
        "grade": one.grade,
        "headers": dict(sorted(one.headers.items())),
        "tests": dict(sorted(one.tests.items())),
        "findings": [[found.id, found.severity.name, found.subject] for found in one.findings],
    }


def _from_json(data: object) -> Snapshot:
    item = _object(data)
    score, grade = item.get("score"), item.get("grade")
    if score is not None and (type(score) is not int or not 0 <= score <= MAX_SCORE):
        raise must_be(f"points from 0 to {MAX_SCORE:,}, or null", score).within("score")
    if (grade is None) != (score is None) or grade not in (None, *GRADES):
        raise must_be("a grade from A+ to F, or null without a score", grade).within("grade")
    return Snapshot(
        target=_text(item.get("target"), MAX_TARGET, "target"),
        score=score,
        grade=grade,
        headers=_texts(item.get("headers"), "headers"),
        tests=_texts(item.get("tests"), "tests"),
        findings=tuple(map(_found, _list(item.get("findings"), MAX_ITEMS, "findings"))),
    )


def _found(data: object) -> Found:
    if not isinstance(data, list) or len(data) != 3:
        raise must_be("a list of an id, a severity and a subject", data).within("findings")
    name, severity, subject = data
    if not isinstance(severity, str) or severity not in Severity.__members__:
        known = ", ".join(Severity.__members__)
        raise must_be(f"one of {known}", severity).within("findings")
    about = None if subject is None else _text(subject, MAX_SUBJECT, "findings")
    return Found(_text(name, MAX_SUBJECT, "findings"), Severity[severity], about)


def _expect(item: dict[str, Any], key: str, value: object) -> None:
    if item.get(key) != value or type(item.get(key)) is not type(value):
        raise must_be(f"{value!r}", item.get(key), hint=_ANEW).within(key)


def _object(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise must_be("an object", value, hint=_ANEW)
    return value


def _list(value: object, limit: int, name: str) -> list[object]:
    if not isinstance(value, list):
        raise must_be("a list", value).within(name)
    if len(value) > limit:
        raise must_be(f"a list of at most {limit:,}", f"{len(value):,} of them").within(name)
    return value


def _texts(value: object, name: str) -> dict[str, str]:
    if not isinstance(value, dict) or len(value) > MAX_ITEMS:
        raise must_be(f"an object of at most {MAX_ITEMS:,} texts", value).within(name)
    return {key: _text(text, MAX_TEXT, name) for key, text in value.items()}


def _text(value: object, limit: int, name: str) -> str:
    if not isinstance(value, str) or len(value) > limit:
        raise must_be(f"text of at most {limit:,} characters", value).within(name)
    return value


def _replace(target: Path, data: bytes) -> None:
    """Put data in the place of a file in one step; it keeps its mode, or gets the usual one."""
    mode = target.stat().st_mode & 0o7777 if target.exists() else 0o644
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(mode)
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
