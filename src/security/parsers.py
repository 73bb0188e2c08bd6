"""From what a project writes in its settings to the value that a policy is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, NamedTuple, TypeVar, cast

from django.utils.module_loading import import_string

from security.policy import grammar
from security.policy.caching import CacheControl
from security.policy.clear_site_data import ClearSiteData
from security.policy.csp import ContentSecurityPolicy, VerbatimPolicy
from security.policy.csp.rollout import Rollout
from security.policy.errors import PolicyError, did_you_mean, must_be
from security.policy.exemptions import Exemptions
from security.policy.frames import FrameOptions
from security.policy.hsts import Ramp, StrictTransportSecurity
from security.policy.integrity import IntegrityPolicy
from security.policy.legacy import (
    P3P,
    DnsPrefetchControl,
    PermittedCrossDomainPolicies,
    XssProtection,
)
from security.policy.nosniff import ContentTypeOptions
from security.policy.permissions import PermissionsPolicy
from security.policy.referrer import ReferrerPolicy
from security.policy.reporting import ReportingEndpoints

T = TypeVar("T")
Parser = Callable[[Any], T]


def boolean(raw: object) -> bool:
    if not isinstance(raw, bool):
        raise must_be("True or False", raw)
    return raw


def seconds(raw: object) -> int:
    if type(raw) is not int or raw < 0:
        raise must_be(
            "a whole number of seconds, 0 or more",
            raw,
            hint="One hour is 3600, one year is 31536000.",
        )
    StrictTransportSecurity(raw)
    return raw


def compact_policy(raw: Any) -> str:
    return P3P(raw).compact_policy


def policy_url(raw: Any) -> str:
    return P3P("NOI", raw).policy_url


def words(raw: object, what: str = "a list of words") -> tuple[Any, ...]:
    """Return the items of a list; a string would be read letter by letter."""
    if isinstance(raw, str | bytes):
        raise must_be(what, raw, hint=f"Write [{raw[:40]!a}]: a string is read letter by letter.")
    if not isinstance(raw, list | tuple):
        raise must_be(what, raw)
    return tuple(raw)


def all_or_listed(raw: object) -> bool | tuple[Any, ...]:
    """Read ``True`` for all, ``False`` for none, or a list of names."""
    if isinstance(raw, bool):
        return raw
    labels = words(raw, "True, False or a list of app labels")
    for label in labels:
        if not isinstance(label, str):
            raise must_be("made of app labels", label)
    return labels


def optional(parse: Parser[T | None]) -> Parser[T | None]:
    """Let ``None`` turn a header off. An empty string does not: it may be a lost variable."""

    def read(raw: Any) -> T | None:
        return None if raw is None else parse(raw)

    return read


def keyed(raw: object, known: tuple[str, ...], what: str | None = None) -> Mapping[str, Any]:
    """Return a dictionary setting if it has no key that we do not know."""
    if not isinstance(raw, Mapping):
        raise must_be("a dictionary", raw)
    for key in raw:
        if key not in known:
            listed = what or f"the keys {', '.join(map(repr, known))}"
            raise must_be(f"made of {listed}", key, hint=did_you_mean(key, known))
    return raw


def nosniff(raw: object) -> ContentTypeOptions | None:
    return ContentTypeOptions() if boolean(raw) else None


def referrer(raw: object) -> ReferrerPolicy:
    if isinstance(raw, str):
        try:
            return ReferrerPolicy(tuple(part.strip() for part in grammar.bounded(raw).split(",")))
        except PolicyError as error:  # without the place in a list that nobody wrote
            raise PolicyError(str(error), hint=error.hint) from error
    if isinstance(raw, set | frozenset):
        raise must_be("a list", raw, hint="A set has no order, and the last known policy counts.")
    return ReferrerPolicy(words(raw, "a policy or a list of policies"))


def cache_control(raw: object) -> CacheControl:
    return CacheControl(words(raw, 'a list of directives such as ["no-store"]'))


def clear_site_data(raw: object) -> ClearSiteData:
    return ClearSiteData(words(raw, "a list of directives"))


def csp(raw: object) -> ContentSecurityPolicy | None:
    """Read the form of Django 6's ``SECURE_CSP``; an empty dictionary sends no policy."""
    if isinstance(raw, Mapping) and not raw:
        return None
    return ContentSecurityPolicy.from_mapping(raw)


CSP_MODES = ("enforce", "report-only", "enforce-and-report-only")


def csp_mode(raw: object) -> str:
    return grammar.one_of(raw, CSP_MODES)


def csp_dict(raw: object) -> ContentSecurityPolicy:
    """Read the documented ``CSP_DICT``: bare keywords, quoted here."""
    return ContentSecurityPolicy.from_csp_dict(raw)


def csp_string(raw: object) -> VerbatimPolicy:
    """Read the documented ``CSP_STRING``: checked, and sent as it is."""
    return VerbatimPolicy(raw)  # type: ignore[arg-type]  # checks its type itself


def referrer_or_off(raw: object) -> ReferrerPolicy | None:
    """Read the documented ``REFERRER_POLICY``, where ``off`` sends no header."""
    return None if raw == "off" else referrer(raw)


def dotted_callable(raw: object) -> Callable[..., Any]:
    """Read the dotted path of a function."""
    if not isinstance(raw, str):
        raise must_be("the dotted path of a function", raw)
    try:
        found = import_string(raw)
    except ImportError as error:
        raise must_be("the dotted path of a function", raw, hint=f"{error}.") from error
    if not callable(found):
        raise must_be("the dotted path of a function", raw, hint="It names something else.")
    return cast("Callable[..., Any]", found)


