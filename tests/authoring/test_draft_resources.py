from __future__ import annotations

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from security.authoring.draft_css import addresses
from security.authoring.draft_found import Code, Kind, Resource
from security.authoring.draft_resources import digest, read_css, read_page

URL = "https://shop.test/pieces/mug/?a=1"
ICON = '<link rel=icon href="data:,">'
WORDS = st.sampled_from(
    [
        "<", ">", "/", "=", '"', "'", " ", "\n", "<!", "<![", "<!--", "-->", "</", "<?", "&#0;",
        "<script", "</script>", "<style>", "</style", "<link rel=preload as=image ", "<base ",
        "<iframe srcdoc=", "<meta http-equiv=refresh content=", "href=", "src=", "srcset=",
        "style=", "onclick=", "//[", "http://[::1", "data:,", "javascript:", "url(", ")", "\\",
        "@import", "@font-face{", "}", ";", "/*", "*/", "image-set(", "\ud800", "\0",
    ]
)  # fmt: skip
NOISE = st.lists(WORDS | st.text(max_size=5), max_size=40).map("".join)


def sha256(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def found(html: str, url: str = URL):
    return [each for each in read_page(html + ICON, url).found if each != icon()]


def icon() -> Resource:
    return Resource(Kind.IMAGE, "data:,")


def loaded(html: str) -> list[tuple[str, str]]:
    return [(each.kind.value, each.url) for each in found(html) if isinstance(each, Resource)]


def coded(html: str) -> list[tuple[str, str, str, bool]]:
    return [
        (each.kind.name, each.source, each.where, each.nonce)
        for each in found(html)
        if isinstance(each, Code)
    ]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<script src=a.js></script>", [("script-src", "a.js")]),
        ("<script type=module src=a.js></script>", [("script-src", "a.js")]),
        ("<script type=text/json src=a.js></script>", []),
        ("<svg><script xlink:href=a.js></script></svg>", [("script-src", "a.js")]),
        ("<link rel=modulepreload href=a.js>", [("script-src", "a.js")]),
        ("<link rel=preload as=script href=a.js>", [("script-src", "a.js")]),
        ("<link rel=preload as=font href=a.woff2>", [("font-src", "a.woff2")]),
        ("<link rel=preload as=fetch href=a.json>", [("connect-src", "a.json")]),
        ("<link rel=preload as=image imagesrcset='a 1x, b 2x'>",
         [("img-src", "a"), ("img-src", "b")]),
        ("<link rel='alternate StyleSheet' href=a.css>", [("style-src", "a.css")]),
        ("<link rel=canonical href=a>", []),
        ("<link rel='shortcut icon' href=a.ico>", [("img-src", "a.ico")]),
        ("<link rel=manifest href=a.json>", [("manifest-src", "a.json")]),
        ("<img src=a srcset='b 1x, c,d 2x,e'>",
         [("img-src", "a"), ("img-src", "b"), ("img-src", "c,d"), ("img-src", "e")]),
        ("<img srcset='data:image/png;base64,AA== 1x, b'>", None),
        ("<picture><source srcset=a><img src=b></picture>", [("img-src", "a"), ("img-src", "b")]),
        ("<video src=a poster=b><source src=c><track src=d></video>",
         [("media-src", "a"), ("img-src", "b"), ("media-src", "c"), ("media-src", "d")]),
        ("<audio src=a></audio>", [("media-src", "a")]),
        ("<object data=a></object><embed src=b>", [("object-src", "a"), ("object-src", "b")]),
        ("<iframe src=a></iframe>", [("frame-src", "a")]),
        ("<iframe srcdoc='&lt;img src=a>'></iframe>", [("img-src", "a")]),
        ("<svg><image href=a /><use xlink:href='b#c'/><use href='#d'/></svg>",
         [("img-src", "a"), ("img-src", "b#c")]),
        ("<input type=Image src=a>", [("img-src", "a")]),
        ("<body background=a>", [("img-src", "a")]),
        ("<a href=x ping='a b'></a>", [("connect-src", "a"), ("connect-src", "b")]),
        ("<form action=a></form>", [("form-action", "a")]),
        ("<form></form>", [("form-action", "?a=1")]),
        ("<form method=dialog></form>", []),
        ("<button formaction=a>", [("form-action", "a")]),
        ("<div style='background: url(a)'>", [("img-src", "a")]),
        ("<style>@font-face{src:url(a)} p{cursor:url('b')}</style>",
         [("font-src", "a"), ("img-src", "b")]),
        ("<style type=text/less>p{cursor:url(a)}</style>", []),
        ("<!-- <img src=a> -->", []),
        ("<![if IE]><img src=a><![endif]>", [("img-src", "a")]),
        ("<noscript><img src=a></noscript>", [("img-src", "a")]),
        ("<a href=a></a>", []),
    ],
)  # fmt: skip
def test_every_way_to_load_is_known_by_its_directive(html, expected):
    if expected is None:
        expected = [("img-src", "data:image/png;base64,AA=="), ("img-src", "b")]
    here = "https://shop.test/pieces/mug/"
    absolute = [(kind, url if ":" in url else here + url) for kind, url in expected]
    assert sorted(loaded(html)) == sorted(absolute)


def test_without_an_icon_a_browser_asks_for_one():
    assert read_page("<p>", URL).found == (Resource(Kind.IMAGE, "https://shop.test/favicon.ico"),)


