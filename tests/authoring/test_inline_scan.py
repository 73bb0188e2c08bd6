from __future__ import annotations

import pytest
from django.template.base import DebugLexer, TokenType
from hypothesis import given
from tests.authoring.inline_texts import texts

from security.authoring.inline_advice import ADD, BY_HAND, ENCLOSED, LOOSE, Kind, Remedy
from security.authoring.inline_marks import BLOCK, COMMENT, MAX_TEMPLATE, VALUE, Dialect, read
from security.authoring.inline_scan import MAX_EXCERPT, scan
from security.policy.errors import PolicyError

DIALECTS = list(Dialect)


def found(text: str, **options) -> list[tuple[str, str]]:
    """Return the kinds and remedies of what a template holds."""
    return [(each.kind.value, each.remedy.value) for each in scan(text, **options).occurrences]


def kinds(text: str, **options) -> list[str]:
    return [kind for kind, _ in found(text, **options)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<script>a()</script>", [("script", "nonce")]),
        ("<SCRIPT>a()</SCRIPT>", [("script", "nonce")]),
        ("<script\n>a()</script>", [("script", "nonce")]),
        ("<script src=a.js></script>", [("script-src", "nonce")]),
        ("<script type=module>a()</script>", [("script", "nonce")]),
        ('<script type="text/JavaScript">a()</script>', [("script", "nonce")]),
        ("<script type=''>a()</script>", [("script", "nonce")]),
        ("<script language=JavaScript>a()</script>", [("script", "nonce")]),
        ("<script type=importmap>{}</script>", [("script", "nonce")]),
        ("<script type=speculationrules>{}</script>", [("script", "nonce")]),
        ("<script type='{{ kind }}'>a()</script>", [("script", "nonce")]),
        ("<script type='{# x #}module'>a()</script>", [("script", "nonce")]),
        ("<style>a{}</style>", [("style", "nonce")]),
        ("<style type='text/css'>a{}</style>", [("style", "nonce")]),
        ("<noscript><style>a{}</style></noscript>", [("style", "nonce")]),
        ("<template><script>a()</script></template>", [("script", "nonce")]),
        ("<svg><style>a{}</style></svg>", [("style", "nonce")]),
        ("<svg><script href=a /></svg>", [("script-src", "nonce")]),
        ("<svg><script/><script/></svg>", [("script", "nonce")] * 2),
        ("<link rel=modulepreload href=a.js>", [("preload", "nonce")]),
        ("<link rel=preload as=Script href=a.js>", [("preload", "nonce")]),
        ("<link rel=preload as=font href=a.js>", []),
        ("<link rel='Alternate STYLESHEET' href=a.css>", [("link", "nothing")]),
        ("<link rel='{{ rel }}' href=a>", [("link", "nothing")]),
        ("<link rel=icon href=a.ico>", []),
        ("<script type='application/json'>{}</script>", [("script", "nothing")]),
        ("<script type=text/x-template>a</script>", [("script", "nothing")]),
        ("<script type='text/javascript; charset=utf-8'>a()</script>", [("script", "nothing")]),
        ("<style type=text/less>a{}</style>", [("style", "nothing")]),
    ],
)  # fmt: skip
def test_elements_are_known_by_what_a_browser_does_with_them(text, expected):
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        '<script nonce="{{ csp_nonce }}">a()</script>',
        "<script src=a.js nonce='{{ request.csp_nonce }}'></script>",
        "<script nonce={{csp_nonce}}></script>",
        "<script {% csp_nonce_attr %}></script>",
        "<script{% if toolbar.csp_nonce %} nonce='{{ toolbar.csp_nonce }}'{% endif %}></script>",
        "<script {{ nonce_attribute }} defer></script>",
        "<style {% csp_nonce_attr %}{% if a %} media=print{% endif %}></style>",
    ],
)
def test_a_nonce_in_any_form_is_enough(text):
    assert [remedy for _, remedy in found(text)] == ["nothing"]


