"""The test file of the anti-virus industry, in each type that can carry it."""

from __future__ import annotations

import pytest
from django.test import override_settings
from tests.modes import connections
from tests.uploads.accepting.test_clamav import BAD, clamd
from tests.uploads.corpus.files import media_type_of
from tests.uploads.corpus.sending import upload_site
from tests.uploads.corpus.tricks import after_header, at_start
from tests.uploads.kinds.archives import zipped
from tests.uploads.kinds.films import box, moov, mp3, mp4
from tests.uploads.kinds.offices import docx, odt
from tests.uploads.kinds.pdfs import pdf, stream

__all__ = ["connections"]

CARRIERS = {
    "a.txt": BAD,
    "a.csv": BAD + b",1\n",
    "a.zip": zipped({"eicar.com": BAD}, packed=False),
    "a.docx": docx({"word/media/a.png": BAD}),
    "a.odt": odt({"Pictures/a": BAD}),
    "a.pdf": pdf(stream(b"", BAD)),
    "a.png": after_header(b"tEXt", b"Comment\0" + BAD),
    "a.jpg": at_start(0xFE, BAD),
    "a.mp3": mp3(tag=BAD),
    "a.mp4": mp4(moov(), box(b"free", BAD)),
    "a.svg": b"<svg xmlns='http://www.w3.org/2000/svg'><desc>" + BAD + b"</desc></svg>",
}
# A server without an engine unpacks nothing.
SEEN = [name for name, content in CARRIERS.items() if BAD in content]


def test_most_types_can_carry_it():
    assert len(SEEN) >= 8


@pytest.mark.parametrize("name", SEEN)
def test_what_the_scanner_finds_is_refused_and_else_it_is_a_file_like_any(name):
    content = CARRIERS[name]
    with upload_site() as send:
        assert send(name, media_type_of(name), content).rules == []
        with clamd(None) as scanner, override_settings(SECURITY_UPLOADS={"CLAMAV": str(scanner)}):
            assert send(name, media_type_of(name), content).rules == ["virus.found"]
