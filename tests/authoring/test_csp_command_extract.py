from __future__ import annotations

import pytest
from django.core.management import CommandError
from tests.authoring.shops import BASE, FIXED_BASE, NONCE, PAGE, PROCESSOR

from security.authoring import inline
from security.authoring.inline_plan import Change


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
