from __future__ import annotations

import pytest
from django.template.base import DebugLexer, TokenType
from hypothesis import given
from tests.authoring.inline_texts import texts

from security.authoring.inline_advice import ADD, BY_HAND, ENCLOSED, Kind
from security.authoring.inline_marks import BLOCK, COMMENT, MAX_TEMPLATE, VALUE, Dialect, read
from security.authoring.inline_scan import scan
from security.policy.errors import PolicyError

DIALECTS = list(Dialect)


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
