from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import AsyncClient, Client
from tests.pages import sent

from security.middleware import ContentSecurityPolicyMiddleware

ENFORCED = "Content-Security-Policy"
REPORTED = "Content-Security-Policy-Report-Only"

FIRST = {
    "CSP_DICT": ({"default-src": ["self"]}, "default-src 'self'"),
    "CSP_STRING": ("img-src *; object-src 'none'", "img-src *; object-src 'none'"),
}
SECOND = {
    "CSP_REPORT_DICT": ({"script-src": ["none"]}, "script-src 'none'"),
    "CSP_REPORT_STRING": ("style-src 'self'", "style-src 'self'"),
    None: (None, None),
}


@pytest.fixture(autouse=True)
def installed(settings):
    settings.MIDDLEWARE = ["security.middleware.ContentSecurityPolicyMiddleware"]


@pytest.fixture
def refused(settings):
    """Start with a dictionary that cannot work, and return what the start says."""

    def start(**values):
        for name, value in values.items():
            setattr(settings, name, value)
        with pytest.raises(ImproperlyConfigured) as error:
            ContentSecurityPolicyMiddleware(lambda request: None)
        for client in (Client(), AsyncClient()):  # MiddlewareNotUsed would not come through
            with pytest.raises(ImproperlyConfigured):
                client.handler.load_middleware(is_async=isinstance(client, AsyncClient))
        return str(error.value)

    return start


@pytest.mark.parametrize("second", SECOND)
@pytest.mark.parametrize("first", FIRST)
@pytest.mark.parametrize("mode", [None, "enforce", "report-only", "enforce-and-report-only"])
def test_the_mode_says_which_headers_carry_the_policies(get, settings, mode, first, second):
    value, main = FIRST[first]
    setattr(settings, first, value)
    other, report = SECOND[second]
    if second is not None:
        setattr(settings, second, other)
    if mode is not None:
        settings.CSP_MODE = mode
    assert (
        sent(get("/sync/"))
        == {
            None: {ENFORCED: main},
            "enforce": {ENFORCED: main},
            "report-only": {REPORTED: report or main},
            "enforce-and-report-only": {ENFORCED: main, REPORTED: report or main},
        }[mode]
    )


@pytest.mark.parametrize(
    "path",
    ["/sync/", "/async/", "/sync-page/", "/async-page/", "/stream/", "/moved/", "/nowhere/"],
)
def test_every_kind_of_page_carries_the_policy(get, settings, path):
    settings.CSP_DICT = {"default-src": ["self"]}
    assert sent(get(path)) == {ENFORCED: "default-src 'self'"}


def test_an_unchanged_page_keeps_the_policy_it_came_with(get, settings):
    settings.CSP_DICT = {"default-src": ["self"]}
    assert sent(get("/not-modified/")) == {}


def test_the_documented_example_is_sent_whole(get, settings):
    settings.CSP_DICT = {
        "default-src": ["self", "https:"],
        "script-src": ["self", "http://js.example.com"],
        "style-src": ["self", "http://css.example.com"],
        "img-src": ["self", "https://img.example.com"],
        "connect-src": ["self"],
        "font-src": ["https://*.example.com"],
        "object-src": ["none"],
        "media-src": ["http://media.example.com"],
        "frame-src": ["self"],
        "sandbox": [""],
        "plugin-types": ["application/pdf"],
        "reflected-xss": "filter",
        "report-uri": "http://example.com/csp-report",
    }
    assert get("/sync/")[ENFORCED] == (
        "default-src 'self' https:; script-src 'self' http://js.example.com; "
        "style-src 'self' http://css.example.com; img-src 'self' https://img.example.com; "
        "connect-src 'self'; font-src https://*.example.com; object-src 'none'; "
        "media-src http://media.example.com; frame-src 'self'; sandbox; "
        "plugin-types application/pdf; reflected-xss filter; "
        "report-uri http://example.com/csp-report"
    )


