"""Whether HSTS keeps what it promises, and where a ramp of it stands."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from typing import Any, Final

from django.core.checks import CheckMessage

from security.conf import conf
from security.middleware import plan
from security.middleware.plan import Choice
from security.policy.hsts import StrictTransportSecurity
from security.policy.hsts_plan import PRELOAD_AGE, days

from .installed import DJANGO, DJANGOSECURE, OUR_HSTS, OURS, installs
from .message import info, warning
from .project import is_readable

SOON: Final = 30  # days in which a ramp may begin without a word, and be over without one

PRELOAD_SUBDOMAINS = warning(
    "{prefix}_PRELOAD asks for the browsers' lists, which take no host without includeSubDomains.",
    hint="Write {prefix}_INCLUDE_SUBDOMAINS = True once every subdomain has HTTPS, else "
    "{prefix}_PRELOAD = False.",
    id="bulwark.W049",
)
PRELOAD_AGE_ = warning(
    "{prefix}_PRELOAD asks for the browsers' lists, which take no host with less than a year "
    "(got {age} seconds).",
    hint="Anybody may submit the host. Write {prefix}_PRELOAD = False until then.",
    id="bulwark.W050",
)
OVER = info(
    "SECURITY_HSTS_RAMP has been at its last step since {day}.",
    hint="Write SECURE_HSTS_SECONDS = {age} in its place.",
    id="bulwark.W051",
)
WITHDRAWN = info(
    "SECURITY_HSTS_RAMP withdrew HSTS, and since {day} no browser remembers it.",
    hint="Take it out, and write SECURE_HSTS_SECONDS = 0.",
    id="bulwark.W052",
)
LATER = warning(
    "SECURITY_HSTS_RAMP begins on {day}, in {count} days: until then no header is sent.",
    hint="Begin now: manage.py hsts plan writes the dates.",
    id="bulwark.W053",
)
FALLS = warning(
    "SECURITY_HSTS_RAMP must rise, or end with 0 (got {less} after {more}): browsers that heard "
    "the higher number forget it with their next visit.",
    hint="manage.py hsts plan writes one that rises, manage.py hsts withdraw one that ends.",
    id="bulwark.W054",
)


def check_preload_subdomains(**kwargs: Any) -> list[CheckMessage]:
    """Find preload without subdomains; where Django asks about subdomains, that is enough."""
    return [
        PRELOAD_SUBDOMAINS.about(prefix=prefix)
        for prefix, policy in _transports()
        if policy.preload
        and not policy.include_subdomains
        and not (prefix == "SECURE_HSTS" and installs(DJANGO) and conf.SECURE_HSTS_SECONDS)
    ]


def check_preload_age(**kwargs: Any) -> list[CheckMessage]:
    """Find preload with an age that the lists do not take."""
    return [
        PRELOAD_AGE_.about(prefix=prefix, age=policy.max_age)
        for prefix, policy in _transports()
        if policy.preload and 0 < policy.max_age < PRELOAD_AGE
    ]


def check_ramp_end(**kwargs: Any) -> list[CheckMessage]:
    """Find a ramp whose last step is long reached."""
    if not (steps := _steps()):
        return []
    (day, age), today = steps[-1], plan.today()
    if age:
        return [OVER.about(day=day, age=age)] if (today - day).days > SOON else []
    remembered = max(days(seconds) for _, seconds in steps)
    if (today - day).days <= remembered:
        return []
    forgotten = date.fromordinal(day.toordinal() + remembered)
    return [WITHDRAWN.about(day=forgotten)]


def check_ramp_start(**kwargs: Any) -> list[CheckMessage]:
    """Find a ramp that is far away."""
    if not (steps := _steps()):
        return []
    count = (steps[0][0] - plan.today()).days
    return [LATER.about(day=steps[0][0], count=count)] if count > SOON else []


def check_ramp_rise(**kwargs: Any) -> list[CheckMessage]:
    """Find a ramp that goes down without being a withdrawal."""
    ages = [seconds for _, seconds in _steps()]
    falls = [(more, less) for more, less in pairwise(ages) if less < more]
    if ages and not ages[-1] and falls:
        falls.pop()  # the end of a withdrawal
    return [FALLS.about(more=more, less=less) for more, less in falls]


def _steps() -> tuple[tuple[date, int], ...]:
    """Return the ramp, if a middleware reads it."""
    if not is_readable() or not installs(OURS, DJANGOSECURE):
        return ()
    ramp = conf.SECURITY_HSTS_RAMP
    return () if ramp is None else ramp.steps


def _transports() -> Iterator[tuple[str, StrictTransportSecurity]]:
    """Yield what is sent today, each with the prefix of its settings."""
    if not is_readable():
        return
    if installs(OURS, DJANGOSECURE):
        policy = plan.transport(Choice({}, {}), plan.today())
        if policy is not None:
            yield "SECURE_HSTS", policy
    elif installs(DJANGO) and conf.SECURE_HSTS_SECONDS:
        yield (
            "SECURE_HSTS",
            StrictTransportSecurity(
                conf.SECURE_HSTS_SECONDS,
                conf.SECURE_HSTS_INCLUDE_SUBDOMAINS,
                conf.SECURE_HSTS_PRELOAD,
            ),
        )
    if installs(OUR_HSTS):
        yield (
            "STS",
            StrictTransportSecurity(
                conf.STS_MAX_AGE, conf.STS_INCLUDE_SUBDOMAINS, conf.STS_PRELOAD
            ),
        )
