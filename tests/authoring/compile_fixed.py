"""Compile real templates before and after the fix: for a process of its own, since the apps
that they belong to register models, checks and signals with whoever installs them."""

from __future__ import annotations

import json
import sys
from importlib.util import find_spec
from pathlib import Path

PACKAGES = ("django", "rest_framework", "debug_toolbar", "allauth")
APPS = (
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.sites",
    "django.contrib.staticfiles",
    "rest_framework",
    "debug_toolbar",
    "allauth",
    "allauth.account",
    "allauth.headless",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.usersessions",
)


def templates(package: str) -> list[Path]:
    """Return the templates of an installed package; of Django, those of its admin."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ImportError(f"{package} must be installed: requirements/test.txt has it.")
    folder = Path(spec.origin).parent
    return sorted((folder / "contrib" / "admin" if package == "django" else folder).rglob("*.html"))


def main() -> None:
    """Print, as JSON, how many templates compiled and which did so in one state only."""
    import django
    from django.conf import settings
    from django.template import TemplateSyntaxError, engines

    from security.authoring.inline_fix import Style, add_nonces

    backend = "django.template.backends.django.DjangoTemplates"
    settings.configure(
        INSTALLED_APPS=APPS,
        STATIC_URL="/static/",
        MIDDLEWARE=["allauth.account.middleware.AccountMiddleware"],
        TEMPLATES=[{"BACKEND": backend, "APP_DIRS": True}],
    )
    django.setup()
    styles = [Style.VARIABLE, *([Style.TAG] if django.VERSION >= (6, 1) else [])]
    compiled, different = 0, []
    for path in [path for package in PACKAGES for path in templates(package)]:
        text = path.read_text(encoding="utf-8")
        outcomes = []
        for each in (text, *(add_nonces(text, links=True, style=style) for style in styles)):
            try:
                engines["django"].from_string(each)
            except TemplateSyntaxError as error:
                outcomes.append(str(error))
            else:
                outcomes.append("")
        compiled += outcomes[0] == ""
        if len(set(outcomes)) > 1:
            different.append([str(path), outcomes])
    json.dump({"compiled": compiled, "different": different}, sys.stdout)


if __name__ == "__main__":
    main()
