"""``manage.py hsts``: begin with minutes, raise to years, and take it back."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser

from security.conf import conf
from security.management import https_probe
from security.management.common_options import add_common
from security.management.sent import sent
from security.middleware import plan
from security.middleware.plan import Choice
from security.policy import hsts_plan
from security.policy.errors import PolicyError, must_be
from security.policy.hsts import Ramp, StrictTransportSecurity

MAX_TIMEOUT: Final = 300.0  # seconds
FOUND, FAILED = 1, 2
REMOVAL: Final = "https://hstspreload.org/removal/"


class Command(BaseCommand):
    """Print settings, or where the ramp of the settings stands; change nothing."""

    help = (
        "Plan Strict-Transport-Security: a ramp with dates, where it stands today, how to take "
        "it back. Exit codes: 0, fine; 1, refused, or something is wrong; 2, it could not be told."
    )
    requires_system_checks = ()  # it prints settings, also for a project that has none yet

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the three verbs."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        ramp = verbs.add_parser("plan", help="print the ramp as lines of a settings file")
        ramp.add_argument("hosts", nargs="*", metavar="HOST", help="to try; else ALLOWED_HOSTS")
        ramp.add_argument("--start", type=_date, metavar="DATE", help="of the first step; today")
        ramp.add_argument(
            "--hold",
            type=int,
            default=hsts_plan.HOLD,
            metavar="DAYS",
            help=f"how long a step stands at least; {hsts_plan.HOLD}",
        )
        ramp.add_argument("--include-subdomains", action="store_true", help="bind them too")
        ramp.add_argument(
            "--preload", action="store_true", help="allow it, once the ramp is at its end"
        )
        ramp.add_argument(
            "--probe", action="store_true", help="ask the hosts over HTTPS, one HEAD each"
        )
        ramp.add_argument(
            "--timeout", type=float, default=10.0, metavar="SECONDS", help="for each wait; 10"
        )
        verbs.add_parser("status", help="tell where the ramp stands, and when it goes on")
        end = verbs.add_parser("withdraw", help="print how to make browsers forget the host")
        end.add_argument("--start", type=_date, metavar="DATE", help="from when on; today")
        end.add_argument(
            "--longest", type=int, metavar="SECONDS", help="the highest max-age sent until then"
        )
        for child in verbs.choices.values():
            add_common(child)

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the verb, and exit with a code where it is not 0."""
        verbs: dict[str, Callable[[dict[str, Any]], int]] = {
            "plan": self._plan,
            "status": self._status,
            "withdraw": self._withdraw,
        }
        try:
            code = verbs[options["verb"]](options)
        except ImproperlyConfigured as error:
            raise CommandError(str(error), returncode=FAILED) from error
        if code:
            sys.exit(code)

    def _plan(self, options: dict[str, Any]) -> int:
        if not 0 < options["timeout"] <= MAX_TIMEOUT:
            wrong = must_be(f"more than 0 and at most {MAX_TIMEOUT:g} seconds", options["timeout"])
            raise _refusal("--timeout", wrong, FAILED)
        try:
            hosts = https_probe.named(options["hosts"])
        except PolicyError as error:
            raise _refusal("HOST", error, FAILED) from error
        if options["preload"]:
            self._preload(include_subdomains=options["include_subdomains"])
        else:
            self._ramp(options["start"] or plan.today(), options["hold"])
            if options["include_subdomains"]:
                self.stdout.write("SECURE_HSTS_INCLUDE_SUBDOMAINS = True")
        return self._probe(hosts or https_probe.allowed(settings.ALLOWED_HOSTS), options)

    def _ramp(self, start: date, hold: int) -> None:
        try:
            ramp = hsts_plan.ramp(start, hold=hold)
        except PolicyError as error:
            raise _refusal("The ramp", error, FAILED) from error
        self.stdout.write("# Each row holds from midnight UTC of its date.")
        self.stdout.write(hsts_plan.written(ramp))

    def _preload(self, *, include_subdomains: bool) -> None:
        """Judge the ramp that was sent, not one that may be printed with any start."""
        covered = include_subdomains or conf.SECURE_HSTS_INCLUDE_SUBDOMAINS
        try:
            hsts_plan.check_preload(_standing_ramp(), plan.today(), include_subdomains=covered)
        except PolicyError as error:
            raise _refusal("SECURE_HSTS_PRELOAD", error, FOUND) from error
        self.stdout.write("SECURE_HSTS_INCLUDE_SUBDOMAINS = True\nSECURE_HSTS_PRELOAD = True")

    def _probe(self, hosts: list[str], options: dict[str, Any]) -> int:
        if not hosts:
            self.stdout.write("# Name the subdomains to try: ALLOWED_HOSTS lists none.")
            return 0
        self.stdout.write("# Before SECURE_HSTS_INCLUDE_SUBDOMAINS, each answers over HTTPS:")
        code = 0
        if not options["probe"]:
            for host in hosts:
                self.stdout.write(f"#   curl --head --max-time 10 https://{host}/")
            return 0
        for answer in https_probe.probe(hosts, timeout=options["timeout"]):
            verdict = "ok" if answer.is_safe else "FAIL"
            self.stdout.write(f"#   {answer.host}: {verdict}: {answer.text}")
            code = code if answer.is_safe else FOUND
        return code

    def _status(self, options: dict[str, Any]) -> int:
        ramp = conf.SECURITY_HSTS_RAMP
        for line in _seconds() if ramp is None else _told(ramp):
            self.stdout.write(line)
        wrong = list(_wrong())
        for line in wrong:
            self.stderr.write(line)
        return FOUND if wrong else 0

    def _withdraw(self, options: dict[str, Any]) -> int:
        ramp, longest = conf.SECURITY_HSTS_RAMP, options["longest"]
        if longest is None:
            longest = conf.SECURE_HSTS_SECONDS if ramp is None else 0
        elif longest < 0:
            raise _refusal("--longest", must_be("0 seconds or more", longest), FAILED)
        try:
            end = hsts_plan.withdrawal(ramp, options["start"] or plan.today(), longest=longest)
        except PolicyError as error:
            raise _refusal("Strict-Transport-Security", error, FOUND) from error
        self.stdout.write(f"# Keep this, and HTTPS, until {end.forgotten}. Then nobody remembers.")
        self.stdout.write(hsts_plan.written(end.ramp))
        if conf.SECURE_HSTS_PRELOAD:
            self.stdout.write(f"SECURE_HSTS_PRELOAD = False  # see {REMOVAL}")
        return 0


