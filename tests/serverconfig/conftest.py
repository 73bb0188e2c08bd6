from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.serverconfig import fronts
from tests.serverconfig.fronts import PACKAGES, Front

FRONTS = [pytest.param(name, marks=pytest.mark.requires(p)) for name, p in PACKAGES.items()]
SCRIPT = "#!/bin/sh\necho 'Content-Type: text/html'\necho\necho RAN\n"
PAGE = "<script>document.title = 'RAN'</script>"
STATIC = {
    "site.css": "p{}",
    "app.0123456789ab.js": "run()",
    "icon.svg": "<svg xmlns='http://www.w3.org/2000/svg'/>",
}
MEDIA = {
    "photo.png": "PNG",
    "evil.php": SCRIPT,
    "evil.cgi": SCRIPT,
    "evil.php.jpg": SCRIPT,
    "evil.shtml": "<!--#echo var='DATE_GMT' -->",
    "evil.html": PAGE,
    "evil.svg": f"<svg xmlns='http://www.w3.org/2000/svg'>{PAGE}</svg>",
    "evil": SCRIPT,
    ".htaccess": "SetHandler cgi-script\nHeader unset Content-Security-Policy\n",
    "index.html": PAGE,
    "notes.txt": "words",
}


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """Return where the files of the site are, with blanks and quotes in their paths."""
    with fronts.site_folder() as place:
        for name, files in (("static files", STATIC), ('up "loads"', MEDIA)):
            (place / name).mkdir()
            for leaf, text in files.items():
                (place / name / leaf).write_text(text)
                (place / name / leaf).chmod(0o755)
        yield place


@pytest.fixture(scope="session")
def upstream(folder: Path) -> Iterator[str]:
    with fronts.django(folder) as address:
        yield address


@pytest.fixture(scope="session", params=FRONTS)
def front(request: pytest.FixtureRequest, folder: Path, upstream: str) -> Iterator[Front]:
    with fronts.front(request.param, folder, upstream) as running:
        yield running


@pytest.fixture(scope="session", params=FRONTS)
def lonely(request: pytest.FixtureRequest, folder: Path) -> Iterator[Front]:
    """Return a server whose Django is down."""
    with fronts.front(request.param, folder, fronts.NOBODY) as running:
        yield running