@pytest.mark.parametrize(
    "text",
    [
        "<script {% if nonce %}defer{% endif %}></script>",
        "<script src=\"{% static 'nonce.js' %}\"></script>",
        "<script data-nonce='{{ a }}'></script>",
        "<script {{ attributes }}></script>",
    ],
)
def test_a_word_that_only_looks_like_a_nonce_is_none(text):
    assert [remedy for _, remedy in found(text)] == ["nonce"]


@pytest.mark.parametrize("written", ["nonce='abc'", "nonce=''", "nonce"])
def test_a_nonce_that_never_changes_is_told_of(written):
    assert found(f"<script {written}></script>") == [("script", "hand")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<a onclick='a()'>", ["handler"]),
        ("<a ONCLICK=a()>", ["handler"]),
        ("<a\tonclick\n=\n'a()'>", ["handler"]),
        ("<a/onclick='a()'/style=''>", ["handler", "style-attribute"]),
        ("<a href='x'onclick='a()'>", ["handler"]),
        ("<a {% if a %}onclick='a()'{% else %}onchange='b()'{% endif %}>", ["handler"] * 2),
        ("<a class={% if a %}'b > c'{% else %}'d > e'{% endif %} onclick=f()>", ["handler"]),
        ("<a on{{ event }}='a()'>", ["handler"]),
        ("<a on{% if a %}click{% else %}change{% endif %}='a()'>", ["handler"]),
        ("<a title='{% trans \"x\" %}' onclick='a()'>", ["handler"]),
        ("<a title='{{ a|default:'>' }}' onclick='a()'>", ["handler"]),
        ("<{{ tag }} onclick='a()'>", ["handler"]),
        ("<my-element onclick='a()'>", ["handler"]),
        ("<a on-click=a only=b once=c data-onclick=d x-on:click=e>", []),
        ("a < b onclick='a()' >", []),
        ("<p style='color: {{ c }}'>", ["style-attribute"]),
        ("<p style>", ["style-attribute"]),
        ("<p data-style='a'>{{ form style='b' }}{% field style='c' %}", []),
        ("<a href='javascript:a()'>", ["javascript-url"]),
        ("<a href=' \x01JaVa\nScript:a()'>", ["javascript-url"]),
        ("<a href='&#106;avascript&colon;a()'>", ["javascript-url"]),
        ("<a href='{% if a %}/b{% else %}javascript:a(){% endif %}'>", ["javascript-url"]),
        ("<form action='javascript:a()'>", ["javascript-url"]),
        ("<button formaction='javascript:a()'>", ["javascript-url"]),
        ("<a title='javascript:a()' href='/javascript:a()' href='{{ a }}'>", []),
        ("<iframe srcdoc='&lt;script>a()&lt;/script>'></iframe>", ["markup-in-attribute"]),
        ("<iframe srcdoc='{{ a }}'></iframe>", ["markup-in-attribute"]),
        ("<iframe srcdoc='<p>a</p>'></iframe>", []),
        ("<a data-content='<style>a{}</style>'>", ["markup-in-attribute"]),
    ],
)  # fmt: skip
def test_attributes_are_known_wherever_marks_stand(text, expected):
    assert kinds(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "<!-- <script>a()</script> -->",
        "{# <script>a()</script> #}",
        "{% comment %}<script></script>{% endcomment %}",
        "{% comment 'why' %}<script>\n</script>{% if %}{% endcomment %}",
        "<textarea><script>a()</script></textarea>",
        "<title><style></title>",
        "<xmp><a onclick='a()'></xmp>",
        '{% include "a.html" with b="<script>" %}',
        "{{ '<script>' }}",
        "</script><//script>",
    ],
)
def test_what_no_browser_reads_as_an_element_is_left_out(text):
    assert found(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "<!--><script></script>",
        "<!-- a --!><script></script>",
        "<textarea><script></script>",
        "<!-- <script></script>",
        "<div <script></script>",
        "<svg><title/></svg><script></script>",
        "{% comment %}<script></script>",
        "<?php <b> ?><script></script>",
        "{{ a <script></script> \n }}",
    ],
)
def test_where_a_text_ends_too_early_more_is_read_and_not_less(text):
    assert kinds(text) == ["script"]


