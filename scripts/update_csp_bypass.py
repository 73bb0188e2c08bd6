"""
Write the table of bypass hosts, ``security/policy/csp/bypass.py``, and its licence beside it.

The source is the npm package of Google's CSP Evaluator. ``--check`` writes nothing: it makes
both files again from the version that the table names, and fails if they differ.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).resolve().parent.parent / "src/security/policy/csp"
TABLE = FOLDER / "bypass.py"
LICENCE = FOLDER / "bypass.LICENSE"
PACKAGE = "csp_evaluator"
MAX_LINE = 100  # characters, as ruff is told

HEADER = '''"""
Hosts that serve something with which an attacker gets round an allow-list of hosts.

Written by scripts/update_csp_bypass.py; do not edit. Source: the tables of npm {package}
{version} of {date}, Copyright 2016 Google Inc., under the Apache License 2.0
(``bypass.LICENSE``), here in another form. A host is followed by the path of one such file.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final
'''


class Source(NamedTuple):
    """A version of the package: its number, its date (ISO 8601) and its files by name."""

    version: str
    date: str
    files: Mapping[str, str]


def fetch(version: str) -> Source:
    """
    Fetch a version of the package with the npm client.

    Raises ``subprocess.CalledProcessError`` when npm fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        command = ["npm", "pack", "--silent", "--pack-destination", folder]
        subprocess.run([*command, f"{PACKAGE}@{version}"], check=True, stdout=subprocess.DEVNULL)
        (archive,) = Path(folder).glob("*.tgz")
        with tarfile.open(archive) as members:
            files = {
                name: content.read().decode("ascii")
                for name in ("package.json", "LICENSE", *map(module, ("jsonp", "angular", "flash")))
                if (content := members.extractfile(f"package/{name}"))
            }
    number = json.loads(files["package.json"])["version"]
    return Source(number, published(number), files)


def published(version: str) -> str:
    """Return the day on which a version appeared, in ISO 8601."""
    command = ["npm", "view", f"{PACKAGE}@{version}", "time", "--json"]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)
    return str(json.loads(answer.stdout)[version][:10])


def module(table: str) -> str:
    """Return the name of the file that holds a table."""
    return f"allowlist_bypasses/{table}.ts"


def strings(text: str, name: str) -> list[str]:
    """
    Return the strings of an exported array.

    Raises ``ValueError`` where there is none of that name, or an empty one.
    """
    array = re.search(rf"^export const {name}\b[^=]*= \[(.*?)^\]", text, re.MULTILINE | re.DOTALL)
    found = re.findall(r"'([^'\s]*)'", array[1]) if array else []
    if not found:
        raise ValueError(f"{PACKAGE} has no {name}")
    return found


def paths(urls: Sequence[str]) -> dict[str, str]:
    """
    Return the path of each host, in the order of the source.

    Raises ``ValueError`` for a host that stands twice: only its first path would count.
    """
    table = {}
    for url in urls:
        host, slash, path = url.removeprefix("//").partition("/")
        if host in table:
            raise ValueError(f"{host} stands twice")
        table[host] = (slash + path) or "/"
    return table


def render(source: Source) -> str:
    """Return the text of the module."""
    jsonp = source.files[module("jsonp")]
    tables = {
        "JSONP": strings(jsonp, "URLS"),
        "ANGULAR": strings(source.files[module("angular")], "URLS"),
        "FLASH": strings(source.files[module("flash")], "URLS"),
    }
    text = HEADER.format(package=PACKAGE, version=source.version, date=source.date)
    for name, urls in tables.items():
        rows = "".join(map(row, paths(urls).items()))
        text += f"\n{name}: Final[Mapping[str, str]] = MappingProxyType(\n    {{\n{rows}    }}\n)\n"
    rows = "".join(f'        "{host}",\n' for host in strings(jsonp, "NEEDS_EVAL"))
    return (
        text
        + "\n# What these hosts answer runs only where 'unsafe-eval' lets it.\n"
        + f"JSONP_NEEDS_EVAL: Final = frozenset(\n    {{\n{rows}    }}\n)\n"
    )


def row(entry: tuple[str, str]) -> str:
    """Return the line of one host."""
    host, path = entry
    line = f'        "{host}": "{path}",'
    return f"{line}  # noqa: E501\n" if len(line) > MAX_LINE else f"{line}\n"


def recorded_version(text: str) -> str:
    """Return the version of the package that a table names."""
    found = re.search(r"^(\d+\.\d+\.\d+) of \d{4}-\d\d-\d\d,", text, re.MULTILINE)
    if found is None:
        raise ValueError(f"{TABLE.name} names no version of {PACKAGE}")
    return found[1]


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or check the two files; 1 means that one differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare, and write nothing")
    parser.add_argument("--version", default="latest", help=f"of {PACKAGE} (default: latest)")
    options = parser.parse_args(arguments)
    current = {
        file: file.read_text(encoding="ascii") if file.exists() else "" for file in (TABLE, LICENCE)
    }
    source = fetch(recorded_version(current[TABLE]) if options.check else options.version)
    wanted = {TABLE: render(source), LICENCE: source.files["LICENSE"]}
    for file, text in wanted.items():
        if not options.check:
            file.write_text(text, encoding="ascii")
        elif text != current[file]:
            print(f"{file.name} is not what {PACKAGE} {source.version} makes", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
