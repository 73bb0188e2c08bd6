from __future__ import annotations

import codecs
import json
import os
import re
import subprocess
import sys

import django
import pytest
from django.template import Context, Engine, TemplateSyntaxError
from django.template.base import Lexer
from hypothesis import assume, example, given
from hypothesis import strategies as st
from tests.authoring import compile_fixed
from tests.authoring.inline_texts import texts, whole

from security.authoring.inline_advice import Remedy
from security.authoring.inline_fix import Edit, Style, add_nonces, apply, decode
from security.authoring.inline_marks import Dialect
from security.authoring.inline_scan import scan
from security.policy.errors import PolicyError

NONCE = ' nonce="{{ csp_nonce }}"'
ENGINE = Engine()
DIALECTS = list(Dialect)
STYLES = list(Style)


@pytest.mark.parametrize(
    ("text", "fixed"),
    [
        ("<script>a()</script>", f"<script{NONCE}>a()</script>"),
        ("<SCRIPT\n src=a></SCRIPT>", f"<SCRIPT{NONCE}\n src=a></SCRIPT>"),
        ("<style>a{}</style>", f"<style{NONCE}>a{{}}</style>"),
        ("<script/>", f"<script{NONCE}/>"),
        ("<script{{ a }}>", f"<script{NONCE}{{{{ a }}}}>"),
        ("<script{% if a %} defer{% endif %}>", f"<script{NONCE}{{% if a %}} defer{{% endif %}}>"),
        ("<link rel=preload as=script>", f"<link{NONCE} rel=preload as=script>"),
        ("<script>'<script>'</script>", f"<script{NONCE}>'<script>'</script>"),
        ("<link rel=stylesheet>", "<link rel=stylesheet>"),
        ("<p onclick='a()'>", "<p onclick='a()'>"),
    ],
)
def test_the_nonce_stands_behind_the_name_of_the_element(text, fixed):
    assert add_nonces(text) == fixed


def test_links_and_the_tag_of_django_are_written_when_asked_for():
    fixed = add_nonces("<link rel=stylesheet><script>", links=True, style=Style.TAG)
    assert fixed == "<link {% csp_nonce_attr %} rel=stylesheet><script {% csp_nonce_attr %}>"


def test_jinja_has_no_tag_for_the_nonce():
    assert add_nonces("<script>", dialect=Dialect.JINJA, style=Style.TAG) == f"<script{NONCE}>"


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("dialect", DIALECTS)
@given(text=texts)
def test_nothing_but_the_nonce_is_added(dialect, style, text):
    added = (Style.VARIABLE if dialect is Dialect.JINJA else style).value
    assume(added not in text)
    fixed = add_nonces(text, dialect=dialect, links=True, style=style)
    assert fixed.replace(added, "") == text


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("dialect", DIALECTS)
@given(text=texts)
def test_a_second_fix_finds_nothing_to_do(dialect, style, text):
    fixed = add_nonces(text, dialect=dialect, links=True, style=style)
    assert add_nonces(fixed, dialect=dialect, links=True, style=style) == fixed


@pytest.mark.parametrize("dialect", DIALECTS)
@given(text=texts)
def test_the_fix_changes_what_lacks_a_nonce_and_nothing_else(dialect, text):
    before = scan(text, dialect=dialect, links=True).occurrences
    fixed = add_nonces(text, dialect=dialect, links=True)
    after = scan(fixed, dialect=dialect, links=True).occurrences
    wanted = [Remedy.NOTHING if e.remedy is Remedy.NONCE else e.remedy for e in before]
    assert [each.remedy for each in after] == wanted
    assert [each.kind for each in after] == [each.kind for each in before]


