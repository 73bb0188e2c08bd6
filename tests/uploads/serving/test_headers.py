from __future__ import annotations

import re
import unicodedata
from urllib.parse import unquote_to_bytes

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from security.server_config import site
from security.uploads.serve import headers
from security.uploads.serve.headers import (
    MAX_NAME,
    TYPES,
    UNKNOWN,
    content_disposition,
    saved_name,
    shown,
)

# RFC 6266 section 4.1, RFC 8187 section 3.2.1, RFC 9110 section 5.6.4.
DISPOSITION = re.compile(
    r'(inline|attachment); filename="((?:[\t !#-\[\]-~]|\\[\t -~])*)"'
    r"(?:; filename\*=UTF-8''((?:[A-Za-z0-9!#$&+.^_`|~-]|%[0-9A-F]{2})+))?"
)
HOSTILE = st.text(max_size=200) | st.text("\"\\;%'*=\r\n/.\u202e\u200b\udcff a\u00e9", max_size=40)


def parsed(value):
    """Read a header as RFC 6266 section 4.3 says: filename* wins."""
    found = DISPOSITION.fullmatch(value)
    assert found is not None, value
    kind, plain, encoded = found.groups()
    if encoded is not None:
        return kind, unquote_to_bytes(encoded).decode("utf-8")
    return kind, re.sub(r"\\(.)", r"\1", plain)


@given(HOSTILE, st.booleans())
@example('naive "quoted" \\ name; filename=evil.html', False)
@example("100%41.txt", False)
@example("\udcff.png", True)
def test_any_name_gives_a_header_that_parses_back(name, is_inline):
    value = content_disposition(name, is_inline=is_inline)
    assert parsed(value) == ("inline" if is_inline else "attachment", saved_name(name))
    assert value.isascii()
    assert len(value) <= 14 * MAX_NAME


@given(HOSTILE)
def test_no_saved_name_leads_elsewhere_or_hides_anything(name):
    saved = saved_name(name)
    assert 0 < len(saved) <= MAX_NAME
    assert not set("/\\") & set(saved)
    assert saved == saved.strip(" .")
    assert not {unicodedata.category(sign) for sign in saved} & {"Cc", "Cf", "Cs", "Zl", "Zp"}


@pytest.mark.parametrize(
    "name", ["photo.png", "\u00e9t\u00e9.png", "a b (1).txt", "\u65e5\u672c.pdf"]
)
def test_an_honest_name_stays_as_it_is(name):
    assert saved_name(name) == name


@pytest.mark.parametrize(
    ("name", "saved"),
    [
        ("a/b/c.png", "c.png"),
        ("C:\\temp\\c.png", "c.png"),
        ("..", "file"),
        ("", "file"),
        ("ann\u202egpj.exe", "anngpj.exe"),
        (".htaccess", "htaccess"),
        ("n" * 400 + ".jpeg", "n" * (MAX_NAME - 5) + ".jpeg"),
        ("n" * 400, "n" * MAX_NAME),
    ],
)
def test_a_hostile_name_is_made_harmless(name, saved):
    assert saved_name(name) == saved


def test_a_plain_name_is_written_once_and_any_other_twice():
    once = content_disposition("a b.png", is_inline=True)
    twice = content_disposition('\u00e9t\u00e9 "1".png', is_inline=False)
    assert once == 'inline; filename="a b.png"'
    assert twice == (
        "attachment; filename=\"_t_ _1_.png\"; filename*=UTF-8''%C3%A9t%C3%A9%20%221%22.png"
    )


@pytest.mark.parametrize("extension", sorted(headers.INLINE))
def test_what_is_allowed_is_inline_with_the_type_of_its_extension(extension):
    assert shown(f"a.{extension}") == (TYPES[extension], True)
    assert shown(f"deep/a.html.{extension.upper()}") == (TYPES[extension], True)


@pytest.mark.parametrize(
    "name",
    [
        "a.html", "a.xhtml", "a.xml", "a.js", "a.css", "a.php", "a.shtml", "a.mhtml", "a.swf",
        "a.docx", "a.zip", "a.png.html", "a.png.", "a.png ", "a", "png", "x.png/a", "x.y/png",
        "a.pdf",
    ],
)  # fmt: skip
def test_everything_else_is_saved_as_bytes(name):
    assert shown(name) == (UNKNOWN, False)


def test_an_svg_keeps_its_type_for_pictures_and_is_saved():
    assert shown("a.svg") == ("image/svg+xml", False)


def test_a_project_may_allow_less_or_more():
    assert shown("a.png", inline=("svg", "pdf")) == (UNKNOWN, False)
    assert shown("a.svg", inline=("svg", "pdf")) == ("image/svg+xml", True)
    assert shown("a.pdf", inline=("svg", "pdf")) == ("application/pdf", True)


def test_a_stored_type_must_agree_with_the_extension():
    assert shown("a.png", stored="image/png") == ("image/png", True)
    assert shown("a.txt", stored="Text/Plain; charset=latin-1") == (TYPES["txt"], True)
    assert shown("a.png", stored="text/html") == (UNKNOWN, False)
    assert shown("a.svg", stored="text/html") == (UNKNOWN, False)
    assert shown("a.html", stored="image/png") == (UNKNOWN, False)


def test_only_a_recording_may_load_itself():
    policies = {name: shown(f"a.{name}", inline=TYPES).policy for name in TYPES}
    played = {name for name, policy in policies.items() if policy == headers.PLAYER_POLICY}
    assert played == {"mp3", "mp4", "oga", "ogg", "wav", "webm"}
    assert {policies[name] for name in TYPES if name not in played} == {headers.POLICY}
    assert shown("a.mp4", inline=()).policy == headers.POLICY


def test_the_web_server_and_the_view_agree():
    by_server = {ending: kind for kind, endings in site.INLINE for ending in endings}
    assert {name: TYPES[name] for name in headers.INLINE - {"txt"}} == by_server
    assert (site.MEDIA_CSP, site.UNKNOWN) == (headers.POLICY, UNKNOWN)
    assert (TYPES["svg"], ("svg",)) == site.SVG
