"""PDF: what makes a search read the same bytes again and again is refused, or read once."""

from __future__ import annotations

import zlib

import pytest
from tests.uploads.kinds.asked import HONEST, rule_of
from tests.uploads.kinds.pdfs import PAGE, packed, pdf, stream

from security.uploads.kinds import pdf as module

UNPACKED = stream(b"/Type /ObjStm /N 1 /First 4", b"9 0 " + PAGE)
PLAIN = b"1 0 obj<</First 1>>stream\n"


def in_objects(content: bytes) -> bytes:
    return pdf(
        stream(b"/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode", zlib.compress(content + PAGE))
    )


@pytest.mark.parametrize("name", [b"/Type", b"/Count", b"/OpenAction"])
@pytest.mark.parametrize("place", [pdf, in_objects], ids=["object", "packed"])
def test_comments_that_would_be_passed_from_many_names_are_refused(name, place):
    rule = "pdf.open" if name == b"/OpenAction" else "pdf.disguised"

    assert rule_of("pdf", place(b"%" + name + b"\n" + (b"%" + name + b"\n") * 20)) == rule
    assert rule_of("pdf", place(name + b"%" + name * 20 + b"\n 1")) == rule
    assert rule_of("pdf", pdf().replace(b"%%EOF", name + b"\n%%EOF")) == rule


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"<< /Type % of a/b, see /Annots\n /Annot >>", HONEST),
        (b"<< /Type\n% one\n%% two\r\n /Annot /Count % few\n 1 >>", HONEST),
        (b"<< /Count %" + b"x/" * 300 + b"\n 99999 >>", "pdf.pages"),
        (b"<< /Count " + b"%\n" * 300 + b" 99999 >>", "pdf.pages"),
    ],
    ids=["slash", "lines", "long", "many"],
)
def test_a_comment_after_a_name_is_passed(content, rule):
    assert rule_of("pdf", pdf(content)) == rule


@pytest.mark.parametrize(
    "piece", [b"obj%       ", b"obj<aaaaaaa", b"obj stream "], ids=["comment", "string", "stream"]
)
def test_what_is_jumped_over_from_many_places_meets_a_limit(piece):
    assert rule_of("pdf", pdf(piece * 20 + b"\n>")) is HONEST
    assert rule_of("pdf", pdf(piece * 1_000 + b"\n>")) == "content.broken"


def test_a_dictionary_that_is_open_at_many_streams_meets_a_limit():
    assert rule_of("pdf", pdf(b"<<" + b" abcd\nstream\n" * 10)) is HONEST
    assert rule_of("pdf", pdf(b"<<" + b" abcd\nstream\n" * 1_000)) == "content.broken"


def test_object_streams_that_are_not_packed_are_looked_at_once(monkeypatch):
    looked = []
    actions = module._Search.actions
    monkeypatch.setattr(
        module._Search,
        "actions",
        lambda self, text: looked.append(len(text)) or actions(self, text),
    )
    content = pdf(PLAIN * 1_000)

    assert rule_of("pdf", content) is HONEST
    assert sum(looked) < 2 * len(content)


def test_what_is_done_first_is_looked_for_in_so_many_bytes():
    catalog = b"<< /Type /Catalog /Pages 2 0 R /OpenAction 4 0 R >>"
    content = pdf(b"[3 0 R /Fit]", PLAIN * 20, catalog=catalog)

    assert rule_of("pdf", content) is HONEST
    assert rule_of("pdf", content, max_unpacked=10 * 100) == "pdf.unpacked"


@pytest.mark.parametrize("before", [b"null", stream(b"", bytes(3 * 1024 * 1024)), UNPACKED])
def test_no_short_name_is_hidden_in_an_object_stream_that_is_not_packed(before):
    action = stream(b"/Type /ObjStm /N 1 /First 4", b"9 0 << /AA << /O 9 0 R >> >>")

    assert rule_of("pdf", pdf(before, UNPACKED)) is HONEST
    assert rule_of("pdf", pdf(before, action)) == "pdf.open"
    assert rule_of("pdf", pdf(action, before, packed(PAGE))) == "pdf.open"
