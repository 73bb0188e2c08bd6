"""What profiling needs beside a profiler: signed tokens, SQL to read, files that do not pile up."""

from __future__ import annotations

import os
import re
import secrets
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import sqlparse  # Django depends on it
from django.core.signing import BadSignature, TimestampSigner
from sqlparse.exceptions import SQLParseError

MAX_MINUTES: Final = 24 * 60  # that a token may be valid for
MAX_TOKEN: Final = 200  # characters; ours have about 65
MAX_SQL: Final = 5000  # characters of one query that are laid out
_SALT: Final = "security.profiling"
_FILE = re.compile(r"[0-9]{8}T[0-9]{12}Z-[0-9a-f]{8}\.(?:html|part)")


def token(minutes: int) -> str:
    """Return what may be sent as ``X-Profile`` for so many minutes, at most a day."""
    if not 1 <= minutes <= MAX_MINUTES:
        raise ValueError(f"minutes must be 1 to {MAX_MINUTES} (got {minutes!a:.80}).")
    return TimestampSigner(salt=_SALT).sign(str(minutes))


def is_token(text: str) -> bool:
    """Tell whether ``text`` is a token of ours that has not expired."""
    if len(text) > MAX_TOKEN:
        return False
    signer = TimestampSigner(salt=_SALT)
    try:
        minutes = min(int(signer.unsign(text)), MAX_MINUTES)
        signer.unsign(text, max_age=minutes * 60)
    except (BadSignature, ValueError):
        return False
    return True


def laid_out(sql: str) -> str:
    """Return a query over several lines, as sqlparse lays it out; a long one as it is."""
    if len(sql) > MAX_SQL:
        return f"{sql[:MAX_SQL]} ... ({len(sql)} characters)"
    try:
        text: str = sqlparse.format(sql, reindent=True, keyword_case="upper")
    except SQLParseError:  # nested too deep
        return sql
    return text


def server_timing(total: float, database: float, queries: int) -> str:
    """Return the value of ``Server-Timing``; times are given in seconds. W3C Server Timing."""
    counted = "1 query" if queries == 1 else f"{queries} queries"
    return f'total;dur={total * 1000:.1f}, db;dur={database * 1000:.1f};desc="{counted}"'


class Ring:
    """A folder with the latest ``keep`` files, for the eyes of its owner only."""

    def __init__(self, folder: str, *, keep: int) -> None:
        self.folder = Path(folder)
        self.keep = keep

    def save(self, text: str) -> Path:
        """
        Write a file of its own, complete or not at all; remove the oldest.

        The folder is made where it is missing. Raises ``OSError``.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}Z-{secrets.token_hex(4)}"
        unfinished, path = self.folder / f"{name}.part", self.folder / f"{name}.html"
        try:
            handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
        self._prune()
        return path

    def _prune(self) -> None:
        """Remove what is older than the files to keep, and what a crash left unfinished."""
        ours = sorted(path for path in self.folder.iterdir() if _FILE.fullmatch(path.name))
        kept = [path for path in ours if path.suffix == ".html"][-self.keep :]
        for path in ours:
            if kept and path.name < kept[0].name:
                with suppress(FileNotFoundError):  # another process was faster
                    path.unlink()
