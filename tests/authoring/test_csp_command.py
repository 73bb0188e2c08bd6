from __future__ import annotations

import argparse
import json
import re
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from tests.authoring.shops import BASE, PAGE

from security.authoring import inline
from security.authoring.inline_advice import Kind
from security.management.commands.csp import SUBCOMMANDS, Command

MAILS = ["mails/b.html", "mails/c.html"]


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
