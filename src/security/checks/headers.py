"""Headers that are sent, and protect less than they look."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from django.core.checks import CheckMessage

from security.conf import conf

from .installed import (
    CSRF,
    DJANGO,
    DJANGO_FRAMES,
    OUR_FRAMES,
    OUR_REFERRER,
    OURS,
    installs,
)
from .message import warning
from .policies import enforced, written
from .project import is_readable

TELLING: Final = ("unsafe-url", "no-referrer-when-downgrade")
FRAMING: Final = {"DENY": ("'none'",), "SAMEORIGIN": ("'self'",)}

NO_FRAMES = warning(
    "X_FRAME_OPTIONS is None and no policy has frame-ancestors, so any site shows yours in a "
    "frame and steals clicks.",
    hint='Write X_FRAME_OPTIONS = "DENY".',
    id="bulwark.W038",
)
NO_REFERRER = warning(
    "SECURE_REFERRER_POLICY is None, so each browser decides what other sites learn.",
    hint='Write SECURE_REFERRER_POLICY = "same-origin".',
    id="bulwark.W039",
)
TOLD = warning(
    "{setting} is {policy!r}: other sites learn the full address of the page, with what is in it.",
    hint='Write {name} = "strict-origin-when-cross-origin", which tells them the host.',
    id="bulwark.W040",
)
NULL = warning(
    "{setting} is 'no-referrer', with which browsers send \"Origin: null\" and Django refuses "
    "every form over HTTPS.",
    hint='Write {name} = "same-origin", which tells other sites nothing either.',
    id="bulwark.W041",
)
FRAMES = warning(
    "X_FRAME_OPTIONS says {option!r} and {setting} says frame-ancestors {ancestors}: browsers "
    "follow the policy, and old ones the header.",
    hint="Let both say the same: {fix}.",
    id="bulwark.W042",
)
INTEGRITY = warning(
    "{setting} is enforced and reports to nobody, so nobody hears what it blocked.",
    hint='Write SECURITY_INTEGRITY_POLICY["endpoints"] = ["main"] and '
    'SECURITY_REPORTING_ENDPOINTS = {{"main": "security_reports"}}.',
    id="bulwark.W043",
)


def check_no_frames(**kwargs: Any) -> list[CheckMessage]:
    """Find pages that anybody may frame; of its own middlewares, Django asks the same."""
    if not _is_left_to_us(DJANGO_FRAMES) or conf.X_FRAME_OPTIONS is not None:
        return []
    return [] if any(_ancestors()) else [NO_FRAMES.about()]


def check_no_referrer(**kwargs: Any) -> list[CheckMessage]:
    """Find pages without Referrer-Policy; of its own middleware, Django asks the same."""
    if not _is_left_to_us(DJANGO) or conf.SECURE_REFERRER_POLICY is not None:
        return []
    return [] if installs(OUR_REFERRER) else [NO_REFERRER.about()]


def check_referrer(**kwargs: Any) -> list[CheckMessage]:
    """Find policies that tell other sites where a visitor comes from."""
    return [
        TOLD.about(setting=setting, policy=policy, name=name)
        for setting, name, policy in _referrers()
        if policy in TELLING
    ]


def check_referrer_forms(**kwargs: Any) -> list[CheckMessage]:
    """Find the policy with which forms do not arrive."""
    if not is_readable() or not installs(CSRF):
        return []
    return [
        NULL.about(setting=setting, name=name)
        for setting, name, policy in _referrers()
        if policy == "no-referrer" and setting == name
    ]


def check_frames(**kwargs: Any) -> list[CheckMessage]:
    """Find a header and a policy that do not agree on who may frame a page."""
    if not is_readable() or not installs(OURS, OUR_FRAMES, DJANGO_FRAMES):
        return []
    options = conf.X_FRAME_OPTIONS
    if options is None or (wanted := FRAMING.get(options.option.upper())) is None:
        return []
    return [
        FRAMES.about(
            option=options.option.upper(),
            setting=setting,
            ancestors=" ".join(ancestors) or "'none'",
            fix=_agreed(ancestors),
        )
        for setting, ancestors in _ancestors()
        if not set(wanted) <= set(ancestors or ("'none'",))
    ]


def check_integrity(**kwargs: Any) -> list[CheckMessage]:
    """Find an enforced Integrity-Policy without endpoints."""
    if not is_readable() or not installs(OURS):
        return []
    policy = conf.SECURITY_INTEGRITY_POLICY
    if policy is None or policy.endpoints:
        return []
    return [INTEGRITY.about(setting="SECURITY_INTEGRITY_POLICY")]


def _is_left_to_us(django: str) -> bool:
    return is_readable() and installs(OURS) and not installs(django)


def _ancestors() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield what each enforced policy says of frames, in lower case."""
    for setting, policy in enforced():
        for part in written(policy):
            if (sources := part.get("frame-ancestors")) is not None:
                yield setting, tuple(source.lower() for source in sources)


def _agreed(ancestors: tuple[str, ...]) -> str:
    if ancestors in ((), ("'none'",)):
        return 'X_FRAME_OPTIONS = "DENY"'
    if ancestors == ("'self'",):
        return 'X_FRAME_OPTIONS = "SAMEORIGIN"'
    return "X_FRAME_OPTIONS = None, since the header has no list of sites"


def _referrers() -> Iterator[tuple[str, str, str]]:
    """Yield where a policy stands, the name of its setting, and the one word that counts."""
    if not is_readable():
        return
    values: list[tuple[str, str, Any]] = []
    name = "SECURE_REFERRER_POLICY"
    if installs(OURS, DJANGO):
        values.append((name, name, conf.SECURE_REFERRER_POLICY))
    if installs(OURS):
        values += [
            (
                f"SECURITY_ROUTES[{route!r}][{name!r}]",
                f'SECURITY_ROUTES["{route}"]["{name}"]',
                row.get(name),
            )
            for route, row in conf.SECURITY_ROUTES.items()
        ]
    if installs(OUR_REFERRER):
        values.append(("REFERRER_POLICY", "REFERRER_POLICY", conf.REFERRER_POLICY))
    for setting, assigned, policy in values:
        if policy is not None:
            yield setting, assigned, policy.policies[-1]
