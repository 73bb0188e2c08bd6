"""
Make the honest uploads that no inspector may refuse: ``make_upload_corpus.py [FAMILY ...]``.

Each file is written by a program that people use, and the manifest says by which. What a
program that is not installed has made before stays. ``hostile FOLDER`` writes the hostile ones.
"""

from __future__ import annotations

import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from upload_corpus import archives, drawings, films, offices, papers
from upload_corpus.made import Made, Maker, MissingToolError

ROOT: Final = Path(__file__).resolve().parent.parent
FOLDER: Final = ROOT / "tests" / "data" / "uploads" / "honest"
MANIFEST: Final = FOLDER.parent / "honest.json"
FAMILIES: Final[dict[str, Maker]] = {
    "archives": archives.make,
    "drawings": drawings.make,
    "films": films.make,
    "offices": offices.make,
    "papers": papers.make,
}


def main(arguments: list[str]) -> int:
    """Make the families that are named, or all of them."""
    if arguments[:1] == ["hostile"] and len(arguments) == 2:
        return write_hostile(Path(arguments[1]))
    if set(arguments) - FAMILIES.keys():
        sys.stderr.write(f"usage: make_upload_corpus.py [{'|'.join(FAMILIES)} ...]\n")
        return 2
    FOLDER.mkdir(parents=True, exist_ok=True)
    for family in arguments or FAMILIES:
        made: list[Made] = []
        try:
            made.extend(FAMILIES[family]())
        except MissingToolError as error:
            sys.stderr.write(f"{family}: {error} is not installed; the family ends there.\n")
        else:
            forget(family)
        write(family, made)
    return 0


def manifest() -> dict[str, dict[str, str]]:
    """Return family and tool of each file."""
    told: dict[str, dict[str, str]] = {}
    return json.loads(MANIFEST.read_text("utf-8")) if MANIFEST.exists() else told


def save(told: dict[str, dict[str, str]]) -> None:
    """Write the manifest in the order of names, one file a line."""
    rows = (f"{json.dumps(name)}: {json.dumps(row)}" for name, row in sorted(told.items()))
    MANIFEST.write_text("{\n" + ",\n".join(rows) + "\n}\n", "utf-8")


def forget(family: str) -> None:
    """Remove what a family has made before."""
    told = manifest()
    for name in [name for name, row in told.items() if row["family"] == family]:
        (FOLDER / name).unlink(missing_ok=True)
        del told[name]
    save(told)


def write(family: str, made: list[Made]) -> None:
    """Write the files of a family."""
    for file in made:
        (FOLDER / file.name).write_bytes(file.content)
    save(manifest() | {file.name: {"family": family, "tool": file.tool} for file in made})
    sys.stdout.write(f"{family}: {len(made)} files\n")


def write_hostile(folder: Path) -> int:
    """Write each hostile file under a number, and a list of what it is sent as."""
    sys.path[:0] = [str(ROOT), str(ROOT / "src")]
    corpus: Any = import_module("tests.uploads.corpus.hostile")  # found once the path is set
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for number, file in enumerate(corpus.hostile()):
        (folder / f"{number:03}").write_bytes(file.content)
        rows.append([f"{number:03}", file.family, file.title, file.name, file.media_type])
    (folder / "list.json").write_text(json.dumps(rows, indent=1) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
