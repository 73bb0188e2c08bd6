"""Whether the web server would run an upload, or take its orders from one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path, PurePath
from typing import Any, Final

from django.conf import settings
from django.core.checks import CheckMessage

from security.policy.errors import shown

from .message import warning
from .project import is_readable

MAX_ENTRIES: Final = 10_000  # files and folders of MEDIA_ROOT that are looked at; the rest is not
MAX_NAMED: Final = 3  # files that one message names

# What a web server reads in the folder itself: Apache, PHP, IIS.
ORDERS: Final = frozenset({".htaccess", ".user.ini", "web.config"})
# By the last ending: CGI, server-side includes, ASP.NET, JSP, ColdFusion.
RUN: Final = frozenset(
    {".ashx", ".asmx", ".asp", ".aspx", ".cfm", ".cgi", ".fcgi", ".jsp", ".jspx", ".pl", ".shtml"}
)
# By any ending: AddHandler of Apache runs shell.php.png too.
# https://httpd.apache.org/docs/2.4/mod/mod_mime.html#multipleext
PHP: Final = frozenset(
    {".phar", ".php", ".php3", ".php4", ".php5", ".php7", ".php8", ".pht", ".phtml"}
)

# Folders whose files web servers send, or run, without being told.
ROOTS: Final = frozenset({"cgi-bin", "fcgi-bin", "htdocs", "public_html", "wwwroot"})
DEFAULT_ROOTS: Final = tuple(map(PurePath, ("/var/www/html", "/usr/share/nginx/html")))

DOCUMENT_ROOT = warning(
    "MEDIA_ROOT must be outside of the folders that web servers send or run by themselves "
    "(got {got}).",
    hint='Write MEDIA_ROOT = BASE_DIR / "media", and have the server send it without running '
    "anything: manage.py securityserver apache, or nginx, or caddy.",
    id="bulwark.W067",
)
RUNNABLE = warning(
    "MEDIA_ROOT must hold no file that a web server runs or obeys (got {names}).",
    hint="Find out who sent it, and delete it. A server that runs and obeys nothing there has the "
    "configuration of manage.py securityserver apache, or nginx, or caddy.",
    id="bulwark.W068",
)


def check_upload_root(**kwargs: Any) -> list[CheckMessage]:
    """Find uploads in the folders of a web server."""
    if not is_readable() or not settings.MEDIA_ROOT:
        return []
    media = Path(settings.MEDIA_ROOT).absolute()
    names = {part.lower() for part in media.parts}
    if ROOTS.isdisjoint(names) and not any(media.is_relative_to(root) for root in DEFAULT_ROOTS):
        return []
    return [DOCUMENT_ROOT.about(got=shown(str(media)))]


def check_upload_files(**kwargs: Any) -> list[CheckMessage]:
    """Find what a web server runs or obeys among the first ``MAX_ENTRIES`` of the uploads."""
    if not is_readable() or not settings.MEDIA_ROOT:
        return []
    media = Path(settings.MEDIA_ROOT).absolute()
    found = sorted(name for name in _files(media) if _is_run(name))
    if not found:
        return []
    more = f" and {len(found) - MAX_NAMED} more" if len(found) > MAX_NAMED else ""
    return [RUNNABLE.about(names=", ".join(map(shown, found[:MAX_NAMED])) + more)]


def _files(root: Path) -> Iterator[str]:
    """Yield the files below a folder, links not followed, folders nearest to it first."""
    left = MAX_ENTRIES
    folders = [""]
    for folder in folders:  # it grows
        try:
            with os.scandir(root / folder) as entries:
                for entry in entries:
                    if left == 0:
                        return
                    left -= 1
                    name = f"{folder}{entry.name}"
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(f"{name}/")
                    else:
                        yield name
        except (OSError, ValueError):  # not there, not ours to read, or a name that cannot be
            continue


def _is_run(path: str) -> bool:
    name = path.rpartition("/")[2].lower()
    endings = [f".{part}" for part in name.split(".")[1:]]
    return name in ORDERS or (bool(endings) and endings[-1] in RUN) or not PHP.isdisjoint(endings)
