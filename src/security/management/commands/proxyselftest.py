"""``manage.py proxyselftest``: does the running site believe forwarded headers of anybody?"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from security.conf import conf
from security.management.spoofing import Answer, Target, UnaskableError, believed, forgeries

MAX_TIMEOUT = 300.0  # seconds
BELIEVED, UNASKED = 1, 2  # exit codes; 0: nothing is believed


class Command(BaseCommand):
    """Send forged headers; exit with 0 (nothing believed), 1 (something) or 2 (cannot tell)."""

    help = (
        "Send forged X-Forwarded-*, Forwarded, X-Real-IP and Host headers to the running site "
        "and say what it believed. Ask from where your visitors are, not from a proxy of yours. "
        "Exit codes: 0 nothing believed, 1 something believed, 2 could not ask."
    )
    requires_system_checks = ()  # it is about the running site

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the address of a page, and how long to wait."""
        parser.add_argument("url", metavar="URL", help="a page, such as https://www.example.com/")
        parser.add_argument(
            "--timeout", type=float, default=10.0, metavar="SECONDS", help="for each step; 10"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Ask, print a line for each header, and exit with a code where it is not 0."""
        if not 0 < options["timeout"] <= MAX_TIMEOUT:
            raise CommandError(
                f"--timeout must be more than 0 and at most {MAX_TIMEOUT:g} seconds "
                f"(got {options['timeout']:g}).",
                returncode=UNASKED,
            )
        try:
            target = Target.from_url(options["url"], timeout=options["timeout"])
            code = self._ask(target)
        except UnaskableError as error:
            raise CommandError(str(error), returncode=UNASKED) from error
        if code:
            sys.exit(code)

    def _ask(self, target: Target) -> int:
        plain, known = target.ask({}, probe=False), target.ask({}, probe=True)
        self._introduce(target, known)
        found = unseen = False
        for forgery in forgeries(known.told.get("scheme", target.scheme)):
            sentences = believed(target, forgery, plain, known)
            if sentences:
                found = True
                self._line(forgery.name, self.style.ERROR("BELIEVED"), "; ".join(sentences))
                self.stdout.write(f"    HINT: {forgery.advice}")
            elif known.told or forgery.name == "Host":
                self._line(forgery.name, self.style.SUCCESS("ok"), "changes nothing")
            else:
                unseen = True
                self._line(forgery.name, self.style.WARNING("unseen"), "nothing shows outside")
        if found:
            self.stdout.write("A client can forge what is marked BELIEVED.")
            return BELIEVED
        if unseen:
            self.stdout.write("Nothing was seen to be believed, and not everything can be seen.")
            return UNASKED
        self.stdout.write("Nothing that a client forges is believed.")
        return 0

    def _introduce(self, target: Target, known: Answer) -> None:
        told: Mapping[str, Any] = known.told
        if not told:
            self.stdout.write(
                "The site does not answer the signed probe, so only what shows outside is judged.\n"
                "    HINT: It needs security.middleware.SecurityMiddleware, a proxy in "
                "SECURITY_TRUSTED_PROXIES, this SECRET_KEY, and a clock that agrees with this one."
            )
            return
        self.stdout.write(
            f"The site takes this for a request from {told['address']!a} over "
            f"{told['scheme']!a} for the host {told['host']!a}."
        )
        if told["scheme"] != target.scheme:
            self.stdout.write(
                f"    HINT: It came over {target.scheme}. Let the proxy set X-Forwarded-Proto, and "
                "name it in SECURITY_TRUSTED_PROXIES."
            )
        if conf.SECURITY_TRUSTED_PROXIES.trusts(str(told["address"])):
            self.stdout.write(
                "    HINT: That address is a proxy in SECURITY_TRUSTED_PROXIES, so what is sent "
                "from it is believed. Ask from where your visitors are."
            )

    def _line(self, name: str, verdict: str, text: str) -> None:
        self.stdout.write(f"{name}: {verdict}: {text}")