def rollout(raw: object) -> Rollout:
    """Read ``SECURITY_CSP_ROLLOUT``: a candidate policy and a share in percent."""
    fields = keyed(raw, ("POLICY", "PERCENT"))
    if "POLICY" not in fields:
        raise must_be("given a POLICY", sorted(fields))
    try:
        policy = ContentSecurityPolicy.from_mapping(fields["POLICY"])
    except PolicyError as error:
        raise error.within("POLICY") from None
    percent = fields.get("PERCENT", 0)
    if type(percent) not in {int, float} or not 0 <= percent <= 100:  # percent
        raise must_be("a share from 0 to 100, in percent", percent).within("PERCENT")
    return Rollout(policy, float(percent))


def permissions(raw: object) -> PermissionsPolicy | None:
    if not isinstance(raw, Mapping):
        raise must_be("a dictionary of features", raw, hint='Write {"geolocation": []}.')
    return PermissionsPolicy.from_mapping(raw) if raw else None


class Endpoints(NamedTuple):
    """Reporting endpoints as a project writes them: a URL, or the name of one of its own."""

    targets: tuple[tuple[str, str], ...]

    def resolve(self, reverse: Callable[[str], str]) -> ReportingEndpoints:
        """Return the header, with URL names turned into paths."""
        return ReportingEndpoints(
            tuple((name, to if "/" in to else reverse(to)) for name, to in self.targets)
        )


def endpoints(raw: object) -> Endpoints | None:
    """Read ``SECURITY_REPORTING_ENDPOINTS``: name to URL, or to URL name."""
    if not isinstance(raw, Mapping):
        raise must_be("a dictionary of names and URLs", raw, hint='Write {"main": "/reports/"}.')
    for name, target in raw.items():
        if not isinstance(target, str) or not target:
            raise must_be("a URL or a URL name", target).within(name)
        try:
            Endpoints(((name, target),)).resolve(lambda _: "/")
        except PolicyError as error:
            raise PolicyError(str(error), hint=error.hint).within(name) from error
    found = Endpoints(tuple(raw.items()))
    found.resolve(lambda _: "/")
    return found if raw else None


def integrity(raw: object) -> IntegrityPolicy | None:
    fields = keyed(raw, ("blocked-destinations", "sources", "endpoints"))
    if not fields:
        return None
    listed = {}
    for key, default in (("blocked-destinations", ()), ("sources", ("inline",)), ("endpoints", ())):
        try:
            listed[key] = words(fields.get(key, default), f"a list of {key.rpartition('-')[2]}")
        except PolicyError as error:
            raise error.within(key) from error
    return IntegrityPolicy(*listed.values())


def xss_protection(raw: Any) -> XssProtection:
    return XssProtection(raw)


def cross_domain(raw: Any) -> PermittedCrossDomainPolicies:
    return PermittedCrossDomainPolicies(raw)


def dns_prefetch(raw: Any) -> DnsPrefetchControl:
    return DnsPrefetchControl(raw)


def frame_options(raw: Any) -> FrameOptions:
    return FrameOptions(raw)


def ramp(raw: object) -> Ramp:
    """Read ``[(date, seconds), ...]``; a date may be written ``"2027-01-31"``."""
    steps = []
    for index, step in enumerate(words(raw, "a list of (date, seconds)")):
        if not isinstance(step, list | tuple) or len(step) != 2:  # a pair
            raise must_be("a pair of date and seconds", step).within(index)
        day, age = step
        try:
            day = date.fromisoformat(day) if isinstance(day, str) else day
        except ValueError:
            raise must_be("a date such as '2027-01-31'", day).within(index, 0) from None
        steps.append((day, age))
    return Ramp(tuple(steps))


def ssl_host(raw: object) -> str:
    host = grammar.member(raw, "a host name, with a port if it needs one")
    if any(mark in host for mark in "/\\@?#"):
        raise must_be("a host name without scheme or path", host, hint='Write "www.example.com".')
    return host


def exempt(raw: object) -> Exemptions:
    return Exemptions.compile(raw)


def exempt_with_slash(raw: object) -> Exemptions:
    return Exemptions.compile(raw, leading_slash=True)


class Confidential(NamedTuple):
    """Which pages must not be stored: all but some, only some, or both lists at once."""

    all_but: Exemptions | None
    only: Exemptions | None

    def covers(self, path: str) -> bool:
        return (self.all_but is not None and not self.all_but.covers(path)) or (
            self.only is not None and self.only.covers(path)
        )


def confidential(raw: object) -> Confidential:
    """Read ``NO_CONFIDENTIAL_CACHING``."""
    fields = keyed(raw, ("WHITELIST_ON", "WHITELIST_REGEXES", "BLACKLIST_ON", "BLACKLIST_REGEXES"))
    lists: list[Exemptions | None] = []
    for colour in ("WHITELIST", "BLACKLIST"):
        try:
            on = boolean(fields.get(f"{colour}_ON", False))
        except PolicyError as error:
            raise error.within(f"{colour}_ON") from None
        try:
            listed = exempt(fields.get(f"{colour}_REGEXES", ()))
        except PolicyError as error:
            raise error.within(f"{colour}_REGEXES") from None
        lists.append(listed if on else None)
    return Confidential(*lists)
