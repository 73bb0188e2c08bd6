"""Commands, and a memory that ends with the rows of each test."""

from __future__ import annotations

import importlib.util
import io
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from django.core.management import call_command
from tests.storing.conftest import database, each, fast, sqlite

from security.reports import storage

__all__ = ["database", "each", "fast", "sqlite"]

knows_domains = importlib.util.find_spec("publicsuffixlist") is not None  # of the extra `grade`
collect_ignore = [] if knows_domains else ["test_wildcards.py"]


class Ran(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    """Let no test believe that rows are there which another one wrote."""
    storage.forget()
    yield
    storage.forget()


@pytest.fixture
def run() -> Callable[..., Ran]:
    """Run a command, and return its exit code and both outputs."""

    def run(*words: str) -> Ran:
        out, err, code = io.StringIO(), io.StringIO(), 0
        try:
            call_command(*words, stdout=out, stderr=err)
        except SystemExit as error:
            code = int(str(error.code))
        return Ran(code, out.getvalue(), err.getvalue())

    return run


@pytest.fixture
def policy_file(tmp_path: Any) -> Callable[[str], str]:
    """Write a policy into a file, and return its path."""

    def write(text: str) -> str:
        path = tmp_path / "policy.txt"
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write
