from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

# What a pattern covers and what it never covers, in whole segments of the path.
COVERED = [
    ("accounts/login", "/accounts/login", True),
    ("accounts/login", "/accounts/login/", True),
    ("accounts/login", "/accounts/login/sso/", True),
    ("accounts/login", "/accounts/login-as/bob/", False),
    ("accounts/login", "/accounts/loginx", False),
    ("accounts/login", "/secret/accounts/login/", False),
    ("accounts/login/", "/accounts/login/", True),
    ("accounts/login/", "/accounts/login/sso/", True),
    ("accounts/login/", "/accounts/login", False),
    ("^accounts/$", "/accounts/", True),
    ("^accounts/$", "/accounts/login/", False),
    ("^accounts/$", "/accounts/\n", False),
    ("accounts$", "/accounts\n", False),
    (r"^public/", "/public/a/b/", True),
    (r"^public/", "/public-secret/", False),
    ("public", "/public-secret/", False),
    (r"^$", "/", True),
    (r"^$", "/accounts/", False),
    (r"(?!admin)", "/shop/", True),
    (r"(?!admin)", "/admin/", False),
    (r"user/\d+/", "/user/12/", True),
    (r"user/\d+/", "/user/x/", False),
    (r".*/insecure/", "/secret/insecure/", True),
    (r"(?i)public", "/PUBLIC/", True),
    ("public|open", "/open/door/", True),
    ("public|open", "/opening/", False),
]


class Place(NamedTuple):
    """A list of patterns, and the header by which a page tells whether it is covered."""

    middleware: str
    setting: str
    write: Callable[[Any], Any]
    header: str
    on_covered: bool  # the header stands on the covered paths, or on all others


def same(patterns):
    return patterns


def all_but(patterns):
    return {"WHITELIST_ON": True, "WHITELIST_REGEXES": patterns}


def only(patterns):
    return {"BLACKLIST_ON": True, "BLACKLIST_REGEXES": patterns}


def slashed(patterns):
    """Write patterns as ``X_FRAME_OPTIONS_EXCLUDE_URLS`` has them: with the leading slash."""
    if not isinstance(patterns, list):
        return patterns
    return [
        f"(?i)/{pattern[4:]}" if pattern[:4] == "(?i)" else f"^/(?:{pattern.lstrip('^')})"
        for pattern in patterns
        if isinstance(pattern, str)
    ]


OURS = "security.middleware.SecurityMiddleware"
EXEMPT, EXCLUDED = "SECURE_REDIRECT_EXEMPT", "X_FRAME_OPTIONS_EXCLUDE_URLS"
CACHING, CLEARING = "NO_CONFIDENTIAL_CACHING", "CLEAR_SITE_DATA_URL_WHITELIST"
PLACES = [
    Place("djangosecure.middleware.SecurityMiddleware", EXEMPT, same, "Location", False),
    Place(OURS, EXEMPT, same, "Location", False),
    Place(
        "security.middleware.XFrameOptionsMiddleware", EXCLUDED, slashed, "X-Frame-Options", False
    ),
    Place(OURS, EXCLUDED, slashed, "X-Frame-Options", False),
    Place("security.middleware.NoConfidentialCachingMiddleware", CACHING, all_but, "Pragma", False),
    Place(OURS, CACHING, all_but, "Pragma", False),
    Place("security.middleware.NoConfidentialCachingMiddleware", CACHING, only, "Pragma", True),
    Place(OURS, CACHING, only, "Pragma", True),
    Place("security.middleware.ClearSiteDataMiddleware", CLEARING, same, "Clear-Site-Data", True),
    Place(OURS, CLEARING, same, "Clear-Site-Data", True),
]
BY_NAME = [
    f"{place.middleware.split('.')[0]}.{place.middleware.split('.')[-1]}-{place.write.__name__}"
    for place in PLACES
]


def install(settings, place, patterns):
    settings.MIDDLEWARE = [place.middleware]
    settings.SECURE_SSL_REDIRECT = place.setting == EXEMPT
    setattr(settings, place.setting, place.write(patterns))


@pytest.mark.parametrize(("pattern", "path", "covered"), COVERED)
@pytest.mark.parametrize("place", PLACES, ids=BY_NAME)
def test_a_pattern_covers_whole_segments_from_the_start_of_the_path(
    wire, settings, place, pattern, path, covered
):
    install(settings, place, ["elsewhere/", pattern])
    answer = wire()(path=path)
    assert (answer[place.header] is not None) == (covered == place.on_covered)


@pytest.mark.parametrize("place", PLACES, ids=BY_NAME)
def test_an_empty_list_covers_nothing(wire, settings, place):
    install(settings, place, [])
    assert (wire()(path="/")[place.header] is None) == place.on_covered


@pytest.mark.parametrize(("path", "covered"), [("/app/sync/", True), ("/app/app/sync/", False)])
@pytest.mark.parametrize(
    "place", [place for place in PLACES if place.setting != EXCLUDED], ids=lambda place: place[1]
)
def test_below_a_prefix_a_pattern_means_the_same(wire, settings, place, path, covered):
    install(settings, place, ["sync/"])
    answer = wire()(path=path, root="/app")
    assert (answer[place.header] is not None) == (covered == place.on_covered)


@pytest.mark.parametrize("pattern", ["^/app/sync/$", "app/sync/", r"^/[a-z]+/sync/$"])
@pytest.mark.parametrize("middleware", ["XFrameOptionsMiddleware", "SecurityMiddleware"])
def test_excluded_urls_are_matched_with_prefix_and_slash(wire, settings, middleware, pattern):
    settings.MIDDLEWARE = [f"security.middleware.{middleware}"]
    settings.X_FRAME_OPTIONS_EXCLUDE_URLS = [pattern]
    site = wire()
    assert site(path="/app/sync/", root="/app")["X-Frame-Options"] is None
    assert site(path="/sync/")["X-Frame-Options"] == "DENY"


REFUSED = {
    "a string": "^public/$",
    "a number": 5,
    "a set": {"public"},
    "an entry that does not compile": ["public", "("],
    "an entry that matches everything": ["public", ".*"],
    "an empty entry": [""],
    "an anchor alone": ["^"],
    "a back-reference": [r"(a)\1"],
}


@pytest.mark.parametrize("patterns", REFUSED.values(), ids=REFUSED)
@pytest.mark.parametrize("place", PLACES, ids=BY_NAME)
def test_a_list_that_cannot_be_meant_is_refused(settings, place, patterns):
    install(settings, place, patterns)
    with pytest.raises(ImproperlyConfigured) as error:
        import_string(place.middleware)(lambda request: None)
    inside = {all_but: '["WHITELIST_REGEXES"]', only: '["BLACKLIST_REGEXES"]'}
    assert str(error.value).startswith(f"{place.setting}{inside.get(place.write, '')}")


@pytest.mark.parametrize("pattern", [r"(a+)+/$", r"(a|a)*/$", r"(a|aa)+/$", r"([a-z]+)*/x"])
@pytest.mark.parametrize("place", PLACES[:3], ids=BY_NAME[:3])
def test_a_long_path_takes_no_longer_than_its_length(wire, settings, place, pattern):
    install(settings, place, [pattern])
    site = wire()
    site(path="/a/")
    assert site(path=f"/{'a' * 20_000}!").status  # a search that backtracks takes hours
