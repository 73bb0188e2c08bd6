from __future__ import annotations

import pytest
from tests.authoring.inline_found import found, kinds

from security.authoring.inline_scan import MAX_EXCERPT, scan


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
