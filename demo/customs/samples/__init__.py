"""Files for trying out: attacks that the demo makes itself, and honest ones beside them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Final

from demo.customs.samples import documents, pictures
from demo.customs.verdict import Verdict

REFUSED, HARMLESS, ASHORE = Verdict.REFUSED, Verdict.HARMLESS, Verdict.ASHORE
DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@dataclass(frozen=True, slots=True)
class Sample:
    """A file under a ``name`` that no other sample has, and what is ``expected`` of it."""

    name: str
    media_type: str
    expected: Verdict
    title: str
    story: str
    make: Callable[[], bytes]

    @property
    def content(self) -> bytes:
        return _made(self.make)

    @property
    def slug(self) -> str:
        return self.name.replace(".", "-")


@cache
def _made(make: Callable[[], bytes]) -> bytes:
    return make()


ATTACKS: Final = (
    Sample(
        "smuggled-sunset.png",
        "image/png",
        HARMLESS,
        "A web page behind a picture",
        "A sound PNG. After its last byte a page begins, and its script would run as this site.",
        pictures.with_page,
    ),
    Sample(
        "smuggled-fog.jpg",
        "image/jpeg",
        HARMLESS,
        "PHP in a comment",
        "A sound JPEG. Its comment is a program, for servers that run what lies among the uploads.",
        pictures.with_php,
    ),
    Sample(
        "smuggled-moonlight.gif",
        "image/gif",
        HARMLESS,
        "A picture that is an archive",
        "A GIF from the front, a ZIP from the back: two programs, two opinions (GIFAR).",
        pictures.with_archive,
    ),
    Sample(
        "smuggled-gull.php.png",
        "image/png",
        HARMLESS,
        "Two endings",
        "An honest picture whose name makes some web servers run it: .php counts, wherever it is.",
        pictures.with_second_ending,
    ),
    Sample(
        "smuggled-crest.svg",
        "image/svg+xml",
        REFUSED,
        "A drawing that runs",
        "SVG may carry scripts. Opened by itself it is a page of the site that serves it.",
        lambda: documents.DRAWING_WITH_SCRIPT,
    ),
    Sample(
        "smuggled-chart.svg",
        "image/svg+xml",
        REFUSED,
        "A drawing that reads your files",
        "An entity of its document type asks the parser for /etc/passwd (XXE).",
        lambda: documents.DRAWING_THAT_READS,
    ),
    Sample(
        "smuggled-portrait.png",
        "image/png",
        REFUSED,
        "A page that is called a picture",
        "Name and declared type say PNG. The first bytes say HTML, so no more than those is read.",
        lambda: pictures.PAGE,
    ),
    Sample(
        "smuggled-notes.txt",
        "text/plain",
        REFUSED,
        "A page that is called a text",
        "Browsers that guess would show these notes as a page, and run what is in them.",
        lambda: b"\n  \n" + pictures.PAGE + b"\n",
    ),
    Sample(
        "smuggled-shop.php",
        "application/x-php",
        REFUSED,
        "A plain program",
        "Nothing is hidden: a script, hoping that nobody asks for the ending of its name.",
        lambda: pictures.PHP,
    ),
    Sample(
        "smuggled-noon.png",
        "image/png",
        REFUSED,
        "A picture of 144 million pixels",
        "18 kB to send, 144 MB once a program has opened it. The limit comes before any decoding.",
        pictures.too_many_pixels,
    ),
    Sample(
        "smuggled-ballast.zip",
        "application/zip",
        REFUSED,
        "A ZIP bomb",
        "60 kB that unpack to 60 million bytes of nothing.",
        documents.bomb,
    ),
    Sample(
        "smuggled-holiday.zip",
        "application/zip",
        REFUSED,
        "A way out of the folder",
        "An entry called ../../../etc/cron.d/gull, for whoever unpacks it without looking.",
        documents.way_out,
    ),
    Sample(
        "smuggled-offer.docx",
        DOCX,
        REFUSED,
        "A document with a macro",
        "A Word file that brings a program, and runs it when your colleague opens it.",
        documents.with_macro,
    ),
    Sample(
        "smuggled-contract.docx",
        DOCX,
        REFUSED,
        "A document that calls home",
        "No macro inside: its template is fetched from evil.example, and has one.",
        documents.with_template,
    ),
    Sample(
        "smuggled-form.pdf",
        "application/pdf",
        REFUSED,
        "A PDF that acts when opened",
        "JavaScript in its catalogue, which a reader runs at once.",
        documents.letter_with_script,
    ),
)

HONEST: Final = (
    Sample(
        "honest-photo.jpg",
        "image/jpeg",
        HARMLESS,
        "A photo that says where you live",
        "From a telephone: the picture stays, its place and its owner go.",
        pictures.located,
    ),
    Sample(
        "honest-tide.webp",
        "image/webp",
        ASHORE,
        "An animation",
        "Made anew like every picture. It still moves.",
        pictures.moving,
    ),
    Sample(
        "honest-harbour.svg",
        "image/svg+xml",
        ASHORE,
        "A drawing",
        "Shown in pages, saved when opened alone.",
        lambda: documents.DRAWING,
    ),
    Sample(
        "honest-silence.mp3",
        "audio/mpeg",
        ASHORE,
        "Four seconds of silence",
        "Sent in ranges, so that a player can jump.",
        documents.silence,
    ),
    Sample(
        "honest-letter.pdf",
        "application/pdf",
        ASHORE,
        "A letter",
        "One page, no tricks. A visitor saves it.",
        documents.letter,
    ),
    Sample(
        "honest-prices.csv",
        "text/csv",
        ASHORE,
        "A price list",
        "Text that is text.",
        lambda: documents.CSV,
    ),
    Sample(
        "honest-shed.zip",
        "application/zip",
        ASHORE,
        "An archive",
        "Two files that unpack to what they say.",
        documents.shed,
    ),
)

SAMPLES: Final[Mapping[str, Sample]] = MappingProxyType(
    {sample.slug: sample for sample in (*ATTACKS, *HONEST)}
)
