"""
Record visits of the demo shop with Chromium as an HTTP Archive: ``record_har.py FILE``.

Each page is visited over plain HTTP first, by somebody whom no site knows yet, as the grader's
two sessions are. ``bulwark grade --har FILE`` reads what comes out.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
PATHS: Final = ("/", "/about/", "/pieces/tide-mug/", "/accounts/login/", "/admin/login/")


def main() -> int:
    """Record all pages into the file of the command line."""
    if len(sys.argv) != 2:
        sys.stderr.write("usage: record_har.py FILE\n")
        return 2
    with tempfile.TemporaryDirectory() as folder, shop(Path(folder)) as facts:
        record(facts, Path(sys.argv[1]), PATHS)
    return 0


@contextmanager
def shop(folder: Path) -> Iterator[Any]:
    """Run the demo with all that it keeps in ``folder``; yield what it says of itself."""
    sys.path[:0] = [str(ROOT), str(ROOT / "src")]
    site: Any = import_module("tests.demo.running")  # found once the path is set
    with site.serving(folder, "--json") as process:
        yield json.loads(process.stdout.readline())


def record(facts: Any, file: Path, paths: Sequence[str]) -> None:
    """Visit pages of the shop, each as a new visitor, and write one archive of them all."""
    sync_api: Any = import_module("playwright.sync_api")
    programs: Any = import_module("tests.programs")
    archives = []
    with sync_api.sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(
            executable_path=programs.program("chromium"),
            args=["--disable-gpu", f"--ignore-certificate-errors-spki-list={facts['spki']}"],
        )
        for number, path in enumerate(paths):
            part = Path(folder, f"{number}.har")
            context = browser.new_context(record_har_path=part, record_har_content="embed")
            context.new_page().goto(facts["http"] + path)
            context.close()
            archives.append(json.loads(part.read_text(encoding="utf-8")))
        browser.close()
    file.write_text(json.dumps(joined(archives), indent=1) + "\n", encoding="utf-8")


def joined(archives: list[Any]) -> Any:
    """Return archives as one, whose pages have names of their own."""
    whole = archives[0]
    pages, entries = [], []
    for number, archive in enumerate(archives):
        log = archive["log"]
        pages += [{**page, "id": f"{number}-{page['id']}"} for page in log["pages"]]
        entries += [
            {**entry, "pageref": f"{number}-{entry['pageref']}"}
            for entry in log["entries"]
            if "pageref" in entry
        ]
    whole["log"] |= {"pages": pages, "entries": entries}
    return whole


if __name__ == "__main__":
    sys.exit(main())
