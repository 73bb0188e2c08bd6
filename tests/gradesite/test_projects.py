"""Whole projects of their own, graded by ``manage.py`` in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from django.http import HttpResponse
from django.test import override_settings
from django.urls import path
from tests.demo.running import MANAGE, ROOT, environment

from security.site_grade.faults import path_of

PATIENCE = 120  # seconds for a program that takes ten
READY = "from demo import prepare; prepare.build_tables(); prepare.let_people_in()"
MINIMAL = """
import sys
from django.conf import settings
from django.http import HttpResponse
from django.urls import path
settings.configure(
    SECRET_KEY="a key of a test", ROOT_URLCONF=__name__, ALLOWED_HOSTS=["a.test"],
    INSTALLED_APPS=["security", "django.contrib.contenttypes", "django.contrib.auth"],
    MIDDLEWARE={middleware!r}, **{settings!r},
)
urlpatterns = [path("", lambda request: HttpResponse("<p>"))]
from django.core.management import execute_from_command_line
execute_from_command_line(["manage.py", "gradesite", *sys.argv[1:]])
"""
pages = (path("", lambda request: HttpResponse("<p>")),)
OURS = ["security.middleware.SecurityMiddleware"]


def run(command, **environ):
    return subprocess.run(
        [sys.executable, "-W", "error", *command],
        env=environ,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


@pytest.fixture
def project(tmp_path):
    """Return a function that grades a site of one page and no database."""

    def project(*arguments, middleware=(), **settings):
        file = tmp_path / "manage.py"
        file.write_text(MINIMAL.format(middleware=list(middleware), settings=settings))
        path = f"{ROOT / 'src'}"
        return run([str(file), *arguments], **os.environ | {"PYTHONPATH": path, "NO_COLOR": "1"})

    return project


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    path = {"PYTHONPATH": f"{ROOT}:{ROOT / 'src'}", "DJANGO_SETTINGS_MODULE": "demo.settings"}
    done = run(["-c", f"import django; django.setup(); {READY}"], **environment(folder) | path)
    assert done.stderr == ""
    return folder


def on_the_shop(folder, *arguments):
    return run([MANAGE, "gradesite", *arguments], **environment(folder))


def test_a_bare_project_gets_an_f_and_is_told_why(project):
    done = project("--fail-under", "B")
    assert done.returncode == 1
    assert "\nF " in done.stdout
    assert "hsts.missing" in done.stdout


def test_a_strict_project_without_a_database_gets_an_a_plus(project):
    done = project(
        "--fail-under", "A+", middleware=OURS, SECURITY_PRESET="strict", SECURE_SSL_REDIRECT=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "\nA+ 140  5 pages: /, error 404, error 400 and 2 more" in done.stdout


def test_a_project_that_cannot_start_exits_with_2(project):
    done = project(middleware=["nowhere.Middleware"])
    assert (done.returncode, done.stdout) == (2, "")
    assert "No module named 'nowhere'" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_option_that_means_nothing_exits_with_2(project):
    done = project("--fail-under", "Q")
    assert done.returncode == 2
    assert "must be one of A+, A" in done.stderr


def test_the_shop_gets_an_a_plus_on_every_page(shop):
    before = {path: path.read_bytes() for path in shop.rglob("*") if path.is_file()}
    done = on_the_shop(shop, "--user", "alice", "--fail-under", "A+")
    assert done.returncode == 0
    assert before == {path: path.read_bytes() for path in shop.rglob("*") if path.is_file()}
    graded = done.stdout.rstrip().rpartition("\n")[2]
    assert graded.endswith("pages. Below 100 points: 0.")
    assert done.stderr.startswith("/oops/: 500, RuntimeError in demo.shop.views.oops, line ")


def test_the_shop_s_admin_is_graded(shop):
    done = on_the_shop(
        shop, "/admin/", "admin:shop_product_add", "--user", "admin", "--format=json"
    )
    cards = {card["target"]: card["observatory"]["grade"] for card in json.loads(done.stdout)}
    assert cards == {
        "https://localhost/admin/": "A+",
        "https://localhost/admin/ as admin": "A+",
        "https://localhost/admin/shop/product/add/": "A+",
        "https://localhost/admin/shop/product/add/ as admin": "A+",
    }


@pytest.mark.parametrize(
    "arguments", [("/about/", "accounts:login"), ("--explain", "http://localhost/about/")]
)
def test_the_page_of_the_documentation_shows_what_is_printed(shop, arguments):
    page = (ROOT / "docs" / "gradesite.md").read_text()
    shown = page.partition(f"$ manage.py gradesite {' '.join(arguments)}\n")[2]
    beginning = shown.partition("...\n```")[0]
    assert beginning.count("\n") > 8
    assert on_the_shop(shop, *arguments).stdout.startswith(beginning)


def test_the_example_of_the_documentation_grades(run):
    page = (ROOT / "docs" / "gradesite.md").read_text()
    place = {}
    exec(page.partition("```python\n")[2].partition("```")[0], place)  # noqa: S102
    with override_settings(ROOT_URLCONF=pages, ALLOWED_HOSTS=["shop.test"], MIDDLEWARE=[]):
        assert set(place["grades"]("shop.test")) == {
            "/",
            *map(path_of, ("404", "400", "403", "500")),
        }
