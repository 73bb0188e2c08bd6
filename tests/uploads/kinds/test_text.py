"""Text is text from start to end."""

from __future__ import annotations

import pytest
from tests.uploads.kinds.archives import zipped
from tests.uploads.kinds.asked import HONEST, rule_of

LONG = "\u4e66" * 100_000  # its letters are cut by the blocks


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"a,b\r\n1,2\r\n",
        b"=1+1,@SUM(A1)\n",
        b"\xef\xbb\xbfa;b\n",
        "na\u00efve".encode(),
        "na\u00efve \u20ac".encode("cp1252"),
        b"1 < 2, <3 and a<b>c</b>\n",
        b"tab\tand\x0cpage\n",
        LONG.encode(),
    ],
    ids=["empty", "rows", "formula", "mark", "utf-8", "windows", "signs", "space", "long"],
)
@pytest.mark.parametrize("kind", ["txt", "csv"])
def test_honest_text_is_accepted(kind, content):
    assert rule_of(kind, content) is HONEST


HOSTILE = {
    "page": ("text.html", b"<!DOCTYPE html><p>"),
    "page after space": ("text.html", b" \n\t<script>alert(1)</script>"),
    "page after a mark": ("text.html", b"\xef\xbb\xbf<script >"),
    "comment": ("text.html", b"<!-- x -->"),
    "nul": ("text.control", b"a\0b"),
    "bell": ("text.control", b"a" * 100_000 + b"\x07"),
    "terminal": ("text.control", b"\x1b[2J"),
    "utf-16": ("text.control", "text".encode("utf-16")),
    "pdf": ("text.other", b"a\n%PDF-1.4\n"),
    "zip": ("text.other", b"a" + zipped({"b": b"c"})),
    "program": ("text.other", b"<?php phpinfo();"),
    "script": ("text.other", b"#!/bin/sh\n"),
    "neither": ("text.encoding", b"\x81\xff"),
    "cut letter": ("text.encoding", b"\xc3\x81\xe4\xb9"),
}


@pytest.mark.parametrize("name", list(HOSTILE))
def test_what_is_no_text_is_refused(name):
    rule, content = HOSTILE[name]

    assert rule_of("txt", content) == rule
    assert rule_of("csv", content) == rule
