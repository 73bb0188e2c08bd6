from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import django
import pytest
from django.apps import apps
from django.template import engines

from security.authoring.inline_marks import Dialect
from security.authoring.inline_project import (
    MAX_BYTES,
    MAX_DEPTH,
    Project,
    Template,
    files,
    folders_of,
    is_page,
    read_bytes,
    without_nonce,
)
from security.policy.errors import PolicyError

DJANGO = "django.template.backends.django.DjangoTemplates"
JINJA = "tests.authoring.engines.Jinja2"


@pytest.fixture
def tree(tmp_path):
    """Return a function that writes files, and the folder that they are in."""

    def write(texts: dict[str, str]) -> Path:
        for name, text in texts.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return tmp_path.resolve()

    return write


@pytest.fixture
def project(settings):
    """Return a function that reads the templates of one folder."""

    def read(folder: Path, **options) -> Project:
        settings.TEMPLATES = [{"BACKEND": DJANGO, "DIRS": [folder], **options}]
        return Project()

    return read


def named(project: Project, name: str) -> Template:
    (template,) = project.by_name[name]
    return template


@pytest.mark.parametrize(
    ("name", "page"),
    [
        ("a.html", True),
        ("a.HTM", True),
        ("a.xhtml", True),
        ("a.djhtml", True),
        ("a.svg", True),
        ("a.jinja", True),
        ("a.html.j2", True),
        ("a.page.jinja2", True),
        ("a.txt.j2", False),
        ("a.js.jinja", False),
        ("a.txt", False),
        ("a.html.orig", False),
        ("html", False),
    ],
)
def test_templates_of_pages_are_known_by_their_names(name, page):
    assert is_page(Path(name)) is page


def test_files_are_listed_in_order_and_through_links(tree, tmp_path_factory):
    folder = tree({"b/x.html": "", "a.html": "", "c.txt": ""})
    other = tmp_path_factory.mktemp("other")
    (other / "y.html").write_text("")
    (folder / "link").symlink_to(other)
    (folder / "b" / "again").symlink_to(folder)
    listed = [path.relative_to(folder).as_posix() for path in files(folder)]
    assert listed == ["a.html", "b/x.html", "link/y.html"]


def test_templates_of_folders_and_apps_are_found_once(settings, tree):
    folder = tree({"a.html": ""})
    settings.TEMPLATES = [
        {"BACKEND": DJANGO, "NAME": "one", "DIRS": [folder, folder], "APP_DIRS": True},
        {"BACKEND": JINJA, "NAME": "two", "DIRS": [folder]},
    ]
    templates = Project().templates
    ours = [each for each in templates if not each.third_party and each.app != "security"]
    assert ours == [Template(folder / "a.html", "a.html", Dialect.DJANGO, "utf-8", "", None, False)]
    login = next(each for each in templates if each.name == "admin/login.html")
    assert (login.app, login.third_party) == ("admin", True)
    assert login.static == Path(apps.get_app_config("admin").path).resolve() / "static"


@pytest.mark.parametrize("cached", [False, True])
def test_loaders_of_a_projects_own_choice_are_asked_for_their_folders(settings, tree, cached):
    folder = tree({"a.html": ""})
    loaders = [
        ("django.template.loaders.locmem.Loader", {"b.html": ""}),
        ("django.template.loaders.filesystem.Loader", [folder]),
        "django.template.loaders.app_directories.Loader",
    ]
    if cached:
        loaders = [("django.template.loaders.cached.Loader", loaders)]
    settings.TEMPLATES = [{"BACKEND": DJANGO, "OPTIONS": {"loaders": loaders}}]
    found = list(folders_of(engines["django"]))
    assert found[0] == folder
    assert Path(apps.get_app_config("admin").path) / "templates" in found


def test_an_engine_for_jinja_is_known_by_its_name(settings, tree):
    folder = tree({"a.html": "{{ '}}<script>' }}"})
    settings.TEMPLATES = [{"BACKEND": JINJA, "DIRS": [folder], "OPTIONS": {}}]
    project = Project()
    (template,) = project.templates
    assert template.dialect is Dialect.JINJA
    assert project.read(template)[1].occurrences == ()


def test_the_charset_of_the_engine_is_used(project, tree):
    folder = tree({})
    (folder / "a.html").write_bytes("\u00e4".encode("latin-1"))
    latin = project(folder, OPTIONS={"file_charset": "latin-1"})
    assert latin.read(named(latin, "a.html"))[0] == "\u00e4"
    utf8 = project(folder)
    with pytest.raises(PolicyError, match="must be text in utf-8"):
        utf8.read(named(utf8, "a.html"))


def test_line_ends_are_read_as_they_are(project, tree):
    folder = tree({})
    (folder / "a.html").write_bytes(b"\xef\xbb\xbfa\r\nb\rc")
    here = project(folder)
    assert here.read(named(here, "a.html"))[0] == "\ufeffa\r\nb\rc"


