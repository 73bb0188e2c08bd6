from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.authoring.test_draft_resources import NOISE, sha256

from security.authoring.draft_found import Code, Inline, Kind, Resource
from security.authoring.draft_policy import Draft, Options, Source, draft, draft_rows, origin
from security.authoring.draft_resources import read_page
from security.authoring.draft_snippet import lines
from security.policy.csp import NONCE, ContentSecurityPolicy

OWN = "https://shop.test"
PLAIN = Options()
HASHES = Options(hashes=True)
SEPARATE = {"base-uri", "form-action", "frame-ancestors"}  # no fallback. CSP3 section 6.8.3
ICON = '<link rel=icon href="data:,">'


def drafted(html: str, options: Options = PLAIN) -> Draft:
    return draft({"/": read_page(html, OWN + "/").found}, OWN, options)


def policy(html: str, options: Options = PLAIN) -> dict[str, list[str]]:
    """Return what differs from the policy of a page that loads nothing but its icon."""
    rest = {
        "default-src": ["'none'"],
        "img-src": ["data:"],
        "form-action": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
    mapping = drafted(html + ICON, options).mapping()
    return {name: values for name, values in mapping.items() if rest.get(name) != values}


def lets(mapping: dict[str, list[str]], each: Resource | Code, *, has_nonces: bool) -> bool:
    """Tell, as a browser does, whether a policy lets something through."""
    if isinstance(each, Code):
        name = "script-src" if each.kind in {Inline.SCRIPT, Inline.HANDLER} else "style-src"
        if each.kind in {Inline.HANDLER, Inline.STYLE_ATTRIBUTE}:
            name += "-attr"
    else:
        name = each.kind.value
    sources = mapping.get(name, [] if name in SEPARATE else mapping["default-src"])
    if each.nonce and has_nonces and NONCE in sources:
        return True
    if isinstance(each, Code):
        return each.source in sources
    if "'strict-dynamic'" in sources:
        return False
    place = origin(each.url)
    return (
        each.url.startswith("about:")
        or (bool(place) and ("'self'" if place == OWN else place) in sources)
        or f"{each.url.partition(':')[0].lower()}:" in sources
    )  # fmt: skip


def test_a_page_that_loads_nothing_gets_nothing():
    assert draft({"/": ()}, OWN, PLAIN).mapping() == {
        "default-src": ["'none'"],
        "form-action": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<img src=a>", {"img-src": ["'self'", "data:"]}),
        ("<img src=//cdn.test/a>", {"img-src": ["data:", "https://cdn.test"]}),
        ("<img src=http://cdn.test:8080/a>", {"img-src": ["data:", "http://cdn.test:8080"]}),
        ("<img src=https://shop.test:443/a>", {"img-src": ["'self'", "data:"]}),
        ("<link rel=stylesheet href=a>", {"style-src": ["'self'"]}),
        ("<style nonce=x>p{}</style>", {"style-src": [NONCE]}),
        ("<style>p{}</style>", {"style-src": [sha256("p{}")]}),
        ("<form method=post></form>", {"form-action": ["'self'"]}),
        ("<base href=/x/>", {"base-uri": ["'self'"]}),
        ("<iframe src=/a></iframe>", {"frame-src": ["'self'"], "frame-ancestors": ["'self'"]}),
        ("<iframe src=//v.test/a></iframe>", {"frame-src": ["https://v.test"]}),
        ("<iframe src=about:blank></iframe>", {}),
        ("<video src=a></video>", {"media-src": ["'self'"]}),
        ("<link rel=manifest href=a>", {"manifest-src": ["'self'"]}),
    ],
)
def test_a_directive_is_there_for_what_is_loaded(html, expected):
    assert policy(html) == expected


@pytest.mark.parametrize(
    ("html", "options", "expected"),
    [
        ("<script nonce=x src=a></script>", PLAIN, [NONCE, "'strict-dynamic'"]),
        ("<script nonce=x>a()</script>", PLAIN, [NONCE, "'strict-dynamic'"]),
        ("<script src=a></script>", PLAIN, ["'self'"]),
        ("<script nonce=x>a()</script><script src=a></script>", PLAIN, ["'self'", NONCE]),
        ("<script>a()</script>", PLAIN, [sha256("a()")]),
        ("<script nonce=x src=a></script>", Options(strict_dynamic=False), [NONCE]),
        ("<script nonce=x>a()</script>", HASHES, [sha256("a()")]),
        ("<script nonce=x src=//cdn.test/a></script>", HASHES, ["https://cdn.test"]),
    ],
)
def test_scripts_are_known_by_nonce_where_they_have_one(html, options, expected):
    assert policy(html, options) == {"script-src": expected, "connect-src": ["'self'"]}


def test_strict_dynamic_by_force_says_which_scripts_it_blocks():
    done = drafted("<script nonce=x>a()</script><script src=b></script>", Options(True))
    assert done.mapping()["script-src"] == [NONCE, "'strict-dynamic'"]
    assert [(each.what, each.pages) for each in done.blocked] == [
        ("the script https://shop.test/b", ("/",))
    ]


def test_a_connection_that_a_page_shows_is_no_guess():
    sources = drafted("<script>a()</script><link rel=preload as=fetch href=b>").sources
    assert Source("connect-src", "'self'", ("/",)) in sources


