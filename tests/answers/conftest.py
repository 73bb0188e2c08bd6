"""Commands, who hears of alerts, and a memory that ends with the rows of each test."""

from __future__ import annotations

import importlib.util
import io
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from django.core.management import call_command
from tests.answers.alerted import ADDRESS, mailed_by
from tests.storing.conftest import database, each, fast, sqlite

from security.reports import storage
from security.signals import report_alert

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


@pytest.fixture
def told(settings: Any) -> None:
    """Tell by mail; Django's own backend for tests keeps what was sent."""
    mailed_by(settings, "locmem")
    settings.SECURITY_REPORTS = {"ALERT_EMAILS": [ADDRESS]}


@pytest.fixture
def heard() -> Iterator[list[tuple[Any, Any]]]:
    """Listen to the signal."""
    calls: list[tuple[Any, Any]] = []

    def listen(sender: Any, alerts: Any, **kwargs: Any) -> None:
        calls.append((sender, alerts))

    report_alert.connect(listen)
    yield calls
    report_alert.disconnect(listen)