def test_a_script_ends_where_a_browser_says():
    text = "<script><!-- <script></script> <a onclick> --><a onclick></script><style></style>"
    assert kinds(text) == ["script", "style"]
    assert kinds("<script>'<style></scripting>'</script >") == ["script"]


def test_a_template_for_the_browser_is_read_within_its_script():
    text = "<script type='text/x-handlebars'><a onclick='a()' style='b'></script><p onclick>"
    assert kinds(text) == ["script", "handler", "style-attribute", "handler"]
    assert [each.obstacle for each in scan(text).occurrences[1:]] == [
        "it stands in a template for the browser",
        "it stands in a template for the browser",
        "",
    ]


@pytest.mark.parametrize("block", sorted(Dialect.DJANGO.enclosing - {"raw"}))
def test_no_nonce_is_asked_for_in_a_block_that_would_spoil_it(block):
    text = f"{{% {block} %}}<script></script><p onclick>{{% end{block} %}}<script></script>"
    inner, handler, outer = scan(text).occurrences
    assert (inner.remedy, inner.advice) == (Remedy.HAND, ENCLOSED[block])
    assert handler.obstacle == f"it stands in {{% {block} %}}"
    assert outer.remedy is Remedy.NONCE


@pytest.mark.parametrize("block", sorted(Dialect.JINJA.enclosing - {"verbatim"}))
def test_jinja_has_such_blocks_too(block):
    text = f"{{%- {block} -%}}<script></script>{{%- end{block} -%}}<script></script>"
    remedies = [each.remedy for each in scan(text, dialect=Dialect.JINJA).occurrences]
    assert remedies == [Remedy.HAND, Remedy.NONCE]


def test_a_tag_that_is_never_closed_encloses_nothing():
    assert found("{% verbatimly %}{{ '<style>' }}<script></script>") == [("script", "nonce")]
    assert found("{% cache_buster %}{% filter %}<script></script>") == [("script", "nonce")]
    assert found("{% verbatim %}<script></script>") == [("script", "hand")]


def test_enclosing_blocks_may_be_nested_and_crossed():
    text = "{% cache %}{% filter %}<style>{% endcache %}</style><script></script>{% endfilter %}"
    assert found(text) == [("style", "hand"), ("script", "nonce")]


@pytest.mark.parametrize("opener", ["{{", "{%", "{{{"])
def test_no_nonce_is_asked_for_where_its_mark_would_close_another(opener):
    (first, second) = scan(f"{opener} <script></script>\n<script></script>").occurrences
    assert (first.remedy, first.advice) == (Remedy.HAND, LOOSE)
    assert second.remedy is Remedy.NONCE


def test_a_mark_of_jinja_may_hold_strings_brackets_and_lines():
    text = "{{ f('}} <script>', {'a': {}},\n 2) }}{# \n<style> #}{% raw %}{{ ' {% endraw %}<script>"
    assert kinds(text, dialect=Dialect.JINJA) == ["script"]
    assert kinds("{{ '<script></script>", dialect=Dialect.JINJA) == ["script"]


def test_links_count_only_when_asked_for():
    assert found("<link rel=stylesheet>", links=True) == [("link", "nonce")]


def test_a_place_is_told_by_line_and_column():
    text = "a\r\n<p>\n  <script>\n</script><a\n\tonclick='a()'>"
    places = [(each.line, each.column, each.start) for each in scan(text).occurrences]
    assert places == [(3, 3, text.index("<script")), (5, 2, text.index("onclick"))]


def test_an_excerpt_is_one_short_line_that_no_terminal_obeys():
    (each,) = scan(f"<a onclick='\x1b[2J\n  b()\t\u202e{'c' * 100}'>").occurrences
    assert each.excerpt == f"onclick='\\x1b[2J b() \\u202e{'c' * 38}..."
    (each,) = scan(f"<script {'a' * 51}>").occurrences
    assert (each.excerpt, len(each.excerpt)) == (f"<script {'a' * 51}>", MAX_EXCERPT)


