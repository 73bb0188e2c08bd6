from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from tests.grade.rendering.cards import EVIL, Stream, card, everything, hostile, refused, written

from security import cli
from security.grade.render import markdown
from security.grade.render.markdown import code, plain

GITHUB = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
OURS = {"<details>", "<summary>", "</summary>", "</details>"}
# What GitHub makes links of in text by itself: addresses, people, issues.
ALIVE = re.compile(r"://|www\.|@\w|#\w", re.IGNORECASE)


def tokens(text):
    for token in GITHUB.parse(text):
        yield token
        yield from token.children or ()


def dangers(text):
    """Say what of a text is a link, a picture, a heading, HTML or a mention."""
    found = []
    for token in tokens(text):
        if token.type in {"link_open", "image", "html_inline", "s_open", "fence", "code_block"}:
            found.append(token.type)
        if token.type == "html_block" and not set(re.findall(r"<[^>]*>", token.content)) <= OURS:
            found.append(token.content)
        if token.type == "text" and ALIVE.search(token.content):
            found.append(token.content)
    return found


def test_a_stranger_s_text_is_nothing_but_text():
    text = written(markdown.write, [hostile(), card(), hostile("`")])
    assert dangers(text) == []
    headings = [token.tag for token in tokens(text) if token.type == "heading_open"]
    assert headings == ["h2", "h3", "h3", "h3"]
    assert text.isascii()


def test_the_judge_sees_dangers():
    seen = [len(dangers(one)) for one in ("[x](y)", "![x](y)", "<b>a", "<p>", "a@b.test", "@me")]
    assert seen == [1] * 6
    assert dangers("https://a.test") == ["https://a.test"]


@given(st.text() | st.text(alphabet="`\\|[]()!<>@#:/.w \n&~*_$a"))
def test_text_stays_text(text):
    for shown in (f"a {code(text)}: b", f"a {plain(text)} b"):
        assert dangers(shown) == []
        assert [token.type for token in GITHUB.parse(shown)] == [
            "paragraph_open", "inline", "paragraph_close",
        ]  # fmt: skip


@given(st.text(alphabet="`ab \\"))
def test_code_is_what_it_was(text):
    (span,) = [token for token in tokens(f"a {code(text)}") if token.type == "code_inline"]
    assert span.content.strip() == text.strip()


def test_every_failed_test_is_a_row():
    one = card(55)
    failed = [verdict.test for verdict in one.observatory.verdicts if not verdict.passes]
    rows = re.findall(r"^\| ([a-z-]+) \| -", written(markdown.write, [one]), re.MULTILINE)
    assert rows == failed


def test_findings_come_with_their_hints():
    one = card(150, "shop.test")
    lines = [line for line in written(markdown.write, [one]).splitlines() if line[:4] == "- **"]
    (found,) = [found for found in one.findings if found.severity > 0][:1]
    about = f" `{found.subject}`" if found.subject else ""
    start = f"- **{found.severity.name}** `{found.id}`{about}: "
    assert lines[0] == f"{start}{plain(found.message)} {plain(found.hint)}"


def test_a_target_that_could_not_be_graded_is_said():
    text = written(markdown.write, [refused()])
    assert "### `gone.test`: not graded\n\nThe site does not answer.\n" in text


def test_nothing_graded_is_nothing_written():
    assert written(markdown.write, []) == ""


def test_what_is_too_long_for_a_comment_is_counted():
    text = written(markdown.write, everything())
    assert len(text) < 65_536
    assert re.search(
        r"^\d+ more sites are left out; `--format json` has all\.\n$", text, re.MULTILINE
    )


def test_a_card_that_is_too_long_is_cut():
    one = hostile()
    many = one.__class__(EVIL * 99, one.observatory, one.securityheaders, one.findings * 999)
    text = written(markdown.write, [many])
    assert "not shown" in text
    assert len(text) < markdown.MAX_LENGTH


def test_no_card_is_held():
    cards = Stream(200)
    written(markdown.write, cards)
    assert cards.most <= 2


@pytest.mark.parametrize("score", [150, 80, 55])
def test_every_line_is_rendered_as_it_is_meant(score):
    text = written(markdown.write, [card(score)])
    assert "|" not in "".join(token.content for token in tokens(text) if token.type == "text")


def test_the_command_writes_it(capsys, tmp_path):
    cli.main(["grade", "--recorded", "tests/data/observatory-sample.json", "--format=markdown"])
    assert capsys.readouterr().out.startswith("## Security of the site\n\n### `")
