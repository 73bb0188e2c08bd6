from __future__ import annotations

import pytest

from security.policy.csp.match import (
    Decision,
    Request,
    allows,
    read_policies,
)
from security.policy.csp.match_sources import Source, Url, read_hash
from security.policy.errors import PolicyError

PAGE = "https://shop.example"


def ask(policy: str, directive: str, url: str, **rest: object) -> Decision:
    values = {"self_origin": PAGE} | rest
    return allows(policy, Request(directive, url, **values))  # type: ignore[arg-type]


def image(source: str, url: str, page: str | None = PAGE) -> bool:
    return ask(f"img-src {source}", "img-src", url, self_origin=page).allowed


@pytest.mark.parametrize(
    ("source", "url"),
    [
        ("https://cdn.example", "https://cdn.example/a.png"),
        ("cdn.example", "https://CDN.example/a.png"),
        ("CDN.Example", "https://cdn.example/"),
        ("*.cdn.example", "https://a.b.cdn.example/"),
        ("*", "https://any.example/"),
        ("*", "wss://any.example/"),
        ("https:", "https://any.example/"),
        ("http:", "https://any.example/"),
        ("data:", "data:image/png;base64,AA=="),
        ("blob:", "blob:https://shop.example/1"),
        ("'self'", "https://shop.example/a.png"),
        ("'SELF'", "https://shop.example:443/a.png"),
        ("'self'", "wss://shop.example/socket"),
        ("http://cdn.example", "https://cdn.example/"),
        ("http://cdn.example:80", "https://cdn.example/"),
        ("cdn.example:*", "https://cdn.example:8443/"),
        ("cdn.example:443", "https://cdn.example/"),
        ("cdn.example:8443", "https://cdn.example:8443/"),
        ("cdn.example/a/", "https://cdn.example/a/b/c.png"),
        ("cdn.example/a.png", "https://cdn.example/a.png?query"),
        ("cdn.example/%61.png", "https://cdn.example/a.png"),
        ("'none' cdn.example", "https://cdn.example/"),
        ("127.0.0.1", "https://127.0.0.1/"),
        ("'report-sample' cdn.example", "https://user:pass@cdn.example/"),
    ],
)
def test_a_source_matches(source, url):
    assert image(source, url)


@pytest.mark.parametrize(
    ("source", "url"),
    [
        ("", "https://cdn.example/"),
        ("'none'", "https://cdn.example/"),
        ("'NONE'", "https://shop.example/"),
        ("cdn.example", "http://cdn.example/"),
        ("cdn.example", "https://a.cdn.example/"),
        ("cdn.example", "wss://cdn.example/"),
        ("cdn.example", "https://cdn.example:8443/"),
        ("cdn.example.", "https://cdn.example./"),
        ("*.cdn.example", "https://cdn.example/"),
        ("*.cdn.example", "https://evilcdn.example/"),
        ("*cdn.example", "https://a.cdn.example/"),
        ("https://cdn.example:80", "https://cdn.example/"),
        ("http://cdn.example:8443", "https://cdn.example:8443/"),
        ("http:", "ws://cdn.example/"),
        ("*", "data:image/png,"),
        ("*", "blob:https://shop.example/1"),
        ("https://*", "https:"),
        ("'self'", "https://shop.example:8443/"),
        ("'self'", "http://shop.example/"),
        ("'self'", "https://www.shop.example/"),
        ("self", "https://shop.example/"),
        ("cdn.example/a", "https://cdn.example/a/b.png"),
        ("cdn.example/A/", "https://cdn.example/a/"),
        ("cdn.example?", "https://cdn.example/"),
        ("[::1]", "https://[::1]/"),
        ("cdn.example:999999", "https://cdn.example/"),
        ("cdn.example", "https://cdn.example:999999/"),
        ("cdn.example", "https://cdn.example@evil.example/"),
        ("cdn.example", "https://evil.example/?https://cdn.example/"),
        ("cdn.example", "https://evil.example\\@cdn.example/"),
        ("*", "no URL at all"),
        ("*", ""),
    ],
)
def test_a_source_does_not_match(source, url):
    assert not image(source, url)


def test_an_opaque_origin_is_nobody_self():
    assert not image("'self'", "https://shop.example/", page=None)
    assert not image("'self'", "https://shop.example/", page="null")
    assert not image("shop.example", "https://shop.example/", page=None)
    assert image("https://shop.example", "https://shop.example/", page=None)


def test_a_page_over_http_may_load_its_own_things_over_https():
    page = "http://shop.example:80"
    assert image("'self'", "https://shop.example/", page=page)
    assert image("'self'", "ws://shop.example/", page=page)
    assert image("cdn.example", "https://cdn.example/", page=page)
    assert not image("'self'", "https://shop.example:8443/", page=page)
    assert not image("'self'", "ftp://shop.example:80/", page=page)


