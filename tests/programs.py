"""The programs that a test may need, by the Debian package that brings them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

# Debian's package, and the program that shows that it is there.
PROGRAMS = {
    "apache2-bin": "apache2",
    "caddy": "caddy",
    "chromium": "chromium",
    "chromium-driver": "chromedriver",
    "clamav-daemon": "clamd",
    "mariadb-server": "mariadbd",
    "memcached": "memcached",
    "nginx": "nginx",
    "postgresql": "pg_ctlcluster",
    "redis-server": "redis-server",
}
SYSTEM = ("/usr/local/sbin", "/usr/sbin", "/sbin")  # where servers stand, often not on PATH
VERSIONS = Path("/usr/lib/postgresql")  # Debian keeps PostgreSQL's own programs in a folder each


def program(package: str) -> str | None:
    """Return the path of the program that stands for a Debian package, or ``None``."""
    path = os.pathsep.join((os.environ.get("PATH", os.defpath), *SYSTEM))
    return shutil.which(PROGRAMS[package], path=path)


def missing(*packages: str) -> str:
    """Return what to say about packages that are not there; nothing when all are."""
    absent = [package for package in packages if program(package) is None]
    return f"needs Debian's {' and '.join(absent)}" if absent else ""


def of_postgresql(name: str) -> Path:
    """Return a program of the newest PostgreSQL. Raises ``FileNotFoundError``."""
    found = {int(path.parts[-3]): path for path in VERSIONS.glob(f"[0-9]*/bin/{name}")}
    if not found:
        raise FileNotFoundError(f"{VERSIONS} must have a version with {name} (got none).")
    return found[max(found)]
