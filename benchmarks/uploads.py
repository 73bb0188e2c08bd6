"""
What accepting an upload of 10 MB takes, beside Django's own fields and a validator.

``python -m benchmarks.uploads`` cleans a form with one file field, for five types of files that
lie on the disk, as Django keeps an upload of that size. All candidates take turns in one process;
a figure is the median of the rounds, in time of the processor. Then 5 GB are sent to a server
that refuses the first chunk.
"""

from __future__ import annotations

import argparse
import io
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
import zipfile
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from .pages import replace

START, END = "<!-- bench-uploads:start -->", "<!-- bench-uploads:end -->"
ROOT: Final = Path(__file__).resolve().parents[1]
SIZE: Final = 10_000_000  # bytes of a file, a little more or less where it is packed
ROUNDS: Final = 15
SLOW_ROUNDS: Final = 5  # of making anew, which takes seconds
FIVE_GB: Final = 5 * 10**9  # bytes
SNIFFS: Final = 20  # timed together
PROMISED: Final = 1.0  # milliseconds for sniffing
PEER: Final = "django-upload-validator"
KINDS: Final = {
    "jpeg": ("a.jpg", "image/jpeg"),
    "png": ("a.png", "image/png"),
    "pdf": ("a.pdf", "application/pdf"),
    "docx": (
        "a.docx",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    "txt": ("a.txt", "text/plain"),
}
PICTURES: Final = ("jpeg", "png")

DJANGO, KEPT, ANEW, SNIFFED = "Django's field", "ours, kept", "ours, made anew", "sniffing alone"
ROWS: Final = (DJANGO, PEER, KEPT, ANEW, SNIFFED)


def main() -> None:
    """Print the table, and put it into a page if one is named."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.uploads", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--docs", type=Path, metavar="PAGE", help="put the table into PAGE")
    options = parser.parse_args()
    settings.configure(SECRET_KEY="nothing-is-signed", USE_I18N=False)  # noqa: S106
    import django  # noqa: PLC0415  # the settings come first

    django.setup()
    warnings.simplefilter("ignore")
    notes: list[str] = []
    found = {kind: measured(kind, options.rounds, notes) for kind in KINDS}
    text = report(found, notes, streamed())
    print(text)
    if options.docs:
        replace(options.docs, text, (START, END))


def measured(kind: str, rounds: int, notes: list[str]) -> dict[str, float]:
    """Return the median milliseconds of each candidate that takes the file."""
    took: dict[str, list[float]] = {}
    content = CONTENTS[kind]()
    with uploaded(kind, content) as upload:
        calls = dict(candidates(kind, upload))
        for name, call in calls.items():  # the first call imports, and may refuse
            if trouble := call():
                raise SystemExit(f"{name} did not accept the {kind}: {trouble}")
        for number in range(rounds):
            order = [name for name in calls if name != ANEW or number < SLOW_ROUNDS]
            for name in order if number % 2 else reversed(order):
                began = time.process_time()
                calls[name]()
                took.setdefault(name, []).append((time.process_time() - began) * 1000)
    if kind in PICTURES:
        from PIL import Image  # noqa: PLC0415

        across, down = Image.open(io.BytesIO(content)).size
        size = len(content) / 10**6
        notes.append(f"The {kind.upper()}: {size:.1f} MB, {across:,} x {down:,} pixels of noise.")
    per_call = {SNIFFED: SNIFFS}
    return {name: statistics.median(times) / per_call.get(name, 1) for name, times in took.items()}


def uploaded(kind: str, content: bytes) -> Any:
    """Return the file as Django's handler leaves it."""
    from django.core.files.uploadedfile import TemporaryUploadedFile  # noqa: PLC0415

    name, media_type = KINDS[kind]
    upload = TemporaryUploadedFile(name, media_type, len(content), None)
    upload.write(content)
    upload.flush()
    upload.seek(0)
    return upload


def candidates(kind: str, upload: Any) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Yield name and function; one that returns something has not accepted the file."""
    from django import forms  # noqa: PLC0415

    from security.uploads.forms import SafeFileField  # noqa: PLC0415
    from security.uploads.sniff import sniff  # noqa: PLC0415

    def cleaned(field: Any) -> Callable[[], Any]:
        form_class = type("UploadForm", (forms.Form,), {"file": field})

        def clean() -> Any:
            upload.seek(0)
            return form_class({}, {"file": upload}).errors

        return clean

    def sniffed() -> Any:
        for _ in range(SNIFFS):
            found = sniff(upload)
        return None if found == kind else found

    own = forms.ImageField if kind in PICTURES else forms.FileField
    yield DJANGO, cleaned(own())
    if validator := peer(kind):
        yield PEER, cleaned(forms.FileField(validators=[validator]))
    yield KEPT, cleaned(SafeFileField(types=[kind], max_size=2 * SIZE, reencode=False))
    if kind in PICTURES:
        yield ANEW, cleaned(SafeFileField(types=[kind], max_size=2 * SIZE))
    yield SNIFFED, sniffed


def peer(kind: str) -> Any:
    """Return the validator of the peer, or ``None`` where it or libmagic is not installed."""
    try:
        from upload_validator import (  # type: ignore[import-not-found]  # noqa: PLC0415
            FileTypeValidator,
        )
    except ImportError:
        return None
    name, media_type = KINDS[kind]
    return FileTypeValidator([media_type], [Path(name).suffix])


def noise(size: int) -> bytes:
    """Return bytes that cannot be packed, the same in each run."""
    return random.Random(1).randbytes(size)  # noqa: S311 - nothing to guess


def jpeg() -> bytes:
    return picture("jpeg", (2400, 1800), quality=95, subsampling=0)


def png() -> bytes:
    return picture("png", (1925, 1730))


def picture(kind: str, size: tuple[int, int], **options: Any) -> bytes:
    from PIL import Image  # noqa: PLC0415

    out = io.BytesIO()
    image = Image.frombytes("RGB", size, noise(3 * size[0] * size[1]))
    image.save(out, format=kind, **options)
    return out.getvalue()


def pdf() -> bytes:
    from tests.uploads.kinds import pdfs  # noqa: PLC0415

    return pdfs.pdf(pdfs.stream(b"/Subtype /Image /Filter /DCTDecode", noise(SIZE)))


def docx() -> bytes:
    from tests.uploads.kinds import offices  # noqa: PLC0415

    words = " ".join(f"word{number}" for number in range(200_000))
    paragraph = f"<w:p><w:r><w:t>{words}</w:t></w:r></w:p>"
    half = {"word/document.xml": offices.document(paragraph)}
    size = SIZE - len(offices.docx(half))
    out = io.BytesIO(offices.docx(half))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_STORED) as archive:
        archive.writestr("word/media/image1.png", noise(size))
    return out.getvalue()


def text() -> bytes:
    return b"A line of text as people write them by the thousand.\n" * (SIZE // 53)


CONTENTS: Final = {"jpeg": jpeg, "png": png, "pdf": pdf, "docx": docx, "txt": text}


def streamed() -> str:
    """Return what a server did with an upload of 5 GB whose first chunk is no picture."""
    from tests.uploads.accepting.test_streaming import Served  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "tests.uploads.accepting.served", folder]
        pipes: Any = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True}
        with subprocess.Popen(command, cwd=ROOT, **pipes) as process:
            try:
                served = Served(process, Path(folder))
                served.post("a.txt", "text/plain", b"hello", 5)
                before = served.peak()
                went, _ = served.post("a.png", "image/png", b"MZ" + bytes(100_000), FIVE_GB)
                after = served.peak()
                on_disk = len(list(Path(folder).iterdir()))
            finally:
                process.terminate()
    return (
        f"5 GB refused at the first chunk: {went / 10**6:.1f} MB were sent, {on_disk} files on the "
        f"disk,\nat most {after / 1024:.1f} MB of memory, {(after - before) / 1024:.1f} MB more "
        "than before"
    )


def report(found: dict[str, dict[str, float]], notes: list[str], streaming: str) -> str:
    """Return the table."""
    names = ["Django", "Pillow", "puremagic"]
    names += [PEER] if PEER in found["txt"] else []
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in names)
    lines = [
        "Milliseconds of the processor to clean a form with a file of 10 MB",
        f"Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}",
        versions,
        "",
        f"{'':38}" + "".join(f"{kind.upper():>9}" for kind in found),
    ]
    lines += [row(name, [kinds.get(name) for kinds in found.values()]) for name in ROWS]
    lines.append("")
    for over, to in ((KEPT, DJANGO), (KEPT, PEER), (ANEW, DJANGO)):
        pairs = [(kinds.get(over), kinds.get(to)) for kinds in found.values()]
        lines.append(row(f"{over} / {to}", [a / b if a and b else None for a, b in pairs]))
    slowest = max(kinds[SNIFFED] for kinds in found.values())
    verdict = "met" if slowest < PROMISED else "not met"
    lines += [
        "",
        f"sniffing < {PROMISED:g} ms: {slowest:.2f} at most  {verdict}",
        streaming,
        *notes,
    ]
    if PEER not in found["txt"]:
        lines.append(f"{PEER} or libmagic is not installed, and left out.")
    return "\n".join(line.rstrip() for line in lines)


def row(name: str, values: list[float | None]) -> str:
    cells = ("-" if value is None else shown(value) for value in values)
    return f"{name:38}" + "".join(f"{cell:>9}" for cell in cells)


def shown(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


if __name__ == "__main__":
    main()
