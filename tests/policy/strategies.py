"""What hypothesis makes for the header values: honest values, and everything hostile."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st

from security.policy.caching import CacheControl
from security.policy.clear_site_data import DIRECTIVES, ClearSiteData
from security.policy.errors import PolicyError
from security.policy.frames import FrameOptions
from security.policy.grammar import MAX_HEADER
from security.policy.hsts import MAX_AGE, Ramp, StrictTransportSecurity
from security.policy.integrity import DESTINATIONS, IntegrityPolicy
from security.policy.isolation import (
    EMBEDDER,
    OPENER,
    RESOURCE,
    CrossOriginEmbedderPolicy,
    CrossOriginOpenerPolicy,
    CrossOriginResourcePolicy,
    OriginAgentCluster,
)
from security.policy.legacy import (
    CROSS_DOMAIN,
    P3P,
    DnsPrefetchControl,
    PermittedCrossDomainPolicies,
    XssProtection,
)
from security.policy.permissions import Directive, PermissionsPolicy
from security.policy.referrer import POLICIES, ReferrerPolicy
from security.policy.reporting import ReportingEndpoints
from security.policy.structured import MAX_INTEGER, InnerList, Item, Token

law = settings(deadline=None)  # two cores and a full suite make single examples slow

MEGABYTE = 1_000_000  # characters

# Each repeats what some parser could go back over. All are longer than a header may be.
MEGABYTES = [
    pytest.param(seed * (MEGABYTE // len(seed)), id=repr(seed))
    for seed in ("a", " ", "\t", '"', '\\"', ";", ",", "=", "(", "a=(", ";a", ",a", "0", "\0")
]

# As above, and as long as a header may be: a parser that goes back over them does not return.
LONGEST = [
    pytest.param((start + seed * MAX_HEADER)[: MAX_HEADER - 1] + "\x7f", id=repr(start + seed))
    for start in ("", "max-age=", 'a="', 'policyref="x"', "allow-from https://", "(", "a=(")
    for seed in (" ", "a", "\\\\", "a.", ",", ";", "; ", "a ", "a;a", '"', '""', "0", "=")
]

_WORDS = [
    *POLICIES,
    *OPENER,
    *EMBEDDER,
    *RESOURCE,
    *CROSS_DOMAIN,
    *DIRECTIVES,
    *DESTINATIONS,
    *("max-age", "MAX-AGE", "includeSubDomains", "preload", "31536000", "0", "1", "?1", "?0"),
    *("deny", "SAMEORIGIN", "allow-from", "https://a.example", "http://a.example:8000/x"),
    *("nosniff", "no-store", "private", "self", "src", "none", "camera", "report-to", "main"),
    *("blocked-destinations", "sources", "inline", "endpoints", "policyref", "CP", "mode=block"),
    *("/reports/", "//a.example", "on", "off", "-1", "1.5", ":YQ==:", "@0", '%"a"', "\x00", "\xe9"),
]
_MARKS = [*"=;,()*?\"'\\:/ \t-0a", "; ", ", ", '"', '="', "=(", "=("]


def any_text() -> st.SearchStrategy[str]:
    """Text of every kind: like a header, like nothing at all, NUL and surrogates included."""
    like_a_header = st.lists(st.sampled_from(_WORDS + _MARKS), max_size=12).map("".join)
    return like_a_header | st.text(st.characters())


def any_object() -> st.SearchStrategy[object]:
    """What a settings file may hold in place of the right thing."""
    leaves = (
        st.none()
        | st.booleans()
        | st.integers(-(2**70), 2**70)
        | st.floats()
        | st.binary(max_size=5)
        | any_text()
        | st.dates()
        | st.datetimes()
        | st.builds(object)
        | st.just(str)
    )
    return st.recursive(
        leaves,
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.lists(inner, max_size=3).map(tuple)
            | st.dictionaries(st.text(max_size=3), inner, max_size=2)
        ),
        max_leaves=6,
    )


def keys() -> st.SearchStrategy[str]:
    """Keys of structured fields, and so names of endpoints and features."""
    return st.from_regex(r"\A[a-z*][a-z0-9_.*-]{0,8}\Z")


def visible() -> st.SearchStrategy[str]:
    """Printable ASCII."""
    return st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=12)


def words(*choices: str, minimum: int = 1) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(choices), min_size=minimum, max_size=5).map(tuple)


def origins(*, wildcard: bool = False) -> st.SearchStrategy[str]:
    """Origins of http and https."""
    return st.builds(
        "{}{}{}{}".format,
        st.sampled_from(["http://", "https://", "HTTPS://"]),
        st.sampled_from(["", "*."] if wildcard else [""]),
        st.from_regex(r"\A[A-Za-z0-9-]{1,9}(\.[a-z]{1,5}){0,2}\.?\Z"),
        st.just("") | st.integers(1, 65535).map(":{}".format),
    )


def structured_items() -> st.SearchStrategy[Item]:
    tokens = st.from_regex(r"\A[A-Za-z*][!#$%&'*+.^_`|~0-9A-Za-z:/-]{0,8}\Z").map(Token)
    bare = tokens | visible() | st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER)
    return st.builds(Item, bare, _params(bare))


def structured_members() -> st.SearchStrategy[Item | InnerList]:
    inner = st.lists(structured_items(), max_size=3).map(tuple)
    return structured_items() | st.builds(InnerList, inner, _params(visible()))


def _params(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.dictionaries(keys(), values, max_size=3).map(lambda params: tuple(params.items()))


def hsts() -> st.SearchStrategy[StrictTransportSecurity]:
    return st.builds(StrictTransportSecurity, st.integers(0, MAX_AGE), st.booleans(), st.booleans())


def ramps() -> st.SearchStrategy[Ramp]:
    steps = st.dictionaries(st.dates(), st.integers(0, MAX_AGE), min_size=1, max_size=6)
    ascending = steps.map(lambda by_day: tuple(sorted(by_day.items())))
    return st.builds(Ramp, ascending, st.booleans(), st.booleans())


def frames() -> st.SearchStrategy[FrameOptions]:
    allowed = st.builds(
        "{}{}{}".format,
        st.sampled_from(["allow-from ", "ALLOW-FROM: ", "Allow-From:"]),
        origins(),
        st.sampled_from(["", "/", "/x?y=1#z"]),
    )
    plain = st.sampled_from(["deny", "DENY", "DeNy", "sameorigin", "SAMEORIGIN"])
    return (plain | allowed).map(FrameOptions)


def cache_control() -> st.SearchStrategy[CacheControl]:
    name = st.from_regex(r"\A[A-Za-z][a-z0-9-]{0,8}\Z")
    quoted = visible().map(lambda text: '"' + re.sub(r'(["\\])', r"\\\1", text) + '"')
    value = st.just("") | st.builds("={}".format, name | quoted)
    directives = st.builds("{}{}".format, name, value)
    return st.lists(directives, min_size=1, max_size=4).map(lambda all_: CacheControl(tuple(all_)))


def permissions() -> st.SearchStrategy[PermissionsPolicy]:
    listed = st.sampled_from(["self", "src"]) | origins(wildcard=True)
    allowlists = st.just(("*",)) | st.lists(listed, max_size=3).map(tuple)
    directives = st.builds(Directive, keys(), allowlists, st.none() | keys())
    unique = st.lists(directives, min_size=1, max_size=4, unique_by=lambda one: one.feature)
    return unique.map(lambda all_: PermissionsPolicy(tuple(all_)))


def endpoints() -> st.SearchStrategy[ReportingEndpoints]:
    paths = st.from_regex(r"\A/([A-Za-z0-9._~?@!$&'()*+,;=%-][A-Za-z0-9/?]{0,8})?\Z")
    remote = st.builds(
        "https://{}{}".format, st.just("a.example") | st.just("b.example:8443"), paths
    )
    pairs = st.dictionaries(keys(), paths | remote, min_size=1, max_size=3)
    return pairs.map(lambda named: ReportingEndpoints(tuple(named.items())))


def integrity() -> st.SearchStrategy[IntegrityPolicy]:
    return st.builds(
        IntegrityPolicy,
        words(*DESTINATIONS),
        words("inline"),
        st.lists(keys(), max_size=3).map(tuple),
    )


def p3p() -> st.SearchStrategy[P3P]:
    policies = st.from_regex(r"\A[A-Za-z!:/.]([A-Za-z ]{0,8}[A-Za-z])?\Z")
    return st.builds(P3P, policies, st.from_regex(r"\A/[A-Za-z0-9/._-]{0,9}\Z"))


_SINGLE: dict[type[Any], st.SearchStrategy[Any]] = {
    StrictTransportSecurity: hsts(),
    FrameOptions: frames(),
    ReferrerPolicy: words(*POLICIES).map(ReferrerPolicy),
    CrossOriginOpenerPolicy: st.builds(
        CrossOriginOpenerPolicy, st.sampled_from(OPENER), st.none() | keys()
    ),
    CrossOriginEmbedderPolicy: st.builds(
        CrossOriginEmbedderPolicy, st.sampled_from(EMBEDDER), st.none() | keys()
    ),
    CrossOriginResourcePolicy: st.sampled_from(RESOURCE).map(CrossOriginResourcePolicy),
    OriginAgentCluster: st.booleans().map(OriginAgentCluster),
    CacheControl: cache_control(),
    ClearSiteData: words(*DIRECTIVES).map(ClearSiteData),
    PermissionsPolicy: permissions(),
    ReportingEndpoints: endpoints(),
    IntegrityPolicy: integrity(),
    P3P: p3p(),
    XssProtection: st.sampled_from(["sanitize", "on", "off"]).map(XssProtection),
    PermittedCrossDomainPolicies: st.sampled_from(CROSS_DOMAIN).map(PermittedCrossDomainPolicies),
    DnsPrefetchControl: st.booleans().map(DnsPrefetchControl),
}


def values(kind: type[Any]) -> st.SearchStrategy[Any]:
    """Every honest value of one header."""
    return _SINGLE[kind]


def assert_round_trip(value: Any, *, separators: str = "") -> None:
    """A value is read back as it was written, in printable ASCII with these separators only."""
    text = str(value)
    assert type(value).parse(text) == value
    assert re.fullmatch(r"[\x20-\x7e]+", text)
    assert len(text) <= MAX_HEADER
    assert set(";,") & set(text) <= set(separators)


def assert_read_or_refused(read: Callable[[Any], Any], text: object) -> None:
    """A reader returns a value that can be written and read, or raises ``PolicyError``."""
    try:
        value = read(text)
    except PolicyError:
        return
    if hasattr(value, "parse"):
        assert_round_trip(value, separators=";,")


def assert_too_long(read: Callable[[str], Any], text: str) -> None:
    """A reader refuses a text for its length alone."""
    with pytest.raises(PolicyError, match=f"at most {MAX_HEADER} characters long"):
        read(text)


def assert_refused(build: Callable[..., Any], *arguments: Any) -> PolicyError:
    """A constructor raises ``PolicyError``; the error is returned."""
    with pytest.raises(PolicyError) as caught:
        build(*arguments)
    return caught.value