def test_a_redirect_makes_paths_count_for_nothing():
    policy = "img-src cdn.example/a/"
    assert not ask(policy, "img-src", "https://cdn.example/b/").allowed
    assert ask(policy, "img-src", "https://cdn.example/b/", redirected=True).allowed


@pytest.mark.parametrize(
    ("asked", "chain"),
    [
        ("script-src-elem", "script-src-elem script-src default-src"),
        ("script-src-attr", "script-src-attr script-src default-src"),
        ("style-src-elem", "style-src-elem style-src default-src"),
        ("style-src-attr", "style-src-attr style-src default-src"),
        ("worker-src", "worker-src child-src script-src default-src"),
        ("frame-src", "frame-src child-src default-src"),
        ("fenced-frame-src", "fenced-frame-src frame-src child-src default-src"),
        ("img-src", "img-src default-src"),
        ("manifest-src", "manifest-src default-src"),
        ("object-src", "object-src default-src"),
        ("form-action", "form-action"),
        ("base-uri", "base-uri"),
        ("frame-ancestors", "frame-ancestors"),
    ],
)
def test_the_nearest_directive_decides(asked, chain):
    names = chain.split()
    url = "https://cdn.example/"
    for number, name in enumerate(names):
        others = "; ".join(f"{later} 'none'" for later in names[number + 1 :])
        policy = f"{name} cdn.example; {others}"
        assert ask(policy, asked, url) == Decision(True, name, "cdn.example")
        policy = policy.replace("cdn.example", "other.example")
        assert ask(policy, asked, url) == Decision(False, name)
    assert ask("font-src 'none'; sandbox", asked, url) == Decision(True)


def test_a_prefetch_is_blocked_only_where_no_fetch_directive_allows_it():
    policy = "default-src 'none'; img-src cdn.example; form-action other.example"
    assert ask(policy, "default-src", "https://cdn.example/").source == "cdn.example"
    assert not ask(policy, "default-src", "https://other.example/").allowed
    assert ask("img-src 'none'", "default-src", "https://cdn.example/") == Decision(True)


def test_every_policy_of_a_header_has_to_allow():
    policy = "img-src *, default-src 'self', script-src 'none'"
    assert ask(policy, "img-src", "https://cdn.example/") == Decision(False, "default-src")
    assert ask(policy, "img-src", "https://shop.example/").allowed
    assert len(read_policies(policy)) == 3
    assert read_policies(" ; , ,;") == ()


def test_a_policy_is_read_as_browsers_read_it():
    [policy] = read_policies(
        "IMG-SRC\ta.example\x0c; img-src b.example;; nonsense x; font-src \xe9"
    )
    assert policy.words == {"img-src": ("a.example",), "nonsense": ("x",)}
    assert policy.governing("img-src") == "img-src"
    assert policy.governing("font-src") is None


def test_a_policy_beyond_the_limit_is_refused():
    with pytest.raises(PolicyError, match="at most"):
        read_policies("a" * 300_000)


def test_a_url_is_split_as_browsers_split_it():
    assert Url.parse("HTTPS://u:p@A.example:8443/%61?q#f") == Url("https", "a.example", 8443, b"/a")
    assert Url.parse("https://a.example") == Url("https", "a.example", 443, b"/")
    assert Url.parse("data:text/html,x") == Url("data")
    assert Url.parse("myapp://host/x") == Url("myapp", "host", None, b"/x")
    assert Url.parse("myapp://a b/x") == Url("myapp")
    assert Url.parse("https://[::1]:8443/") == Url("https", "[::1]", 8443, b"/")
    for broken in (
        "https://",
        "https://a:b/",
        "https://a.example:443cdn.example/",
        "//a",
        "a",
        "1:",
    ):
        assert Url.parse(broken) is None


def test_an_origin_is_written_as_a_source_is():
    assert Url.parse("https://a.example:443/x").origin == "https://a.example"
    assert Url.parse("http://a.example:8080").origin == "http://a.example:8080"
    assert Url.parse("data:x").origin is None


def test_a_source_of_a_custom_scheme_needs_a_host():
    source = Source.parse("myapp://*")
    assert source.matches(Url("myapp", "a"), None)
    assert not source.matches(Url("myapp"), None)


def test_a_hash_is_compared_by_what_it_says():
    assert read_hash("sha256-YQ==") == read_hash("'SHA-256-YQ'") == ("256", b"a")
    assert read_hash("sha1-YQ==") is None
    assert read_hash("sha256-a") is None
