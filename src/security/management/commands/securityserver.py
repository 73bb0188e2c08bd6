"""``manage.py securityserver``: the web server in front of Django, from the same settings."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser

from security.policy.errors import PolicyError
from security.server_config import apache, caddy, nginx, options, reading
from security.server_config.site import HTTP, HTTPS, Site

FAILED: Final = 2
MODE: Final = 0o644  # the server reads it as another user
SERVERS: Final[dict[str, Callable[[Site], str]]] = {
    "nginx": nginx.render,
    "apache": apache.render,
    "caddy": caddy.render,
}


class Command(BaseCommand):
    """Print the configuration, or write it to a file in one step."""

    help = (
        "Print the configuration of the web server in front of Django, made from the settings "
        "that the middleware reads. Exit codes: 0, fine; 2, it cannot be written."
    )
    requires_system_checks = ()  # the settings are judged here, whatever else is unfinished

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the server and the options."""
        parser.add_argument("server", choices=SERVERS)
        parser.add_argument("--certificate", metavar="FILE", help="certificate with its chain, PEM")
        parser.add_argument("--key", metavar="FILE", help="its private key, PEM")
        parser.add_argument(
            "--upstream",
            metavar="HOST:PORT",
            help=f"where Django listens, or unix:/path; {options.UPSTREAM}",
        )
        parser.add_argument(
            "--max-body",
            metavar="SIZE",
            help="of a request, such as 500k or 20m; else DATA_UPLOAD_MAX_MEMORY_SIZE",
        )
        parser.add_argument("--address", metavar="ADDRESS", help="to listen on; else all")
        parser.add_argument("--http-port", type=int, default=HTTP, metavar="PORT")
        parser.add_argument("--https-port", type=int, default=HTTPS, metavar="PORT")
        parser.add_argument("--output", type=Path, metavar="FILE", help="write it there")

    def handle(self, *args: Any, **given: Any) -> None:
        """Raise ``CommandError`` for what the server cannot be told; then nothing is written."""
        server = given["server"]
        chosen = options.Given(
            own_certificate=server == "caddy",
            **{name: given[name] for name in options.Given._fields if name in given},
        )
        try:
            site = reading.site(chosen)
            text = SERVERS[server](site)
        except ImproperlyConfigured as error:
            raise CommandError(str(error), returncode=FAILED) from error
        except PolicyError as error:
            hint = f"\n    HINT: {error.hint}" if error.hint else ""
            raise CommandError(f"{error.describe('')}{hint}".strip(), returncode=FAILED) from error
        if warning := reading.untrusted(site.upstream):
            self.stderr.write(warning)
        if given["output"] is None:
            self.stdout.write(text, ending="")
            return
        try:
            write(given["output"], text)
        except OSError as error:
            message = f"{given['output']} cannot be written: {error.strerror}."
            raise CommandError(message, returncode=FAILED) from error


def write(path: Path, text: str) -> None:
    """Put the text in the place of what was there, in one step. Raises ``OSError``."""
    target = path.resolve()
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(target.stat().st_mode & 0o7777 if target.exists() else MODE)
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
