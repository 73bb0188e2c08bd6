"""Short ways to migrate a settings file, for the tests."""

from __future__ import annotations

from security.authoring import migrate_csp3
from security.authoring.migrate import migrate

OURS = "security.middleware.SecurityMiddleware"
QUIET = {
    "MIDDLEWARE": [
        "django.middleware.security.SecurityMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
        OURS,
    ],
    "INSTALLED_APPS": ["security"],
}


def run(text, **more):
    """Migrate a file that needs no import of another package."""
    place = {}
    exec(compile(text, "settings", "exec"), place)  # noqa: S102
    return migrate({**{k: v for k, v in place.items() if k.isupper()}, **more}, text)


def csp(translate=migrate_csp3.translate, /, **settings):
    """Return the policy, and what is left by hand, of settings alone."""
    change = translate({"TEMPLATES": [], **settings})
    policies = {k: v for k, v in change.adds.items() if k.startswith("SECURE_CSP")}
    return policies, [note.text for note in change.notes if note.by_hand]


def by_hand(migration):
    return [note.text for note in migration.notes if note.by_hand]