def test_handlers_and_style_attributes_are_for_a_person_to_move():
    done = drafted("<p onclick='a()' style='color: red'><a href='javascript:b()'>")
    assert [each.what for each in done.blocked] == [
        "an event handler (onclick of <p>)",
        "a style attribute (style of <p>)",
        "a javascript: URL (href of <a>)",
    ]
    assert "unsafe" not in str(done.mapping())


def test_unsafe_hashes_are_given_only_when_asked_for_and_only_to_attributes():
    html = "<p onclick='a()' style='color: red'>"
    assert policy(html, Options(unsafe_hashes=True)) == {
        "script-src-attr": ["'unsafe-hashes'", sha256("a()")],
        "style-src-attr": ["'unsafe-hashes'", sha256("color: red")],
    }


def test_code_that_changes_gets_no_hash():
    code = Code(Inline.SCRIPT, sha256("a()"), "<script>", stable=False)
    done = draft({"/": [code]}, OWN, PLAIN)
    assert "script-src" not in done.mapping()
    assert [each.what for each in done.blocked] == ["an inline script (<script>)"]


@pytest.mark.parametrize(
    "html",
    [
        "<script src=data:,a()></script>",
        "<object data=data:,a></object>",
        "<base href=data:,a>",
        "<img src=ftp://a.test/b>",
        "<img src='http://[::1]/b'>",
        "<img src='//a b/c'>",
        f"<img src=//{'a' * 300}.test/b>",
    ],
)
def test_what_no_policy_should_name_is_left_and_told(html):
    done = drafted(html)
    assert len(done.blocked) == 1
    assert not {"data:", "ftp:"} & {source.value for source in done.sources}


def test_a_name_in_another_script_is_written_as_browsers_send_it():
    assert origin("https://k\u00f6ln.test/x") == "https://xn--kln-sna.test"


def test_a_source_names_every_page_that_needs_it():
    image = Resource(Kind.IMAGE, OWN + "/a")
    done = draft({"/": [image], "/b/": [image]}, OWN, PLAIN)
    assert Source("img-src", "'self'", ("/", "/b/")) in done.sources


BARE, WITH_NONCE = Resource(Kind.SCRIPT, OWN + "/a"), Resource(Kind.SCRIPT, OWN + "/b", nonce=True)


@pytest.mark.parametrize(
    ("site", "admin", "options", "rows"),
    [
        (WITH_NONCE, BARE, PLAIN, ["", "admin:*"]),
        (WITH_NONCE, WITH_NONCE, PLAIN, [""]),
        (BARE, BARE, PLAIN, [""]),
        (BARE, WITH_NONCE, PLAIN, [""]),
        (WITH_NONCE, BARE, HASHES, [""]),
    ],
)
def test_an_admin_without_nonces_gets_a_policy_of_its_own(site, admin, options, rows):
    pages = {"/": [site], "/admin/": [admin]}
    done = draft_rows(pages, {"/admin/": "admin:*"}, OWN, options)
    assert list(done) == rows
    named = {page for each in done.values() for source in each.sources for page in source.pages}
    assert named == {"/", "/admin/"}


OPTIONS = st.builds(Options, st.sampled_from([None, False]), st.booleans(), st.booleans())
HTML = st.lists(
    st.sampled_from(
        [
            "<script src=a></script>", "<script nonce=x src=//c.test/a></script>",
            "<script nonce=x>a()</script>", "<script>b()</script>", "<style>p{}</style>",
            "<style nonce=x>@import 'a'; q{background:url(//i.test/a)}</style>", "<img src=a>",
            "<link rel=stylesheet href=//c.test/a>", "<link rel=stylesheet nonce=x href=b>",
            "<iframe src=//f.test></iframe>", "<form action=//p.test>", "<base href=//b.test>",
            "<object data=a></object>", "<p onclick='a()'>", "<p style='color: red'>",
            "<video src=blob:a>", "<img src=data:,>", "<a ping=//x.test href=a>",
        ]
    )
    | NOISE,
    max_size=12,
).map("".join)  # fmt: skip


@given(HTML, OPTIONS)
def test_the_policy_lets_everything_through_that_it_does_not_call_blocked(html, options):
    found = read_page(html, OWN + "/").found
    done = draft({"/": found}, OWN, options)
    shut = [each for each in found if not lets(done.mapping(), each, has_nonces=not options.hashes)]
    assert bool(shut) is bool(done.blocked)
    assert len({_words(each) for each in shut}) == len(done.blocked)


def _words(each: Resource | Code) -> str:
    return f"{each.kind} {each.where}" if isinstance(each, Code) else f"{each.kind} {each.url}"


@given(HTML, OPTIONS, NOISE)
def test_the_snippet_is_python_that_holds_the_policy(html, options, name):
    done = draft({name: read_page(html, OWN + "/").found}, OWN, options)
    text = "\n".join(lines({"": done, "admin:*": done}, name, [name]))
    assert text.isascii()
    settings: dict[str, Any] = {}
    exec(compile(text, "settings", "exec"), settings)  # noqa: S102
    assert settings["SECURE_CSP"] == done.mapping()
    assert settings["SECURITY_ROUTES"] == {"admin:*": {"SECURE_CSP": done.mapping()}}
    ContentSecurityPolicy.from_mapping(settings["SECURE_CSP"])
