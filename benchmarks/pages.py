"""Put what was measured into the page that quotes it."""

from __future__ import annotations

from pathlib import Path


def replace(page: Path, text: str, marks: tuple[str, str]) -> None:
    """Put the report between the two marks of a page."""
    first, last = marks
    before, start, rest = page.read_text(encoding="utf-8").partition(first)
    _, end, after = rest.partition(last)
    if not end:
        raise SystemExit(f"{page} must have {first} and, after it, {last}.")
    block = f"\n```text\n{text}\n```\n"
    page.write_text(f"{before}{start}{block}{end}{after}", encoding="utf-8")
