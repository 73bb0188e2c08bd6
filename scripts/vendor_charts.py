"""
Fetch what draws the charts of the admin, and what checks its pages, each with its licence.

The sources are npm packages. ``--check`` writes nothing: it fetches the versions that are in
the folders' names again, and fails where a file differs.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).resolve().parent.parent
CHARTS: Final = ROOT / "src/security/static/security/vendor"
TEST_DATA: Final = ROOT / "tests/data"

# A map that is not there stops collectstatic with ManifestStaticFilesStorage.
_SOURCE_MAP: Final = re.compile(rb"\n//# sourceMappingURL=\S+\s*\Z")


class Part(NamedTuple):
    """A package, and where which of its files stand."""

    package: str
    version: str
    files: Mapping[str, Path]  # by their names in the package


def parts() -> list[Part]:
    """Return what is vendored. A new version is written here, and the script run."""
    charts = CHARTS / "chartjs-4.6.1"
    axe = TEST_DATA / "axe-core-4.14.1"
    return [
        Part(
            "chart.js",
            "4.6.1",
            {
                "dist/chart.umd.min.js": charts / "chart.umd.min.js",
                "LICENSE.md": charts / "LICENSE.md",
            },
        ),
        # Chart.js has it inside.
        Part("@kurkle/color", "0.3.2", {"LICENSE.md": charts / "color.LICENSE.md"}),
        Part(
            "axe-core",
            "4.14.1",
            {
                "axe.min.js": axe / "axe.min.js",
                "LICENSE": axe / "LICENSE",
                "LICENSE-3RD-PARTY.txt": axe / "LICENSE-3RD-PARTY.txt",
            },
        ),
    ]


def fetch(part: Part) -> dict[Path, bytes]:
    """
    Return the content of a part's files, without source maps.

    Raises ``subprocess.CalledProcessError`` when npm fails, ``KeyError`` for a file that the
    package has not.
    """
    with tempfile.TemporaryDirectory() as folder:
        command = ["npm", "pack", "--silent", "--pack-destination", folder]
        named = f"{part.package}@{part.version}"
        subprocess.run([*command, named], check=True, stdout=subprocess.DEVNULL)
        (archive,) = Path(folder).glob("*.tgz")
        with tarfile.open(archive) as members:
            found = {}
            for name, path in part.files.items():
                member = members.extractfile(f"package/{name}")
                if member is None:
                    raise KeyError(name)
                found[path] = _SOURCE_MAP.sub(b"\n", member.read())
    return found


def main() -> int:
    """Write the files, or compare them; 1 where one differs."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").strip().splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing, compare")
    options = parser.parse_args()
    different = 0
    for part in parts():
        for path, content in fetch(part).items():
            if path.exists() and path.read_bytes() == content:
                continue
            different += 1
            print(path.relative_to(ROOT))
            if not options.check:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
    return 1 if options.check and different else 0


if __name__ == "__main__":
    sys.exit(main())
