from __future__ import annotations

import argparse
import io
import json
import re
import stat
import sys
from pathlib import Path

import django
import pytest
from django.core.management import CommandError, call_command

from security.authoring import inline, inline_files
from security.authoring.inline_advice import Kind
from security.authoring.inline_files import ChangedMeanwhileError, write
from security.authoring.inline_plan import Change
from security.management.commands.csp import SUBCOMMANDS, Command

PROCESSOR = "security.context_processors.csp"
BASE = """\
<!DOCTYPE html>
<html><head>
<link rel="stylesheet" href="/shop.css">
<script src="/shop.js" defer></script>
</head><body>{% block body %}{% endblock %}</body></html>
"""
PAGE = """\
{% extends "base.html" %}
{% block body %}
<form onsubmit="return confirm('Really?')"><p style="margin: 0">{{ text }}</p></form>
<a onclick="open_({{ id }})" href="javascript:void(0)">more</a>
{% endblock %}
"""
NONCE = ' nonce="{{ csp_nonce }}"'
MAILS = ["mails/b.html", "mails/c.html"]
FIXED_BASE = BASE.replace("<script", f"<script{NONCE}")


class Shop:
    """An app with templates, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, name: str, text: str) -> Path:
        path = self.folder / "templates" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
        return path

    def read(self, name: str) -> str:
        return (self.folder / "templates" / name).read_bytes().decode()

    def static(self, name: str) -> str:
        return (self.folder / "static" / "stall" / name).read_text(encoding="utf-8")

    def run(self, *arguments: str) -> tuple[int, list[str], list[str]]:
        """Return the exit code and the lines of both outputs."""
        out, err, code = io.StringIO(), io.StringIO(), 0
        try:
            call_command(Command(), "inline", *arguments, stdout=out, stderr=err)
        except SystemExit as error:
            code = error.code
        return code, out.getvalue().splitlines(), err.getvalue().splitlines()


@pytest.fixture
def shop(tmp_path, monkeypatch, settings):
    folder = tmp_path.resolve() / "stall"
    folder.mkdir()
    (folder / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(sys.modules, "stall", None)
    monkeypatch.delitem(sys.modules, "stall")  # whatever is imported now is forgotten later
    settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, "stall"]
    monkeypatch.chdir(folder)
    settings.TEMPLATES = [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "DIRS": [folder / "templates"],
            "OPTIONS": {"context_processors": [PROCESSOR]},
        }
    ]
    return Shop(folder)


def test_every_place_is_listed_by_file_with_what_to_do(shop):
    shop.write("base.html", BASE)
    shop.write("page.html", PAGE)
    assert shop.run() == (
        1,
        [
            (
                'templates/base.html:4:1 script-src  <script src="/shop.js" defer> -> '
                "Add the nonce, which a strict policy wants here too; --fix does it."
            ),
            "",
            (
                "templates/page.html:3:7 handler  onsubmit=\"return confirm('Really?')\" -> "
                "Bind it with addEventListener in a script that has the nonce; --extract does it."
            ),
            (
                'templates/page.html:3:47 style-attribute  style="margin: 0" -> '
                "Move it to a class of a stylesheet; --extract does it."
            ),
            (
                'templates/page.html:4:4 handler  onclick="open_({{ id }})" -> '
                "Bind it with addEventListener in a script that has the nonce; "
                "--extract leaves it, since it holds template marks."
            ),
            (
                'templates/page.html:4:30 javascript-url  href="javascript:void(0)" -> '
                "Make it a button with a listener: no nonce admits a javascript: URL."
            ),
            "",
            (
                "2 templates, 2 with something left: "
                "2 handler, 1 javascript-url, 1 script-src, 1 style-attribute."
            ),
            "--fix mends 1, --extract 2; 2 need a hand.",
        ],
        [],
    )


def test_the_exit_code_is_0_when_nothing_is_left(shop):
    shop.write("a.html", "<p>{{ a }}</p>")
    line = "1 template: no inline code is left that a strict policy blocks."
    assert shop.run() == (0, [line], [])


def test_json_is_one_object_per_line(shop):
    shop.write("a.html", "\n <script>\n</script><p style='{{ a }}'>")
    code, lines, _ = shop.run("--format", "json")
    assert code == 1
    assert [json.loads(line) for line in lines] == [
        {
            "path": "templates/a.html",
            "line": 2,
            "column": 2,
            "kind": "script",
            "excerpt": "<script>",
            "remedy": "nonce",
            "advice": "Add the nonce; --fix does it.",
            "third_party": False,
        },
        {
            "path": "templates/a.html",
            "line": 3,
            "column": 13,
            "kind": "style-attribute",
            "excerpt": "style='{{ a }}'",
            "remedy": "hand",
            "advice": "Move it to a class of a stylesheet; "
            "--extract leaves it, since it holds template marks.",
            "third_party": False,
        },
    ]


def test_the_fix_writes_the_nonce_and_keeps_mode_and_line_ends(shop):
    path = shop.write("a.html", "\ufeff<style>\r\n</style><p>")
    path.chmod(0o640)
    assert shop.run("--fix") == (
        0,
        [
            "templates/a.html: changed",
            "1 template: no inline code is left that a strict policy blocks.",
        ],
        [],
    )
    assert shop.read("a.html") == f"\ufeff<style{NONCE}>\r\n</style><p>"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [each.name for each in path.parent.iterdir()] == ["a.html"]


def test_a_second_fix_writes_nothing(shop):
    path = shop.write("a.html", "<script></script>")
    shop.run("--fix")
    before = path.stat()
    assert shop.run("--fix")[0] == 0
    assert path.stat() == before


def test_a_fix_follows_a_link_to_its_file(shop, tmp_path_factory):
    real = tmp_path_factory.mktemp("elsewhere") / "real.html"
    real.write_text("<script></script>", encoding="utf-8")
    link = shop.write("a.html", "")
    link.unlink()
    link.symlink_to(real)
    assert shop.run("--fix")[0] == 0
    assert link.is_symlink()
    assert real.read_text(encoding="utf-8") == f"<script{NONCE}></script>"


def test_a_dry_run_prints_a_diff_and_writes_nothing(shop):
    shop.write("a.html", "1\n2\n3\n4\n<script>\r\n</script>")
    code, out, err = shop.run("--fix", "--dry-run")
    assert (code, err) == (
        1,
        [
            "1 template, 1 with something left: 1 script.",
            "--fix mends 1, --extract 0; 0 need a hand.",
        ],
    )
    assert "\n".join(out).split("\n") == [
        "--- a/templates/a.html",
        "+++ b/templates/a.html",
        "@@ -2,5 +2,5 @@",
        " 2",
        " 3",
        " 4",
        "-<script>",
        f"+<script{NONCE}>",
        " </script>",
        "\\ No newline at end of file",
    ]
    assert shop.read("a.html") == "1\n2\n3\n4\n<script>\r\n</script>"


def test_links_are_fixed_when_asked_for(shop):
    shop.write("a.html", "<link rel=stylesheet>")
    assert shop.run("--fix")[0] == 0
    assert shop.read("a.html") == "<link rel=stylesheet>"
    assert shop.run("--fix", "--links")[0] == 0
    assert shop.read("a.html") == f"<link{NONCE} rel=stylesheet>"


def test_the_tag_of_django_needs_django_6_1(shop, monkeypatch):
    shop.write("a.html", "<script>")
    monkeypatch.setattr(django, "VERSION", (6, 0, 9, "final", 0))
    with pytest.raises(CommandError, match="--style tag must be used with Django"):
        shop.run("--fix", "--style", "tag")
    monkeypatch.setattr(django, "VERSION", (6, 1, 0, "final", 0))
    assert shop.run("--fix", "--style", "tag")[0] == 0
    assert shop.read("a.html") == "<script {% csp_nonce_attr %}>"


def test_a_fix_without_the_context_processor_says_so(shop, settings):
    settings.TEMPLATES[0]["OPTIONS"] = {}
    settings.TEMPLATES = list(settings.TEMPLATES)
    shop.write("a.html", "<script>")
    assert shop.run("--fix")[2] == [
        (
            "The templates of django get no csp_nonce: "
            "add 'security.context_processors.csp' to its context processors."
        )
    ]


def test_extraction_moves_what_is_safe_to_files_that_the_page_loads(shop):
    shop.write("base.html", BASE)
    shop.write("page.html", PAGE)
    code, out, _ = shop.run("--extract", "--fix")
    assert (code, out[:4]) == (
        1,
        [
            "static/stall/csp-extracted.css: changed",
            "static/stall/csp-extracted.js: changed",
            "templates/base.html: changed",
            "templates/page.html: changed",
        ],
    )
    assert shop.read("base.html") == FIXED_BASE.replace(
        "</head>",
        f'{{% load static %}}<link rel="stylesheet"{NONCE} '
        "href=\"{% static 'stall/csp-extracted.css' %}\">\n"
        f"{{% load static %}}<script{NONCE} "
        "src=\"{% static 'stall/csp-extracted.js' %}\" defer></script>\n</head>",
    )
    rule = shop.static("csp-extracted.css").splitlines()[-1]
    call = shop.static("csp-extracted.js").splitlines()[-1]
    style, handler = rule.split('"')[1], call.split('"')[1]
    assert rule.endswith("{ margin: 0; }")
    assert call.endswith("function (event) { return confirm('Really?'); });")
    assert shop.read("page.html") == PAGE.replace(
        "onsubmit=\"return confirm('Really?')\"", f'data-csp-onsubmit="{handler}"'
    ).replace('style="margin: 0"', f'data-csp-style="{style}"')


def test_a_second_extraction_adds_only_what_is_new(shop):
    shop.write("base.html", BASE)
    shop.write("page.html", PAGE)
    shop.run("--extract")
    base, styles = shop.read("base.html"), shop.static("csp-extracted.css")
    shop.write("more.html", "{% extends 'base.html' %}<p style='margin: 0'><p style='top: 0'>")
    assert shop.run("--extract")[1][:2] == [
        "static/stall/csp-extracted.css: changed",
        "templates/more.html: changed",
    ]
    assert shop.read("base.html") == base
    assert len(shop.static("csp-extracted.css").splitlines()) == len(styles.splitlines()) + 1


def test_a_page_loads_a_file_once(shop):
    shop.write(
        "base.html", BASE.replace("{% block", "<p style='top: 0'><p style='left: 0'>{% block")
    )
    shop.run("--extract")
    assert shop.read("base.html").count("stall/csp-extracted.css") == 1
    assert len(shop.static("csp-extracted.css").splitlines()) == 3


def test_a_dry_extraction_shows_new_files_and_writes_none(shop):
    shop.write("base.html", BASE.replace("{% block", "<p style='top: 0'>{% block"))
    _, out, _ = shop.run("--extract", "--dry-run")
    assert out[:2] == ["--- /dev/null", "+++ b/static/stall/csp-extracted.css"]
    assert not (shop.folder / "static").exists()


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("a.html", "<p style='top: 0'>", "a.html has no plain </head>"),
        ("a.html", "<head></head><p style='top: 0'>", "a.html loads no file, as a mail would not"),
        (
            "mails/a.html",
            "{% extends 'base.html' %}<p style='top: 0'>",
            "its template seems to be a mail",
        ),
        (
            "a.html",
            "{% extends x %}<p style='top: 0'>",
            "a.html extends a template that is not found",
        ),
        (
            "a.html",
            "{% extends 'base.html' %}<p style='display: none'>",
            "scripts often switch display",
        ),
    ],
)
def test_what_is_not_safe_stays_and_the_reason_is_told(shop, name, text, reason):
    shop.write("base.html", FIXED_BASE)
    shop.write(name, text)
    code, out, _ = shop.run("--extract")
    assert code == 1
    assert out[0].endswith(f"; --extract leaves it, since {reason}.")
    assert shop.read(name) == text


def test_a_template_of_no_app_is_not_moved_from(shop, settings):
    settings.INSTALLED_APPS = settings.INSTALLED_APPS[:-1]
    shop.write("base.html", FIXED_BASE)
    shop.write("a.html", "{% extends 'base.html' %}<p style='top: 0'>")
    reason = "since its template is in the folder of no app."
    assert shop.run("--extract")[1][0].endswith(reason)


def test_a_page_that_was_left_out_is_not_changed(shop):
    shop.write("base.html", FIXED_BASE)
    shop.write("a.html", "{% extends 'base.html' %}<p style='top: 0'>")
    _, out, _ = shop.run("--extract", "--path", "templates/a.html")
    assert out[0].endswith("since base.html, its page, is left out.")


def test_a_page_of_an_installed_package_is_not_changed(shop):
    shop.write("site-packages/base.html", FIXED_BASE)
    shop.write("a.html", "{% extends 'site-packages/base.html' %}<p style='top: 0'>")
    _, out, _ = shop.run("--extract")
    page = "site-packages/base.html"
    assert out[0].endswith(f"since {page}, its page, is part of an installed package.")


def test_a_template_of_jinja_is_listed_fixed_and_not_moved_from(shop, settings):
    settings.TEMPLATES = [
        {
            "BACKEND": "tests.authoring.engines.Jinja2",
            "DIRS": [shop.folder / "templates"],
            "OPTIONS": {"context_processors": [PROCESSOR]},
        }
    ]
    shop.write("a.html", "{{ '}}' }}<script></script><p style='top: 0'>")
    code, out, err = shop.run("--fix", "--extract")
    assert (code, err) == (1, [])
    assert out[1].endswith("since only Django's own templates are moved from.")
    assert shop.read("a.html") == f"{{{{ '}}}}' }}}}<script{NONCE}></script><p style='top: 0'>"


def test_installed_packages_are_listed_with_all_and_never_changed(shop):
    path = shop.write("site-packages/a.html", "<script></script>")
    assert shop.run("--fix") == (
        0,
        [
            "0 templates: no inline code is left that a strict policy blocks.",
            "1 template of installed packages is left out; --all lists it.",
        ],
        [],
    )
    code, out, _ = shop.run("--all", "--fix")
    assert (code, out[0]) == (
        0,
        (
            "templates/site-packages/a.html:1:1 script  <script> -> "
            "Change it in a copy of your own: it is part of an installed package."
        ),
    )
    assert path.read_text(encoding="utf-8") == "<script></script>"
    assert shop.run("--all", "--fail")[0] == 1


def test_what_needs_nothing_is_listed_with_more_verbosity(shop):
    shop.write("a.html", "<script nonce='{{ csp_nonce }}'></script>")
    line = (
        "templates/a.html:1:1 script  <script nonce='{{ csp_nonce }}'> -> Nothing: it has a nonce."
    )
    assert shop.run("-v", "2")[1][0] == line


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        ([], ["a.html", *MAILS]),
        (["--path", "templates/mails"], MAILS),
        (["--path", "templates/mails/b.html"], ["mails/b.html"]),
        (["--path", "templates/a.html", "--path", "templates/mails"], ["a.html", *MAILS]),
        (["--exclude", "mails/*"], ["a.html"]),
        (["--exclude", "*/b.html", "--exclude", "a.*"], ["mails/c.html"]),
        (["--app", "stall"], ["a.html", *MAILS]),
    ],
)
def test_the_templates_are_chosen_by_app_path_and_pattern(shop, arguments, names):
    for name in ("a.html", *MAILS):
        shop.write(name, "<script>")
    _, lines, _ = shop.run("--format", "json", *arguments)
    assert [json.loads(line)["path"] for line in lines] == [f"templates/{name}" for name in names]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--app", "stal"], "--app must be the label of an installed app (got 'stal'). Did you"),
        (["--path", "nowhere"], "--path must be a file or a folder that exists"),
        (["--dry-run"], "--dry-run must stand with --fix or --extract."),
        (["--fail", "--fix"], "--fail writes nothing: add --dry-run."),
        (["--fail", "--extract"], "--fail writes nothing: add --dry-run."),
        (["--style", "no"], "invalid choice: 'no'"),
    ],
)  # fmt: skip
def test_a_wrong_option_is_an_error(shop, arguments, message):
    with pytest.raises(CommandError) as caught:
        shop.run(*arguments)
    assert message in str(caught.value)
    assert caught.value.returncode == (1 if "choice" in message else 2)


def test_a_broken_engine_is_an_error(shop, settings):
    settings.TEMPLATES = [{"BACKEND": "no.such.Engine"}]
    with pytest.raises(CommandError) as caught:
        shop.run()
    assert caught.value.returncode == 2


def test_a_template_that_cannot_be_read_is_an_error_and_stops_no_other(shop):
    shop.write("a.html", "<script>")
    shop.write("b.html", "").write_bytes(b"\xff")
    code, out, err = shop.run("--fix")
    assert (code, out[0]) == (2, "templates/a.html: changed")
    assert err == ["templates/b.html must be text in utf-8 (got b'\\xff')."]


def test_a_static_file_that_cannot_be_read_changes_nothing(shop):
    text = BASE.replace("{% block", "<p style='top: 0'>{% block")
    shop.write("base.html", text)
    shop.write("../static/stall/csp-extracted.css", "").write_bytes(b"\xff")
    with pytest.raises(CommandError, match="must be text in utf-8"):
        shop.run("--fix", "--extract")
    assert shop.read("base.html") == text


def test_a_file_that_cannot_be_written_stops_what_relies_on_it(shop, monkeypatch):
    text = BASE.replace("{% block", "<p style='top: 0'>{% block")
    shop.write("base.html", text)

    def refuse(change: Change) -> None:
        raise PermissionError("no")

    monkeypatch.setattr(inline, "write", refuse)
    with pytest.raises(CommandError, match="was not written, nor what comes after it: no"):
        shop.run("--extract")
    assert shop.read("base.html") == text


def test_a_file_that_changed_since_it_was_read_is_left_alone(tmp_path):
    path = tmp_path / "a.html"
    path.write_bytes(b"new")
    with pytest.raises(ChangedMeanwhileError):
        write(Change(path, b"old", b"fixed", "utf-8"))
    with pytest.raises(ChangedMeanwhileError):
        write(Change(path, None, b"fixed", "utf-8"))
    assert [each.name for each in tmp_path.iterdir()] == ["a.html"]
    assert path.read_bytes() == b"new"


def test_a_write_that_fails_leaves_the_old_file_and_no_other(tmp_path, monkeypatch):
    path = tmp_path / "a.html"
    path.write_bytes(b"old")

    def fail(number: int) -> None:
        raise OSError("full")

    monkeypatch.setattr(inline_files.os, "fsync", fail)
    with pytest.raises(OSError, match="full"):
        write(Change(path, b"old", b"fixed", "utf-8"))
    assert [each.name for each in tmp_path.iterdir()] == ["a.html"]
    assert path.read_bytes() == b"old"


def test_a_sub_command_is_required(capsys):
    with pytest.raises(CommandError, match="SUBCOMMAND"):
        call_command(Command())


@pytest.mark.parametrize("name", sorted(SUBCOMMANDS))
def test_common_options_stand_behind_a_sub_command_too(name, capsys):
    with pytest.raises(SystemExit) as caught:
        call_command(Command(), name, "--no-color", "-v", "2", "--help")
    assert caught.value.code == 0
    assert SUBCOMMANDS[name].HELP.split(";")[0] in " ".join(capsys.readouterr().out.split())


def test_the_page_lists_every_kind_and_every_option():
    page = (Path(__file__).parents[2] / "docs" / "csp_inline.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`.*?) \|", page, re.MULTILINE)
    assert sorted(re.findall(r"`([a-z-]+)`", " ".join(rows))) == sorted(k.value for k in Kind)
    parser = argparse.ArgumentParser()
    inline.add_arguments(parser)
    options = set(re.findall(r"--[a-z][a-z-]+", parser.format_help())) - {"--help"}
    assert {option for option in options if option not in page} == set()