@pytest.mark.parametrize("style", STYLES)
@given(text=texts)
@example("{{ <script>")
@example("{% verbatim %}{{ {% endverbatim %}<script>")
def test_django_reads_every_other_mark_as_before(style, text):
    added = re.compile(re.escape(style.value))
    assume(not added.search(text))
    fixed = add_nonces(text, links=True, style=style)
    inserted = style.value.strip().removeprefix("nonce=").strip('"')[2:-2].strip()
    before = [(each.token_type, each.contents) for each in Lexer(text).tokenize()]
    after = [(each.token_type, each.contents) for each in Lexer(fixed).tokenize()]
    marks = [each for each in before if each[0].value]
    assert [each for each in after if each[0].value and each[1] != inserted] == [
        each for each in marks if each[1] != inserted
    ]


@given(text=whole, a=st.sampled_from(["", "x"]))
def test_a_fixed_template_renders_what_it_did_and_the_attribute(text, a):
    try:
        before = ENGINE.from_string(text)
    except TemplateSyntaxError:
        assume(False)
    context = {"a": a, "b": "given", "csp_nonce": ""}
    after = ENGINE.from_string(add_nonces(text))
    rendered = after.render(Context(context))
    assert rendered.replace(' nonce=""', "") == before.render(Context(context))


@pytest.mark.parametrize("package", compile_fixed.PACKAGES)
def test_real_templates_get_the_nonce_and_keep_every_other_byte(package):
    fixed_files = 0
    for path in compile_fixed.templates(package):
        data = path.read_bytes()
        text = decode(data, "utf-8")
        fixed = add_nonces(text, links=True)
        assert add_nonces(fixed, links=True) == fixed, path
        assert fixed.replace(NONCE, "").encode() == data.replace(NONCE.encode(), b""), path
        left = [e for e in scan(fixed, links=True).occurrences if e.remedy is Remedy.NONCE]
        assert left == [], path
        fixed_files += fixed != text
    has_nonces = package == "django" and django.VERSION >= (6, 1)
    assert (fixed_files == 0) is has_nonces


def test_real_templates_compile_as_they_did():
    done = subprocess.run(
        [sys.executable, compile_fixed.__file__],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    outcome = json.loads(done.stdout)
    assert outcome["different"] == []
    assert outcome["compiled"] > 200


def test_edits_are_made_from_the_front_and_never_overlap():
    assert apply("abc", [Edit(3, 3, "!"), Edit(0, 1, "A"), Edit(1, 1, "-")]) == "A-bc!"
    with pytest.raises(ValueError, match="edit at 1:2 overlaps"):
        apply("abc", [Edit(0, 2, ""), Edit(1, 2, "")])
    with pytest.raises(ValueError, match="edit at 4:4 overlaps"):
        apply("abc", [Edit(4, 4, "")])


@pytest.mark.parametrize(
    ("data", "charset"),
    [
        (codecs.BOM_UTF8 + b"<script>\r\n</script>\r", "utf-8"),
        ("\u00e4<script>\n".encode("latin-1"), "latin-1"),
        ("\u00e4<script>\n".encode("utf-16-le"), "utf-16-le"),
        (b"", "utf-8"),
    ],
)
def test_byte_order_mark_line_ends_and_charset_are_kept(data, charset):
    fixed = add_nonces(decode(data, charset)).encode(charset)
    assert fixed.replace(NONCE.encode(charset), b"") == data


@pytest.mark.parametrize(
    ("data", "charset", "message"),
    [
        (b"\xe4", "utf-8", "must be text in utf-8"),
        (b"a", "no-such-charset", "must be text in no-such-charset"),
        (b"+AGE-", "utf-7", "must be text that utf-7 writes in one way only"),
    ],
)
def test_what_would_not_come_back_byte_by_byte_is_refused(data, charset, message):
    with pytest.raises(PolicyError, match=message):
        decode(data, charset)


@given(data=st.binary(max_size=50), charset=st.sampled_from(["utf-8", "utf-16", "cp932", "utf-7"]))
def test_any_bytes_are_text_or_an_error(data, charset):
    try:
        text = decode(data, charset)
    except PolicyError:
        return
    assert text.encode(charset) == data
