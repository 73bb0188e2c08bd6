from __future__ import annotations

import pytest
from tests.authoring.inline_found import found, kinds

from security.authoring.inline_advice import ENCLOSED, LOOSE, Remedy
from security.authoring.inline_marks import Dialect
from security.authoring.inline_scan import scan


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