@pytest.mark.parametrize(
    "policy",
    [
        "default-src 'self'; script-src *.google.com",
        "  Default-Src  'SELF' ;; img-src *",
        "default-src 'self';",
        "default-src 'self', img-src 'none'",
        "script-src 'nonce-abc' 'strict-dynamic'; report-to main",
    ],
)
def test_a_policy_given_as_text_is_sent_letter_by_letter(wire, settings, policy):
    settings.CSP_STRING = policy
    assert wire()()[ENFORCED] == policy
    assert wire()(scheme="https")[ENFORCED] == policy


KEYWORDS = [
    "none",
    "self",
    "unsafe-inline",
    "unsafe-eval",
    "unsafe-hashes",
    "strict-dynamic",
    "report-sample",
    "wasm-unsafe-eval",
    "inline-speculation-rules",
    "nonce-c29tZQ==",
    "sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng=",
    "sha384-c29tZQ==",
    "sha512-c29tZQ",
]


@pytest.mark.parametrize("word", KEYWORDS)
def test_a_bare_keyword_nonce_or_hash_is_quoted(get, settings, word):
    settings.CSP_DICT = {"script-src": [word]}
    assert get("/sync/")[ENFORCED] == f"script-src '{word}'"


@pytest.mark.parametrize("word", KEYWORDS)
def test_a_keyword_that_has_its_quotes_keeps_them(get, settings, word):
    settings.CSP_DICT = {"script-src": [f"'{word}'"]}
    assert get("/sync/")[ENFORCED] == f"script-src '{word}'"


@pytest.mark.parametrize(
    "source",
    [
        "*",
        "https:",
        "data:",
        "https://*.example.com:*",
        "example.com/js/",
        "self.example",
        "none.x",
    ],
)
def test_a_host_or_scheme_is_not_quoted(get, settings, source):
    settings.CSP_DICT = {"script-src": [source]}
    assert get("/sync/")[ENFORCED] == f"script-src {source}"


@pytest.mark.parametrize("turn", [1, -1])
def test_the_order_is_the_authors(get, settings, turn):
    names = ["style-src", "default-src", "script-src", "base-uri"][::turn]
    sources = ["self", "https://b.example", "https://a.example"][::turn]
    settings.CSP_DICT = dict.fromkeys(names, sources)
    shown = " ".join(["'self'", "https://b.example", "https://a.example"][::turn])
    assert get("/sync/")[ENFORCED] == "; ".join(f"{name} {shown}" for name in names)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"sandbox": []}, "sandbox"),
        ({"sandbox": [""]}, "sandbox"),
        ({"sandbox": ["allow-modals", "allow-forms"]}, "sandbox allow-modals allow-forms"),
        ({"report-uri": "/csp/"}, "report-uri /csp/"),
        ({"referrer": "no-referrer"}, "referrer no-referrer"),
        ({"reflected-xss": "block"}, "reflected-xss block"),
        ({"upgrade-insecure-requests": True}, "upgrade-insecure-requests"),
        ({"upgrade-insecure-requests": []}, "upgrade-insecure-requests"),
        ({"require-trusted-types-for": ["script"]}, "require-trusted-types-for 'script'"),
        ({"trusted-types": ["none"]}, "trusted-types 'none'"),
        ({"trusted-types": ["one", "allow-duplicates"]}, "trusted-types one 'allow-duplicates'"),
    ],
    ids=str,
)
def test_a_directive_of_another_kind_takes_what_is_documented(get, settings, value, text):
    settings.CSP_DICT = value
    assert get("/sync/")[ENFORCED] == text


def test_two_policies_at_once_contradict_each_other(refused):
    message = refused(CSP_DICT={"img-src": ["self"]}, CSP_STRING="img-src 'self'")
    assert message.startswith("CSP_DICT and CSP_STRING must not be set together (got both).")


def test_two_reported_policies_at_once_contradict_each_other(refused):
    policy = {"img-src": ["self"]}
    message = refused(CSP_DICT=policy, CSP_REPORT_DICT=policy, CSP_REPORT_STRING="img-src *")
    assert message.startswith(
        "CSP_REPORT_DICT and CSP_REPORT_STRING must not be set together (got both)."
    )


@pytest.mark.parametrize("mode", ["enforce", "report-only", "enforce-and-report-only"])
def test_no_policy_at_all_stops_the_start(refused, mode):
    message = refused(CSP_MODE=mode)
    assert message.startswith("CSP_DICT or CSP_STRING must be set: ContentSecurityPolicyMiddleware")


