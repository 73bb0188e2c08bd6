"""The headers before, as the real packages sent them, and after: see tests/data/migrate."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.test import Client, override_settings

from security.authoring.migrate import migrate
from security.policy.permissions import PermissionsPolicy

DATA = Path(__file__).parents[1] / "data" / "migrate"
PROJECTS = sorted(path.stem for path in DATA.glob("*.json"))
NONCE = re.compile(r"'nonce-[^']+'")

# What differs on purpose, and is in docs/migrate_settings.md: project, path or all, header.
PRIVATE = ("/inline/", "cache-control")
MEANT = {
    "csp3": {PRIVATE},
    "csp3_report_only": {PRIVATE},
    "csp4": {PRIVATE},
    "feature2": {("*", "feature-policy"), ("*", "permissions-policy")},
    "feature3": {("*", "feature-policy")},
    "permissions": set(),
    "referrer": set(),
    "security": {
        ("*", "x-content-options"),
        ("*", "x-content-type-options"),
        ("*", "vary"),  # DoNotTrackMiddleware is no header of the migration
        ("/own/", "content-security-policy"),  # what the view set stays
    },
    "security_string": set(),
}


class Nonce:
    def __repr__(self) -> str:
        return "csp.constants.NONCE"


@pytest.fixture
def constants(monkeypatch):
    """Let a settings file import what it imports of django-csp 4."""
    module = ModuleType("csp.constants")
    module.NONCE = Nonce()
    module.NONE, module.SELF, module.UNSAFE_INLINE = "'none'", "'self'", "'unsafe-inline'"
    monkeypatch.setitem(sys.modules, "csp", ModuleType("csp"))
    monkeypatch.setitem(sys.modules, "csp.constants", module)


def evaluated(text: str) -> dict[str, Any]:
    place: dict[str, Any] = {}
    exec(compile(text, "settings", "exec"), place)  # noqa: S102
    return {name: value for name, value in place.items() if name.isupper()}


def policy(text: str) -> dict[str, list[str]]:
    """Return directives with their sources in order; no source at all is 'none' to a browser."""
    parts = [part.split() for part in text.split(";")]
    return {
        name: [NONCE.sub("'nonce'", word) for word in words]
        or ([] if name in {"sandbox", "upgrade-insecure-requests"} else ["'none'"])
        for name, *words in parts
    }


READ = {
    "content-security-policy": policy,
    "content-security-policy-report-only": policy,
    "permissions-policy": lambda text: {
        d.feature: d.allowlist for d in PermissionsPolicy.parse(text).directives
    },
    "permissions-policy-report-only": lambda text: {
        d.feature: d.allowlist for d in PermissionsPolicy.parse(text).directives
    },
    "strict-transport-security": lambda text: [part.strip() for part in text.split(";")],
    "x-frame-options": str.lower,
}


def comparable(headers: dict[str, str], project: str, path: str, *, secure: bool) -> dict[str, Any]:
    meant = {header for where, header in MEANT[project] if where in {"*", path}}
    if not secure:
        meant.add("strict-transport-security")  # nobody reads it there
    return {
        name.lower(): READ.get(name.lower(), str)(value)
        for name, value in headers.items()
        if name.lower() not in meant | {"content-length", "content-type"}
    }


@pytest.fixture(params=PROJECTS)
def project(request, constants):
    """Return a project with what it sent before, and its settings after the migration."""
    text = (DATA / f"{request.param}.py").read_text(encoding="ascii")
    migration = migrate(evaluated(text), text)
    recorded = json.loads((DATA / f"{request.param}.json").read_text(encoding="ascii"))
    return request.param, recorded["answers"], migration


def test_the_headers_before_and_after_are_the_same(project):
    name, answers, migration = project
    settings = evaluated(migration.after)
    compared = 0
    with override_settings(**settings):
        for answer in answers:
            path, secure = answer["path"], answer["secure"]
            after = dict(Client().get(path, secure=secure).headers)
            before = comparable(answer["headers"], name, path, secure=secure)
            assert comparable(after, name, path, secure=secure) == before
            compared += len(before)
    assert compared or name == "feature2"  # it sent one header, which has another name now


def test_nothing_of_the_package_is_left(project):
    name, _, migration = project
    after = evaluated(migration.after)
    assert migration.removed == tuple(n for n in migration.removed if n not in after) or (
        name == "security"  # one name is the same before and after
    )
    paths = [*after["MIDDLEWARE"], *after["INSTALLED_APPS"]]
    assert [path for path in paths if path.startswith(("csp", "django_"))] == []
    assert after["MIDDLEWARE"].count("security.middleware.SecurityMiddleware") == 1
    assert after["INSTALLED_APPS"].count("security") == 1


def test_a_second_run_finds_nothing_to_do(project):
    _, _, migration = project
    again = migrate(evaluated(migration.after), migration.after)
    assert again.diff("settings.py") == ""
    assert [note.text for note in again.notes] == []


def test_the_feature_policy_of_old_says_the_same_by_its_new_name(constants):
    text = (DATA / "feature2.py").read_text(encoding="ascii")
    before = json.loads((DATA / "feature2.json").read_text(encoding="ascii"))["answers"][0]
    old = {
        name.replace("wake-lock", "screen-wake-lock"): words
        for name, *words in (
            part.split() for part in before["headers"]["Feature-Policy"].split(";")
        )
    }
    with override_settings(**evaluated(migrate(evaluated(text), text).after)):
        sent = PermissionsPolicy.parse(Client().get("/").headers["Permissions-Policy"])
    new = {d.feature: [w if "/" in w or w == "*" else f"'{w}'" for w in d.allowlist] or ["'none'"]
           for d in sent.directives}  # fmt: skip
    assert new == old
