"""In each project: our migrations say what our models say, however wide its own ids are."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from tests.meta.tree import ROOT

CHOICES = ["", "AutoField", "BigAutoField", "SmallAutoField"]


def manage(auto_field: str, *words: str) -> tuple[int, str]:
    """Run a command in a project; warnings are errors there too."""
    folders = [str(ROOT), *sys.path]
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "django", *words],
        env={
            **os.environ,
            "AUTO_FIELD": auto_field,
            "DJANGO_SETTINGS_MODULE": "tests.upgrade.project.settings",
            "PYTHONPATH": os.pathsep.join(folders),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


@pytest.mark.parametrize("auto_field", CHOICES, ids=lambda choice: choice or "unset")
def test_there_is_nothing_to_migrate_that_we_did_not_write(auto_field):
    code, output = manage(auto_field, "makemigrations", "--check", "--dry-run")
    assert (code, output) == (0, "No changes detected\n")


@pytest.mark.parametrize("auto_field", CHOICES, ids=lambda choice: choice or "unset")
def test_our_tables_have_the_ids_of_the_documented_package(auto_field):
    question = (
        "from security.models import CspReport, PasswordExpiry, PasswordHistory as History\n"
        "print({m._meta.pk.get_internal_type() for m in (CspReport, PasswordExpiry, History)})"
    )
    assert manage(auto_field, "shell", "-c", question)[1].splitlines()[-1] == "{'AutoField'}"