def test_a_reported_policy_without_an_enforced_one_is_not_dropped(refused, settings):
    settings.SECURE_CSP = {"img-src": ["'none'"]}
    message = refused(CSP_MODE="enforce-and-report-only", CSP_REPORT_DICT={"default-src": ["self"]})
    assert message.startswith("CSP_DICT or CSP_STRING must be set")


@pytest.mark.parametrize("mode", ["Enforce", "report_only", "", None, True, ["enforce"]], ids=repr)
def test_an_unknown_mode_stops_the_start(refused, mode):
    message = refused(CSP_MODE=mode, CSP_DICT={"img-src": ["self"]})
    assert message.startswith(
        "CSP_MODE must be one of 'enforce', 'report-only', 'enforce-and-report-only' (got "
    )


BROKEN = [
    ({}, " must be given at least one directive (got ())."),
    ([], " must be a dictionary of directives (got [])."),
    ("img-src *", " must be a dictionary of directives (got 'img-src *')."),
    ({"img_src": ["self"]}, " must be made of directives of Content-Security-Policy (got "),
    ({"scirpt-src": ["self"]}, " must be made of directives of Content-Security-Policy (got "),
    ({"img-src": "self"}, "[\"img-src\"] must be a list (got 'self')."),
    ({"sandbox": "allow-forms"}, "[\"sandbox\"] must be a list (got 'allow-forms')."),
    ({"img-src": None}, '["img-src"] must be a list (got None).'),
    ({"img-src": []}, '["img-src"] must be a list of sources (got ()).'),
    ({"img-src": [""]}, '["img-src"][0] must be one source without blank, '),
    ({"img-src": ["self https:"]}, '["img-src"][0] must be one source (got '),
    ({"img-src": ["a.example", "x; script-src *"]}, '["img-src"][1] must be one source (got '),
    ({"img-src": ["a.example,b.example"]}, '["img-src"][0] must be one source without blank, '),
    ({"img-src": ["none", "self"]}, "[\"img-src\"] must hold 'none' alone or not at all "),
    ({"img-src": ["'slef'"]}, '["img-src"][0] must be a keyword, a nonce or a hash in single '),
    ({"img-src": [5]}, '["img-src"][0] must be one source (got 5).'),
    ({"sandbox": ["allow-everything"]}, '["sandbox"][0] must be a sandbox token (got '),
    ({"report-uri": "/a; script-src *"}, '["report-uri"][0] must be a URL (got '),
    ({"reflected-xss": "Filter"}, "[\"reflected-xss\"][0] must be one of 'allow', 'block', "),
    ({"referrer": "never"}, '["referrer"][0] must be one of '),
    ({"plugin-types": ["pdf"]}, "[\"plugin-types\"][0] must be a MIME type (got 'pdf')."),
    ({"upgrade-insecure-requests": ["x"]}, '["upgrade-insecure-requests"][0] must be left '),
]


@pytest.mark.parametrize(("policy", "message"), BROKEN, ids=str)
@pytest.mark.parametrize("name", ["CSP_DICT", "CSP_REPORT_DICT"])
def test_a_dictionary_that_a_browser_would_not_follow_stops_the_start(
    refused, settings, name, policy, message
):
    settings.CSP_DICT = {"img-src": ["self"]}
    assert refused(**{name: policy}).startswith(name + message)


@pytest.mark.parametrize(
    "text",
    [
        "",
        ";",
        "img-src 'self'\r\nX: y",
        "img_src 'self'",
        "img-src self",
        "img-src 'self'; img-src *",
        "img-src 'none' *",
        "img-src 'self',",
        "img-src \u00e9.example",
        ["img-src *"],
        5,
    ],
    ids=repr,
)
@pytest.mark.parametrize("name", ["CSP_STRING", "CSP_REPORT_STRING"])
def test_a_text_that_a_browser_would_not_follow_stops_the_start(refused, settings, name, text):
    if name == "CSP_REPORT_STRING":
        settings.CSP_STRING = "img-src 'self'"
    assert refused(**{name: text}).startswith(f"{name}")