@pytest.mark.parametrize(
    ("text", "obstacle"),
    [
        ("<a onclick='a()'>", ""),
        ("<a {% if b %}onclick='a()'{% endif %}>", ""),
        ("<a onclick='a({{ b }})'>", "it holds template marks"),
        ("<a on{{ b }}='a()'>", "it holds template marks"),
        ("<{{ b }} onclick='a()'>", "a template mark names the element"),
        ("<template><a onclick='a()'></template>", "it stands in a template for the browser"),
        ("<a onclick='a()' OnClick='b()'>", "the element has two of them"),
    ],
)
def test_an_obstacle_to_moving_an_attribute_is_named(text, obstacle):
    assert scan(text).occurrences[0].obstacle == obstacle


@pytest.mark.parametrize(
    ("text", "head"),
    [
        ("<head></head>", 6),
        ("<head></HEAD >", 6),
        ("<head>{% if a %}</head>", 16),
        ("<head></head></head>", None),
        ("{% block a %}</head>{% endblock %}", None),
        ("{% verbatim %}</head>{% endverbatim %}", None),
        ("{{ </head>", None),
        ("<!-- </head> -->", None),
        ("<header></header>", None),
    ],
)
def test_the_head_of_a_page_is_found_where_every_page_has_it(text, head):
    assert scan(text).head == head


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('{% extends "a/b.html" %}', "a/b.html"),
        ("{#- x #}{% extends 'a.html' %}", "a.html"),
        ("{% extends parent %}", ""),
        ('{% extends "a"|add:".html" %}', ""),
        ("{% load a %}", None),
    ],
)
def test_the_name_of_the_extended_template_is_read(text, name):
    assert scan(text).extends == name


def test_every_kind_has_its_advice():
    assert set(ADD) | set(BY_HAND) == set(Kind)
    assert {name for each in DIALECTS for name in each.enclosing} == set(ENCLOSED)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_template_over_the_limit_is_refused(dialect):
    assert scan("a" * MAX_TEMPLATE, dialect=dialect).occurrences == ()
    with pytest.raises(PolicyError, match="at most 1000000 characters long"):
        scan("a" * (MAX_TEMPLATE + 1), dialect=dialect)


@pytest.mark.parametrize("dialect", DIALECTS)
@given(text=texts)
def test_any_text_can_be_read(dialect, text):
    result = scan(text, dialect=dialect, links=True)
    for each in result.occurrences:
        assert 0 <= each.start < each.end <= len(text)
        assert (each.start <= each.named) is (each.kind in ADD)
        assert text.count("\n", 0, each.start) == each.line - 1
        assert each.column >= 1


@given(text=texts)
def test_marks_stand_where_djangos_lexer_finds_them(text):
    expected = ["\ufffd" if char in VALUE + BLOCK + COMMENT else char for char in text]
    kind_of = {TokenType.VAR: VALUE, TokenType.BLOCK: BLOCK, TokenType.COMMENT: COMMENT}
    for token in DebugLexer(text).tokenize():
        if kind := kind_of.get(token.token_type):
            start, end = token.position
            expected[start:end] = kind * (end - start)
    assert read(text, Dialect.DJANGO).masked == "".join(expected)


HOSTILE = (
    "{%", "{{", "{#", "{{ '", "{{ (", "<", "<a ", "<a b=\"", "<!--", "<!---", "<script>", "<style>",
    "<textarea>", "<script><!--<script></script>", "<svg>", "</", "<{{ a }} ", "<a {% b %}\"",
    "{% cache %}", "{% cache %}{% endfilter %}", "{% comment %}", "<a onclick", " onclick='a'",
    "<script type=text/template>", "{% raw %}", "<p style=''>\n", "<a href='&#", "<?",
    "{% verbatim %}",
)  # fmt: skip


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("piece", HOSTILE)
def test_a_hostile_template_is_read_to_its_end(piece, dialect):
    scan("<a" + (piece * 20_000)[:20_000], dialect=dialect)