def test_a_style_that_nobody_closed_counts():
    found = read_page(ICON + "<style>p{cursor:url(/a)}", URL).found
    assert Resource(Kind.IMAGE, "https://shop.test/a") in found


def test_a_base_holds_for_the_whole_page_and_the_first_one_counts():
    html = "<img src=a><base target=x><base href=//cdn.test/x/><base href=/y/>"
    assert loaded(html) == [
        ("img-src", "https://cdn.test/x/a"),
        ("base-uri", "https://cdn.test/x/"),
    ]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<script>a()</script>", [("SCRIPT", "a()", "<script>", False)]),
        ("<script nonce=x>a()</script>", [("SCRIPT", "a()", "<script>", True)]),
        ("<script nonce=''>a()</script>", [("SCRIPT", "a()", "<script>", False)]),
        ("<script>\r\na&amp;\r</script>", [("SCRIPT", "\na&amp;\n", "<script>", False)]),
        ("<script type=importmap>{}</script>", [("SCRIPT", "{}", "<script>", False)]),
        ("<script type=application/json>{}</script>", []),
        ("<script></script>", []),
        ("<script>a()", []),
        ("<style nonce=x>p{}</style>", [("STYLE", "p{}", "<style>", True)]),
        ("<p onclick='a()'>", [("HANDLER", "a()", "onclick of <p>", False)]),
        ("<p on-click='a()' on='a()' one2=b>", []),
        ("<p style='color: red'>", [("STYLE_ATTRIBUTE", "color: red", "style of <p>", False)]),
        ("<a href=' java\nscript:a()'>",
         [("JAVASCRIPT_URL", " java\nscript:a()", "href of <a>", False)]),
        ("<form action='javascript:a()'>",
         [("JAVASCRIPT_URL", "javascript:a()", "action of <form>", False)]),
        ("<iframe src='javascript:a()'>",
         [("JAVASCRIPT_URL", "javascript:a()", "src of <iframe>", False)]),
    ],
)  # fmt: skip
def test_inline_code_is_known_by_its_text(html, expected):
    assert coded(html) == [(kind, sha256(text), where, n) for kind, text, where, n in expected]


def test_a_nonce_on_a_file_is_seen():
    html = "<script nonce=x src=a></script><link nonce=x rel=stylesheet href=b>"
    assert [each.nonce for each in found(html)] == [True, True]


def test_links_lead_to_pages_but_not_to_downloads():
    html = (
        "<a href=a>A</a><a href=b download>B</a><area href=/c><iframe src=d></iframe>"
        "<meta http-equiv=refresh content='5; url=e'><a href='javascript:f()'>F</a>"
    )
    here = "https://shop.test/pieces/mug/"
    assert read_page(html, URL).links == (
        f"{here}a", "https://shop.test/c", f"{here}d", f"{here}e",
    )  # fmt: skip


def test_hosts_that_are_only_prepared_and_policies_of_the_page_are_told():
    page = read_page(
        "<link rel=preconnect href=//cdn.test><meta http-equiv=Content-Security-Policy content=x>",
        URL,
    )
    assert (page.hosts, page.policies) == (("https://cdn.test",), 1)


@pytest.mark.parametrize(
    ("css", "expected"),
    [
        ("@import 'a' layer(x);", [("style-src", "a")]),
        ("@import url(a) screen;", [("style-src", "a")]),
        ("@namespace svg url(http://www.w3.org/2000/svg);", []),
        ("@font-face{src: url('a') format('woff2'), local('x')}", [("font-src", "a")]),
        ("@media print{@font-face{src:url(a)} p{background:url(b)}}",
         [("font-src", "a"), ("img-src", "b")]),
        ("p{background: image-set('a' 1x, url(b) type('image/avif'))}", None),
        ("p{background:image-set('a' 1x, \"b\" 2x); content: 'c'}",
         [("img-src", "a"), ("img-src", "b")]),
        ("p{content: 'url(a)'} /* url(b) */", []),
        (r"p{background: url(a\20 b\)c)}", [("img-src", "a b)c")]),
        ("p{background: URL( \"a\" )}", [("img-src", "a")]),
        ("p{filter: url(#a)}", []),
        ("p{background: url(data:image/gif;base64,AA)}", [("img-src", "data:image/gif;base64,AA")]),
        ("p{color: red", []),
        ("p{background: url(", []),
    ],
)  # fmt: skip
def test_a_style_sheet_is_read_for_what_it_loads(css, expected):
    got = [(kind.value, url) for kind, url in addresses(css)]
    if expected is None:  # a string in type() is taken for a picture as well: too much, not less
        assert {("img-src", "a"), ("img-src", "b")} <= set(got)
    else:
        assert got == expected


def test_addresses_of_a_sheet_stand_beside_the_sheet():
    assert read_css("p{background:url(../a)}", "https://cdn.test/x/y/z.css") == (
        Resource(Kind.IMAGE, "https://cdn.test/x/a"),
    )


def test_a_digest_takes_any_text():
    assert digest("\ud800").startswith("'sha256-")


@given(NOISE)
def test_no_html_makes_it_raise(text):
    read_page(text, URL)


@given(NOISE)
def test_no_css_makes_it_raise(text):
    read_css(text, URL)


@pytest.mark.parametrize(
    "piece",
    ["url(", "@import ", "image-set(", "/*", '"', "'\\", "{", "\\", "url(\\", "(", "@", "url( "],
)
def test_css_of_any_kind_is_read_in_linear_time(piece):
    read_css(piece * (400_000 // len(piece)), URL)  # what is not linear takes hours
