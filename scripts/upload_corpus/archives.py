"""ZIP archives by Info-ZIP and 7-Zip, as Debian has them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from upload_corpus.made import Made, in_folder, run

_HELD: Final = {
    "notes.txt": b"buy milk\n" * 40,
    "folder/\u00fcber uns.txt": "\u00fcber uns\n".encode(),
    "folder/deep/page.html": b"<h1>A page in an archive</h1>",
    "\u65e5\u672c\u8a9e.csv": b"a,b\n1,2\n",
    "empty.txt": b"",
    "numbers.bin": bytes(range(256)) * 16,
}
_PLANS: Final = {
    "zip": "zip -q -r",
    "zip-stored": "zip -q -r -0",
    "zip-best": "zip -q -r -9",
    "zip-no-folders": "zip -q -r -D",
    "zip-no-extra": "zip -q -r -X",
    "zip-zip64": "zip -q -r -fz",
    "7z": "7z a -tzip -bso0",
    "7z-stored": "7z a -tzip -bso0 -mx=0",
    "7z-best": "7z a -tzip -bso0 -mx=9",
    "7z-one-thread": "7z a -tzip -bso0 -mmt=1 -mtc=on",
}


def make() -> Iterator[Made]:
    """Yield one archive for each way of packing."""
    yield from in_folder(_all)


def _all(folder: Path) -> Iterator[Made]:
    source = folder / "source"
    for name, content in _HELD.items():
        path = source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (source / "nothing in it").mkdir()
    tools = {
        "zip": "Info-ZIP " + run("zip", "-v").split("This is Zip ")[1].split()[0],
        "7z": "p7zip " + run("7z").split("p7zip Version ")[-1].split()[0],
    }
    for name, plan in _PLANS.items():
        made = folder / f"{name}.zip"
        run(*plan.split(), made, ".", folder=source)
        yield Made(made.name, made.read_bytes(), tools[plan.split()[0]])
    told = folder / "zip-comment.zip"
    run("sh", "-c", f"echo 'A remark on all' | zip -q -z -r {told} notes.txt", folder=source)
    yield Made(told.name, told.read_bytes(), tools["zip"])
    piped = folder / "zip-piped.zip"
    run("sh", "-c", f"zip -q -r - . | cat > {piped}", folder=source)
    yield Made(piped.name, piped.read_bytes(), tools["zip"])
    run("zip", "-q", folder / "inner.zip", "notes.txt", folder=source)
    run("zip", "-q", folder / "zip-in-zip.zip", "inner.zip", folder=folder)
    yield Made("zip-in-zip.zip", (folder / "zip-in-zip.zip").read_bytes(), tools["zip"])
    run("zip", "-q", "-d", folder / "zip.zip", "notes.txt", folder=source)
    yield Made("zip-shortened.zip", (folder / "zip.zip").read_bytes(), tools["zip"])
    (source / "later.txt").write_text("later\n")
    run("7z", "u", "-tzip", "-bso0", folder / "7z.zip", "later.txt", folder=source)
    yield Made("7z-updated.zip", (folder / "7z.zip").read_bytes(), tools["7z"])
