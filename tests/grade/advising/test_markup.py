from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from security.grade.advice import markup
from security.grade.advice.markup import Needs, needs

OBSTACLES = {
    "<script>a()</script>": markup.INLINE_SCRIPT,
    "<SCRIPT TYPE=module>a()</SCRIPT>": markup.INLINE_SCRIPT,
    '<script type="importmap">{}</script>': markup.INLINE_SCRIPT,
    "<p onclick=a()>": markup.HANDLER,
    "<svg><a ONLOAD='a()'>": markup.HANDLER,
    '<a href=" JavaScript:a()">': markup.SCRIPT_URL,
    '<form action="javascript:a()">': markup.SCRIPT_URL,
    '<script nonce="" src="/a.js"></script>': markup.EMPTY_NONCE,
    '<script src="https://cdn.test/a.js" nonce=a></script>': markup.FOREIGN,
    '<script src="//cdn.test/a.js" nonce=a></script>': markup.FOREIGN,
    '<link rel="stylesheet" href="http://shop.test/a.css">': markup.FOREIGN,
    '<img src="https://shop.test:8443/a.png">': markup.FOREIGN,
    '<form action="https://pay.test/">': markup.FOREIGN,
    '<img src="https://[/">': markup.FOREIGN,
    "<iframe srcdoc=x></iframe>": markup.FRAME,
    '<object data="/a.swf">': markup.FRAME,
}
HARMLESS = (
    "",
    "<!doctype html><title><script>a()</script></title>",
    "<!-- <script>a()</script> -->",
    "<!-- <script>a()",
    "<textarea><p onclick=a()></textarea>",
    '<script nonce="a">if (a < b) { c("<p onclick=d>") }</script>',
    '<script type="application/json">{"a": "<p onclick=a>"}</script>',
    '<script type="application/ld+json">{}</script>',
    '<link rel="canonical" href="https://other.test/">',
    '<a href="https://other.test/">other</a>',
    '<img src="https://shop.test/a.png"><img src=/a.png>',
    '<form action="/buy/"><form><p one="1">1 < 2 <3',
    "<script",
    "<p onclick=a() ",
)


@pytest.mark.parametrize("body", OBSTACLES)
def test_what_the_strict_preset_stops_is_found(body):
    assert needs(body, "shop.test").obstacles == (OBSTACLES[body],)


@pytest.mark.parametrize("body", HARMLESS)
def test_what_works_under_the_strict_preset_is_no_obstacle(body):
    found = needs(body, "shop.test")
    assert found == Needs(has_nonces=found.has_nonces)


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("<script src=/a.js></script>", Needs(has_files=True)),
        ("<script src=/admin/js/a.js></script>", Needs(is_admin=True)),
        ("<script src=/admin/js/a.js></script><script src=/b.js>", Needs(has_files=True)),
        ("<link rel=stylesheet href=/admin/css/a.css>", Needs(is_admin=True)),
        ("<style>p {}</style>", Needs(has_styles=True)),
        ("<style nonce=a>p {}</style>", Needs(has_nonces=True)),
        ("<p style='color: red'>", Needs(has_styles=True)),
        ("<img src='data:image/gif,'>", Needs(has_data_images=True)),
        ("<script src=/a.js nonce=a></script>", Needs(has_nonces=True)),
    ],
    ids=[
        "file",
        "admin",
        "both",
        "admin-style",
        "style",
        "nonce",
        "attribute",
        "data",
        "script-nonce",
    ],
)
def test_what_a_page_needs_beside_the_preset_is_found(body, found):
    assert needs(body, "shop.test") == found


def test_relative_addresses_are_own_on_any_port():
    assert needs("<img src=/a.png>", "shop.test:8443").obstacles == ()


def test_tags_beyond_the_limit_are_not_looked_at():
    page = " " * markup.MAX_LOOKED_AT + "<script>a()</script>"
    assert needs(page, "shop.test") == Needs()


def test_two_pages_need_what_each_of_them_needs():
    both = Needs((markup.FRAME,), has_files=True) | Needs((markup.HANDLER,), has_styles=True)
    assert both == Needs((markup.FRAME, markup.HANDLER), has_files=True, has_styles=True)


PIECES = ["<", ">", "a", '"', "'", "=", " ", "<!--", "-->", "<script", "</script>", "on", "/"]
PAGES = st.lists(st.sampled_from(PIECES), max_size=60).map("".join)


@given(PAGES | st.text())
def test_no_page_is_too_broken_to_be_read(body):
    needs(body, "shop.test")


HOSTILE = ["<a ", "<a 'b", '<a b="', "<!--", "<script>", "<a =", "</", "<a b "]


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_hostile_page_of_the_greatest_length_is_read(piece):
    needs(piece * (markup.MAX_LOOKED_AT // len(piece)), "shop.test")