def test_a_file_over_the_limit_is_not_read(tmp_path):
    path = tmp_path / "a.html"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(PolicyError, match="at most 4000000 bytes long"):
        read_bytes(path)
    with path.open("r+b") as file:
        file.truncate(MAX_BYTES)
    assert len(read_bytes(path)) == MAX_BYTES


@pytest.mark.parametrize("place", ["lib/site-packages/x", "dist-packages", "node_modules/x"])
def test_installed_packages_are_third_party(project, tree, place):
    here = project(tree({f"{place}/a.html": ""}))
    assert [template.third_party for template in here.templates] == [True]


def test_django_itself_is_third_party_wherever_it_lies(settings, monkeypatch, tree):
    folder = tree({"django/contrib/a.html": ""})
    settings.TEMPLATES = [{"BACKEND": DJANGO, "DIRS": [folder]}]
    monkeypatch.setattr(django, "__file__", str(folder / "django" / "__init__.py"))
    assert [template.third_party for template in Project().templates] == [True]


def test_a_template_belongs_to_the_innermost_app(settings, monkeypatch, tree):
    folder = tree({"outer/inner/templates/a.html": "", "outer/templates/b.html": ""})
    places = {"outer": folder / "outer", "inner": folder / "outer" / "inner"}
    configs = [
        SimpleNamespace(name="django", label=label, path=str(path))
        for label, path in places.items()
    ]
    monkeypatch.setattr(apps, "get_app_configs", lambda: configs)
    settings.TEMPLATES = [{"BACKEND": DJANGO, "DIRS": [folder]}]
    assert {each.name: (each.app, each.static) for each in Project().templates} == {
        "outer/inner/templates/a.html": ("inner", places["inner"] / "static"),
        "outer/templates/b.html": ("outer", places["outer"] / "static"),
    }


def test_a_page_is_found_through_what_extends_what(project, tree):
    folder = tree(
        {
            "a.html": "{% extends 'b.html' %}",
            "b.html": '{% extends "c.html" %}',
            "c.html": "<head></head>",
        }
    )
    here = project(folder)
    assert here.page(named(here, "a.html")) == named(here, "c.html")
    assert here.page(named(here, "c.html")) == named(here, "c.html")


def test_a_template_may_extend_the_one_that_it_replaces(settings, tree):
    folder = tree({"one/a.html": "{% extends 'a.html' %}", "two/a.html": "<head></head>"})
    settings.TEMPLATES = [{"BACKEND": DJANGO, "DIRS": [folder / "one", folder / "two"]}]
    here = Project()
    first, second = here.by_name["a.html"]
    assert here.page(first) == second


def test_a_template_extends_one_of_its_own_engine(settings, tree):
    folder = tree({"one/b.html": "", "two/a.html": "{% extends 'b.html' %}", "two/b.html": ""})
    settings.TEMPLATES = [
        {"BACKEND": JINJA, "DIRS": [folder / "one"], "OPTIONS": {}},
        {"BACKEND": DJANGO, "DIRS": [folder / "two"]},
    ]
    here = Project()
    assert here.page(named(here, "a.html")).path == folder / "two" / "b.html"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{% extends parent %}", "a.html extends a template that is not found"),
        ("{% extends 'missing.html' %}", "a.html extends a template that is not found"),
        ("{% extends 'a.html' %}", "a.html extends a template that is not found"),
        ("{% extends 'b.html' %}", "b.html cannot be read"),
        ("{% extends '0.html' %}", f"more than {MAX_DEPTH} templates extend one another"),
    ],
)
def test_where_no_page_is_found_the_reason_is_told(project, tree, text, reason):
    chain = {f"{n}.html": f"{{% extends '{n + 1}.html' %}}" for n in range(MAX_DEPTH)}
    folder = tree({"a.html": text, **chain})
    (folder / "b.html").write_bytes(b"\xff")
    here = project(folder)
    assert here.page(named(here, "a.html")) == reason


@pytest.mark.parametrize(
    "processor", ["security.context_processors.csp", "django.template.context_processors.csp"]
)
def test_an_engine_without_the_context_processor_is_told_of(settings, processor):
    options = {"context_processors": [processor]}
    settings.TEMPLATES = [
        {"BACKEND": JINJA, "NAME": "has", "OPTIONS": options},
        {"BACKEND": JINJA, "NAME": "lacks", "OPTIONS": {}},
        {"BACKEND": DJANGO, "NAME": "django"},
        {"BACKEND": "tests.authoring.engines.Plain"},
    ]
    assert without_nonce() == ["lacks", "django", "engines"]
    if processor.startswith("security"):
        settings.TEMPLATES = [{"BACKEND": DJANGO, "OPTIONS": options}]
        assert without_nonce() == []
