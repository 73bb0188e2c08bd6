from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from subprocess import DEVNULL, PIPE

import pytest
from tests.grade.fetching.servers import Authority

import security
from security import cli

SOURCE = str(Path(security.__file__).parents[1])


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def graded(capsys, authority):
    """Return a function that runs the command here, and says code, cards and errors."""

    def run(*arguments, form="json"):
        arguments = [
            "--timeout=30",
            *map(str, arguments),
            "--ca",
            str(authority.path),
            f"--format={form}",
        ]
        code = cli.main(["grade", *arguments])
        out, errors = capsys.readouterr()
        return code, json.loads(out) if form == "json" else out, errors

    return run


@pytest.fixture
def command(authority):
    """Return a function that starts the command as a user does."""

    def start(*arguments, stdout=PIPE, stderr=PIPE, stdin=DEVNULL, more=(), trusting=True):
        trusted = ("--ca", authority.path) if trusting else ()
        variables = {**os.environ, "PYTHONPATH": SOURCE, **dict(more)}
        if more:
            variables["PYTHONPATH"] += os.pathsep + SOURCE
        return subprocess.Popen(
            [
                sys.executable,
                "-m",
                "security",
                "grade",
                "--timeout=30",
                *map(str, (*arguments, *trusted)),
            ],
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            env=variables,
        )

    return start


@pytest.fixture
def tests():
    """Return a function that says what each test of the Observatory found."""

    def results(card):
        found = card["observatory"]["tests"]
        return {test: verdict["result"] for test, verdict in found.items()}

    return results
