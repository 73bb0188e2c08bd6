"""
Bring ``src/security/locale`` up to date: what the source says, and the compiled catalogues.

Run it after a text was changed. New texts are left empty in the ``.po`` files; translate
them there and run it again. It needs no gettext tools, and the same source gives the same
bytes.
"""

from __future__ import annotations

import ast
import re
import struct
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from django.utils.translation.template import templatize

ROOT: Final = Path(__file__).resolve().parent.parent
PACKAGE: Final = ROOT / "src" / "security"
LOCALE: Final = PACKAGE / "locale"
LANGUAGES: Final = {
    "de": "nplurals=2; plural=(n != 1);",
    "fr": "nplurals=2; plural=(n > 1);",
}
SINGLE: Final = frozenset({"gettext", "gettext_lazy", "gettext_noop"})
PLURAL: Final = frozenset({"ngettext", "ngettext_lazy"})
MAGIC: Final = 0x950412DE  # of a compiled catalogue

Texts = Mapping[tuple[str, ...], Sequence[str]]  # singular, and plural if any: translations


def extract() -> dict[tuple[str, ...], str]:
    """Return every text of the package, with the file that it stands in first."""
    found: dict[tuple[str, ...], str] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        for text in texts_of(path.read_text(encoding="utf-8")):
            found.setdefault(text, path.relative_to(ROOT).as_posix())
    for path in sorted((PACKAGE / "templates").rglob("*.*")):
        for text in templatized(path.read_text(encoding="utf-8")):
            found.setdefault(text, path.relative_to(ROOT).as_posix())
    return found


def texts_of(source: str) -> Iterator[tuple[str, ...]]:
    """Yield the texts that a module hands to gettext, by whatever name it imports that."""
    tree = ast.parse(source)
    names = {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = getattr(node.func, "id", getattr(node.func, "attr", ""))
        function = names.get(called, called if called in SINGLE | PLURAL else "")
        wanted = 1 if function in SINGLE else 2 if function in PLURAL else 0
        given = node.args[:wanted]
        if wanted and all(isinstance(each, ast.Constant) for each in given):
            yield tuple(str(each.value) for each in given if isinstance(each, ast.Constant))


def templatized(template: str) -> Iterator[tuple[str, ...]]:
    """Yield the texts of a template, as Django itself finds them."""
    text = r"""u?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
    code = templatize(template)
    for match in re.finditer(rf"\b(?:_|gettext) ?\( ?{text}", code):
        yield (ast.literal_eval(match[1]),)
    for match in re.finditer(rf"\bngettext\({text}, {text}", code):
        yield ast.literal_eval(match[1]), ast.literal_eval(match[2])


def read_po(text: str) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Read a catalogue as ``write_po`` writes it; the header is the text of ``("",)``."""
    catalogue = {}
    for block in text.strip().split("\n\n"):
        parts: dict[str, str] = {}
        key = ""
        for line in block.splitlines():
            if line.startswith("#"):
                continue
            if not line.startswith('"'):
                key, _, line = line.partition(" ")  # noqa: PLW2901
            parts[key] = parts.get(key, "") + ast.literal_eval(line)
        if parts:
            names = [parts.pop(name) for name in ("msgid", "msgid_plural") if name in parts]
            catalogue[tuple(names)] = tuple(parts.values())
    return catalogue


def write_po(language: str, places: Mapping[tuple[str, ...], str], known: Texts) -> str:
    """Return the catalogue of a language, in the order of the source."""
    blocks = [
        "# Texts of the package. Made by scripts/update_translations.py; translate here.\n"
        'msgid ""\nmsgstr ""\n'
        + "\n".join(quoted(f"{line}\n") for line in header(language).splitlines())
    ]
    for text, place in places.items():
        lines = [f"#: {place}"]
        if re.search(r"%[(ds]", text[-1]):
            lines.append("#, python-format")
        lines.append(f"msgid {quoted(text[0])}")
        said = known.get(text, ("",) * len(text))
        if len(text) == 2:
            lines.append(f"msgid_plural {quoted(text[1])}")
            lines += [f"msgstr[{index}] {quoted(each)}" for index, each in enumerate(said)]
        else:
            lines.append(f"msgstr {quoted(said[0])}")
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + "\n"


def header(language: str) -> str:
    """Return what a catalogue says about itself."""
    return (
        f"Language: {language}\nMIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\n"
        f"Content-Transfer-Encoding: 8bit\nPlural-Forms: {LANGUAGES[language]}\n"
    )


def quoted(text: str) -> str:
    """Return a text as a string of a catalogue."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def compiled(catalogue: Texts) -> bytes:
    """Return a catalogue as gettext reads it; a text without a translation is left out."""
    entries = sorted(
        ("\0".join(text).encode(), "\0".join(said).encode())
        for text, said in catalogue.items()
        if all(said)
    )
    start = 28 + 16 * len(entries)  # bytes: the header, and two tables of two numbers each
    tables: list[list[int]] = [[], []]
    data = b""
    for column in (0, 1):
        for entry in entries:
            tables[column] += [len(entry[column]), start + len(data)]
            data += entry[column] + b"\0"
    number = len(entries)
    head = struct.pack("<7I", MAGIC, 0, number, 28, 28 + 8 * number, 0, start)
    return head + struct.pack(f"<{4 * number}I", *tables[0], *tables[1]) + data


def main() -> int:
    """Update every catalogue; return 1 while a translation is missing."""
    places = extract()
    missing = 0
    for language in LANGUAGES:
        path = LOCALE / language / "LC_MESSAGES" / "django.po"
        known = read_po(path.read_text(encoding="utf-8")) if path.is_file() else {}
        text = write_po(language, places, known)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        catalogue = read_po(text)
        path.with_suffix(".mo").write_bytes(compiled(catalogue))
        for source, said in catalogue.items():
            if not all(said):
                print(f"{language}: {source[0]!r} has no translation", file=sys.stderr)
                missing += 1
    return min(missing, 1)


if __name__ == "__main__":
    sys.exit(main())