def _standing_ramp() -> Ramp:
    """Return the ramp of the settings, or the constant number as one that always stood."""
    ramp = conf.SECURITY_HSTS_RAMP
    return ramp if ramp is not None else Ramp(((date.min, conf.SECURE_HSTS_SECONDS),))


def _seconds() -> Iterator[str]:
    age = conf.SECURE_HSTS_SECONDS
    if age:
        yield f"No ramp. SECURE_HSTS_SECONDS is {age} ({hsts_plan.spoken(age)})."
    else:
        yield "No ramp, and SECURE_HSTS_SECONDS is 0: no header is sent."
        yield "    HINT: 'manage.py hsts plan' prints a ramp to begin with."


def _told(ramp: Ramp) -> Iterator[str]:
    today = plan.today()
    here = hsts_plan.standing(ramp, today)
    if here.age is None:
        yield f"Step 0 of {here.count}: no header is sent yet."
    elif here.is_withdrawn and here.longest:
        end = hsts_plan.withdrawal(ramp, today)
        yield f"Withdrawn: max-age=0 is sent. Keep it, and HTTPS, until {end.forgotten}."
    else:
        spoken = hsts_plan.spoken(here.age)
        yield f"Step {here.number} of {here.count}: max-age={here.age} ({spoken}) is sent."
    if here.next_day is None or here.next_age is None:
        yield "It was the last step."
        return
    left = (here.next_day - today).days
    yield (
        f"Next on {here.next_day}, in {left} day{'' if left == 1 else 's'}: "
        f"max-age={here.next_age} ({hsts_plan.spoken(here.next_age)})."
    )
    yield f"The last step is on {here.ends}."


def _wrong() -> Iterator[str]:
    """Yield what keeps the plan from working: another header, or preload too soon."""
    name = StrictTransportSecurity.name
    meant = plan.transport(Choice({}, {}), plan.today())
    found = sent().https.headers.get(name)
    if found != (None if meant is None else str(meant)):
        yield (
            f"{name} must be {_quoted(meant)} today by the settings (visitors get "
            f"{_quoted(found)}).\n"
            "    HINT: Put 'security.middleware.SecurityMiddleware' into MIDDLEWARE, and nothing "
            "else that sends this header."
        )
    if conf.SECURE_HSTS_PRELOAD and (meant is None or meant.max_age):
        try:
            hsts_plan.check_preload(
                _standing_ramp(),
                plan.today(),
                include_subdomains=conf.SECURE_HSTS_INCLUDE_SUBDOMAINS,
            )
        except PolicyError as error:
            yield f"{error.describe('SECURE_HSTS_PRELOAD')}\n    HINT: {error.hint}"


def _quoted(header: object) -> str:
    return "none" if header is None else f"'{header}'"


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        wrong = must_be("a date such as 2027-01-31", text)
        raise argparse.ArgumentTypeError(str(wrong)) from None


def _refusal(name: str, error: PolicyError, code: int) -> CommandError:
    hint = f"\n    HINT: {error.hint}" if error.hint else ""
    return CommandError(error.describe(name) + hint, returncode=code)
