"""
Record what other packages send: the headers of each test project in ``tests/data/migrate``.

Each package is installed into a folder of its own, beside the Django of this environment, and
runs in a process of its own. The tests compare what ours sends after the migration.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import django
from django.test import Client

ROOT: Final = Path(__file__).resolve().parent.parent
DATA: Final = ROOT / "tests" / "data" / "migrate"

# django-security 0.12.0 runs up to Django 3.2.
OLD_DJANGO: Final = ("Django==3.2.25", "asgiref==3.8.1", "pytz==2025.2", "sqlparse==0.5.3")
SECURITY: Final = (
    "django-security==0.12.0",
    "python-dateutil==2.9.0.post0",
    "six==1.17.0",
    "ua-parser==0.18.0",
    *OLD_DJANGO,
)
# Project: what it was written for, and what that needs to be imported.
PROJECTS: Final[dict[str, tuple[str, ...]]] = {
    "csp3": ("django-csp==3.8",),
    "csp3_report_only": ("django-csp==3.8",),
    "csp4": ("django-csp==4.0", "packaging==25.0"),
    "feature2": ("django-feature-policy==2.3.0",),
    "feature3": ("django-feature-policy==3.8.0",),
    "permissions": ("django-permissions-policy==4.34.0",),
    "referrer": ("django-referrer-policy==1.0",),
    "security": SECURITY,
    "security_string": SECURITY,
}
NONCE: Final = re.compile(r"'nonce-[^']+'")
PATHS: Final = (
    "/",
    "/inline/",
    "/own/",
    "/accounts/logout/",
    "/accounts/logout/again/",
    "/private/page/",
    "/absent/",
)


def get(project: str) -> list[dict[str, Any]]:
    """Return the headers of every path of a project, over HTTP and HTTPS. Sets Django up."""
    os.environ["DJANGO_SETTINGS_MODULE"] = f"tests.data.migrate.{project}"
    django.setup()
    answers = []
    for path in PATHS:
        if path == "/inline/" and not project.startswith("csp"):
            continue  # nothing else makes a nonce
        for secure in (False, True):
            sent = Client().get(path, secure=secure).headers
            headers = {name: NONCE.sub("'nonce-R'", value) for name, value in sent.items()}
            answers.append({"path": path, "secure": secure, "headers": headers})
    return answers


def record(project: str, folder: Path) -> None:
    """Install what a project was written for, run it, and write its answers down."""
    place = folder / project
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target"]
    subprocess.run([*install, str(place), *PROJECTS[project]], check=True)
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(place), str(ROOT)]),
        "PYTHONWARNINGS": "ignore",
        "PYTHONHASHSEED": "0",  # django-csp orders its directives by it
    }
    ran = subprocess.run(
        [sys.executable, __file__, "--answers", project],
        env=environment,
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    )
    recorded = {"package": PROJECTS[project][0], **json.loads(ran.stdout)}
    text = json.dumps(recorded, indent=1, sort_keys=True)
    (DATA / f"{project}.json").write_text(text + "\n", encoding="ascii")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("projects", nargs="*", help="which; all unless named")
    parser.add_argument("--answers", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.answers:
        (project,) = options.projects
        answers = get(project)
        print(json.dumps({"django": django.get_version(), "answers": answers}))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        for project in options.projects or PROJECTS:
            record(project, Path(folder))
            print(f"{project}: recorded")
    return 0


if __name__ == "__main__":
    sys.exit(main())
