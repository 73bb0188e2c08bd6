from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from security.authoring.inline_extract import (
    EVENTS,
    HEADERS,
    MAX_CODE,
    Move,
    Sheet,
    extended,
    file_name,
    loading,
    move,
)
from security.authoring.inline_fix import apply
from security.authoring.inline_names import METHODS
from security.authoring.inline_scan import scan


def moved(text: str) -> Move | str:
    (found,) = scan(text).occurrences
    return move(found)


class Reader(HTMLParser):
    """What another parser than ours sees in a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))


def test_a_handler_becomes_a_data_attribute_and_a_function():
    text = "<form id=a onsubmit=\"return confirm('Really?');\" class=b>"
    result = moved(text)
    assert result.sheet is Sheet.JS
    ((tag, attributes),) = Reader(apply(text, [result.edit])).seen
    key = attributes["data-csp-onsubmit"]
    assert (tag, attributes) == ("form", {"id": "a", "data-csp-onsubmit": key, "class": "b"})
    assert result.line == (
        f"cspExtracted.set(\"{key}\", function (event) {{ return confirm('Really?'); }});"
    )


def test_a_style_becomes_a_data_attribute_and_a_rule():
    text = "<p style='margin:0 auto; color : #Fa0!important'>"
    result = moved(text)
    assert result.sheet is Sheet.CSS
    ((_, attributes),) = Reader(apply(text, [result.edit])).seen
    key = attributes["data-csp-style"]
    assert attributes == {"data-csp-style": key}
    assert result.line == (
        f'[data-csp-style="{key}"]:not(#\\#):not(#\\#) {{ margin: 0 auto; color: #Fa0!important; }}'
    )


def test_the_same_code_has_the_same_name_and_other_code_another():
    lines = [moved(f"<a onclick='{code}'>").line for code in ("a()", "a()", "b()")]
    assert lines[0] == lines[1] != lines[2]
    assert moved("<a onclick='a()'>").edit.text != moved("<a onchange='a()'>").edit.text


@pytest.mark.parametrize(
    "code",
    [
        "a()",
        " a( ) ; ",
        "return toggleMenu(this, 'open', -1.5, true, null, event.target.value);",
        "this.form.submit()",
        "history.back(); return false;",
        "window.print()",
        "event.stopPropagation();event.preventDefault()",
        "alert('\u00e7a va?')",
    ],
)
def test_calls_with_plain_arguments_move(code):
    assert isinstance(moved(f'<a onclick="{code}">'), Move)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('<a onclick="a({{ b }})">', "it holds template marks"),
        ('<a onclick="">', "it is empty, and can go"),
        ('<a onclick="a = 1">', "it is more than calls with plain arguments"),
        ('<a onclick="a(b)">', "it is more than calls with plain arguments"),
        ('<a onclick="a() b()">', "it is more than calls with plain arguments"),
        ('<a onclick="a(); }">', "it is more than calls with plain arguments"),
        ('<a onclick="a()(b)">', "it is more than calls with plain arguments"),
        ('<a onclick="if(true)">', "it is more than calls with plain arguments"),
        ('<a onclick="function()">', "it is more than calls with plain arguments"),
        ("<a onclick=\"a('</script>')\">", "it is more than calls with plain arguments"),
        ("<a onclick=\"a('&#39;')\">", "it is more than calls with plain arguments"),
        ("<a onclick=\"a('\n')\">", "it is more than calls with plain arguments"),
        ("<a onclick=\"a('\u2028')\">", "it is more than calls with plain arguments"),
        ("<a onclick=\"a('\\')\">", "it is more than calls with plain arguments"),
        ('<a onclick="q.focus()">', "q may be a field of the form"),
        ('<a onclick="submit()">', "submit() may be a method of the element"),
        ('<a onclick="a();close()">', "close() may be a method of the element"),
        ('<img onerror="a()">', "error may happen before a file is loaded"),
        ('<body onclick="a()">', "on <body> it may be the window's"),
        (f'<a onclick="a({1:0{MAX_CODE}})">', f"it has more than {MAX_CODE} characters"),
        ('<a href="javascript:a()">', "only handlers and style attributes move"),
        ("<p style>", "it is empty, and can go"),
        ("<p style='display: none'>", "scripts often switch display"),
        ("<p style='color: red; visibility:hidden'>", "scripts often switch visibility"),
        ("<p style='background: url(a.png)'>", "it is more than plain declarations"),
        ("<p style='background: URL(a.png)'>", "it is more than plain declarations"),
        ("<p style='--a: b'>", "it is more than plain declarations"),
        ("<p style='color'>", "it is more than plain declarations"),
        ("<p style='color: red } p { margin: 0'>", "it is more than plain declarations"),
        ("<p style='width: calc(1px'>", "it is more than plain declarations"),
        ("<p style='width: )1px('>", "it is more than plain declarations"),
        ("<p style='color: red /* a'>", "it is more than plain declarations"),
        ("<p style='color: r\\65 d'>", "it is more than plain declarations"),
        ("<p style='color: re&#100;'>", "it is more than plain declarations"),
    ],
)
def test_what_may_mean_something_else_in_a_file_stays(text, reason):
    assert moved(text) == reason


@given(code=st.text("abthis.event(){}[]'\"\\;, \n=&<1-/*:#", max_size=60))
def test_a_line_that_moves_is_one_line_that_ends_itself(code):
    for text, comments in (
        (f"<p onclick='{code}'>", ["/*", "//"]),
        (f'<p style="{code}">', ["/*"]),
    ):
        for found in scan(text).occurrences:
            result = move(found)
            if isinstance(result, Move):
                assert len(result.line.splitlines()) == 1
                inner = re.sub(r"'[^']*'|\"[^\"]*\"", "", result.line)
                assert [inner.count(char) for char in "({["] == [
                    inner.count(char) for char in ")}]"
                ]
                assert [mark for mark in comments if mark in inner] == []


def test_a_static_file_is_only_added_to():
    first = extended("", Sheet.CSS, ["b", "a", "b"])
    assert first == f"{HEADERS[Sheet.CSS]}b\na\n"
    assert extended(first, Sheet.CSS, ["a", "b"]) == first
    assert extended(f"{first}own {{}}", Sheet.CSS, ["c", "d"]) == f"{first}own {{}}\nc\nd\n"
    assert extended("a\r\n", Sheet.CSS, ["a"]) == "a\r\n"
    assert extended("", Sheet.JS, []) == ""


def test_the_script_knows_every_event_that_moves():
    (listed,) = re.findall(r"const events = (\[.*\]);", HEADERS[Sheet.JS])
    assert tuple(json.loads(listed)) == EVENTS


def test_the_elements_that_load_the_files_have_a_nonce():
    for sheet, name in ((Sheet.CSS, "link"), (Sheet.JS, "script")):
        ((tag, attributes),) = Reader(loading("shop", sheet)).seen
        assert (tag, attributes["nonce"]) == (name, "{{ csp_nonce }}")
        assert file_name("shop", sheet) in str(attributes)


def test_the_methods_of_elements_are_known():
    assert {"click", "close", "focus", "remove", "reset", "submit", "write"} <= METHODS
    assert all(re.fullmatch(r"\w+", name) for name in METHODS)
