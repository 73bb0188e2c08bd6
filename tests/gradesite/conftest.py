from __future__ import annotations

import io
import json
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import override_settings
from tests.gradesite import site


@pytest.fixture
def alice(db):
    return User.objects.create_user("alice", password="tea")


@pytest.fixture
def root(db):
    return User.objects.create_superuser("root", password="tea")


def graded(*arguments, urls=site.__name__, **settings):
    """Run the command on the small site."""
    out, errors, code, complaint = io.StringIO(), io.StringIO(), 0, ""
    site.asked.clear()
    chosen = {
        "ROOT_URLCONF": urls,
        "ALLOWED_HOSTS": ["shop.test"],
        "MIDDLEWARE": site.MIDDLEWARE,
        "SECURITY_PRESET": "strict",
        "SECURE_SSL_REDIRECT": True,
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
    }
    with override_settings(**chosen | settings):
        try:
            call_command("gradesite", *arguments, stdout=out, stderr=errors)
        except SystemExit as end:
            code = end.code
        except CommandError as error:
            code, complaint = error.returncode, str(error)
    return SimpleNamespace(
        code=code,
        out=out.getvalue(),
        errors=errors.getvalue(),
        complaint=complaint,
        asked=list(site.asked),
    )


def by_path(done):
    """Return the cards of a run by what stands behind the host of their targets."""
    return {card["target"].removeprefix("https://shop.test"): card for card in json.loads(done.out)}


@pytest.fixture
def run(db):
    """Return a function that runs the command on the small site."""
    return graded


@pytest.fixture(scope="module")
def whole(django_db_setup, django_db_blocker):
    """Return what the command says of the whole site to a stranger, as JSON."""
    with django_db_blocker.unblock():
        return graded("--format", "json")


@pytest.fixture
def cards(run):
    """Return a function that grades the small site, and returns cards by path."""

    def cards(*arguments, **settings):
        return by_path(run("--format", "json", *arguments, **settings))

    return cards


@pytest.fixture
def rows(run):
    """Return a function that explains a page of the small site: reasons by header."""

    def rows(url, *arguments, **settings):
        done = run("--explain", url, "--format", "json", *arguments, **settings)
        found = json.loads(done.out)
        named = {row["header"]: (row["value"], row["reasons"]) for row in found["rows"]}
        return SimpleNamespace(**found | {"rows": named, "code": done.code})

    return rows
