"""
Write the table of browser features, ``security/policy/permissions_features.py``.

The source is the npm package that browser makers and MDN keep. ``--check`` writes nothing: it
makes the table again from the version that the table names, and fails if the two differ.
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
from typing import Any, NamedTuple

TABLE = Path(__file__).resolve().parent.parent / "src/security/policy/permissions_features.py"
PACKAGE = "@mdn/browser-compat-data"

# Members of the data set that describe the grammar of the header, not a feature.
NOT_FEATURES = {"wildcards"}

# What the console of Chromium 156 on Linux says differs from the data set: it calls two shipped
# features unrecognized, and knows the name of one whose interface is behind a flag.
MEASURED = {"bluetooth": "platform", "magnetometer": "stable", "web-share": "platform"}

# Names of the registries of Chromium and Firefox that the data set leaves out. They are those
# that PyPI django-permissions-policy 4.34.0 accepts, so its settings work unchanged.
UNLISTED = [
    "autofill",
    "ch-device-memory",
    "ch-downlink",
    "ch-dpr",
    "ch-ect",
    "ch-prefers-color-scheme",
    "ch-prefers-reduced-motion",
    "ch-prefers-reduced-transparency",
    "ch-rtt",
    "ch-save-data",
    "ch-ua",
    "ch-ua-arch",
    "ch-ua-bitness",
    "ch-ua-form-factors",
    "ch-ua-full-version",
    "ch-ua-full-version-list",
    "ch-ua-mobile",
    "ch-ua-model",
    "ch-ua-platform",
    "ch-ua-platform-version",
    "ch-ua-wow64",
    "ch-viewport-height",
    "ch-viewport-width",
    "ch-width",
    "device-attributes",
    "digital-credentials-create",
    "digital-credentials-get",
    "document-domain",
    "execution-while-not-rendered",
    "execution-while-out-of-viewport",
    "focus-without-user-activation",
    "haptics",
    "interest-cohort",
    "keyboard-map",
    "language-detector",
    "manual-text",
    "media-playback-while-not-visible",
    "rewriter",
    "shared-storage",
    "shared-storage-select-url",
    "speaker-selection",
    "sync-xhr",
    "tools",
    "translator",
    "vertical-scroll",
    "vr",
    "webnn",
    "writer",
]

HEADER = '''"""
The features that a Permissions-Policy may name, and what stable Chromium makes of them.

Written by scripts/update_permissions_features.py; do not edit. Source: npm {package}
{version} of {date}, and the names that it leaves out but other lists of features have.

- ``stable``: shipped; naming it leaves the console empty
- ``platform``: shipped, but on some systems the console calls it unrecognized
- ``flag``: behind a switch of the browser or an origin trial
- ``deprecated``: works, and is to go away
- ``removed``: worked once
- ``absent``: never shipped in Chromium
- ``unlisted``: not in the source
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

FEATURES: Final[Mapping[str, str]] = MappingProxyType(
    {{
'''
FOOTER = """    }
)

STABLE: Final = frozenset(name for name, status in FEATURES.items() if status == "stable")
"""


class Source(NamedTuple):
    """The data set: its version, its date (ISO 8601) and its content."""

    version: str
    date: str
    data: Mapping[str, Any]


def fetch(version: str) -> Source:
    """
    Fetch a version of the data set with the npm client.

    Raises ``subprocess.CalledProcessError`` when npm fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        command = ["npm", "pack", "--silent", "--pack-destination", folder]
        subprocess.run([*command, f"{PACKAGE}@{version}"], check=True, stdout=subprocess.DEVNULL)
        (archive,) = Path(folder).glob("*.tgz")
        with tarfile.open(archive) as members:
            content = members.extractfile("package/data.json")
            if content is None:
                raise FileNotFoundError("package/data.json")
            data = json.load(content)
    return Source(data["__meta"]["version"], data["__meta"]["timestamp"][:10], data)


def features(data: Mapping[str, Any]) -> dict[str, str]:
    """Return every feature with its status, in alphabetical order."""
    releases = data["browsers"]["chrome"]["releases"]
    listed = {
        name: MEASURED.get(name) or status(member["__compat"], releases)
        for name, member in data["http"]["headers"]["Permissions-Policy"].items()
        if name != "__compat" and name not in NOT_FEATURES
    }
    return dict(sorted((dict.fromkeys(UNLISTED, "unlisted") | listed).items()))


def status(compat: Mapping[str, Any], releases: Mapping[str, Any]) -> str:
    """Return what stable Chromium makes of one feature, in one word."""
    support = compat["support"]["chrome"]
    newest = support[0] if isinstance(support, list) else support
    added = newest["version_added"]
    shipped = str(added).lstrip("\N{LESS-THAN OR EQUAL TO}")
    if newest.get("version_removed"):
        return "removed"
    if not added:
        return "absent"
    if newest.get("flags") or releases.get(shipped, {}).get("status") not in {
        "retired",
        "current",
    }:
        return "flag"
    if compat["status"]["deprecated"]:
        return "deprecated"
    return "stable"


def render(version: str, date: str, table: Mapping[str, str]) -> str:
    """Return the text of the module."""
    rows = "".join(f'        "{name}": "{word}",\n' for name, word in table.items())
    return HEADER.format(package=PACKAGE, version=version, date=date) + rows + FOOTER


def recorded_version(text: str) -> str:
    """Return the version of the data set that a table names."""
    found = re.search(r"^(\d+\.\d+\.\d+) of \d{4}-\d\d-\d\d,", text, re.MULTILINE)
    if found is None:
        raise ValueError(f"{TABLE.name} names no version of {PACKAGE}")
    return found[1]


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or check the table; 1 means that it differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare, and write nothing")
    parser.add_argument("--version", default="latest", help=f"of {PACKAGE} (default: latest)")
    options = parser.parse_args(arguments)
    current = TABLE.read_text(encoding="ascii") if TABLE.exists() else ""
    source = fetch(recorded_version(current) if options.check else options.version)
    text = render(source.version, source.date, features(source.data))
    if not options.check:
        TABLE.write_text(text, encoding="ascii")
    elif text != current:
        print(f"{TABLE.name} is not what {PACKAGE} {source.version} makes", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
