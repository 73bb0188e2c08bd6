from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from security.policy.csp import CSP, NONCE, ContentSecurityPolicy, Directive, VerbatimPolicy
from security.policy.csp.vocabulary import DIRECTIVES, KEYWORDS, SANDBOX_TOKENS, Kind
from security.policy.errors import PolicyError

HOSTS = st.sampled_from(
    ["*", "https:", "data:", "cdn.example", "*.cdn.example", "https://cdn.example:*/js/", "a:443"]
)
SOURCES = st.one_of(
    HOSTS,
    st.just(NONCE),
    st.sampled_from(sorted(KEYWORDS - {"'none'"})),
    st.from_regex(r"'(nonce|sha256|sha384|sha512)-[A-Za-z0-9+/]{1,20}={0,2}'", fullmatch=True),
)
VALUES = {
    Kind.SOURCES: st.lists(SOURCES, min_size=1, max_size=4) | st.just(["'none'"]),
    Kind.NOTHING: st.just([]),
    Kind.SANDBOX: st.lists(st.sampled_from(sorted(SANDBOX_TOKENS)), max_size=3),
    Kind.URIS: st.lists(st.sampled_from(["/csp/", "https://r.example/c?d=1"]), min_size=1),
    Kind.GROUP: st.just(["main"]),
    Kind.POLICY_NAMES: st.lists(st.sampled_from(["default", "dompurify", "'allow-duplicates'"])),
    Kind.SINK_GROUPS: st.just(["'script'"]),
    Kind.MEDIA_TYPES: st.just(["application/pdf"]),
    Kind.REFERRER: st.just(["origin"]),
    Kind.REFLECTED_XSS: st.just(["filter"]),
    Kind.SRI_TOKENS: st.just(["script", "style"]),
}
POLICIES = (
    st.lists(st.sampled_from(sorted(DIRECTIVES)), min_size=1, max_size=8, unique=True)
    .flatmap(
        lambda names: st.tuples(
            *(
                VALUES[DIRECTIVES[name]].map(lambda v, name=name: Directive(name, tuple(v)))
                for name in names
            )
        )
    )
    .map(ContentSecurityPolicy)
)


@given(POLICIES)
def test_what_is_written_can_be_read_back(policy):
    assert ContentSecurityPolicy.parse(str(policy)) == policy


@given(POLICIES)
def test_the_settings_form_gives_the_same_policy(policy):
    mapping = {d.name: list(d.values) or True for d in policy.directives}
    assert ContentSecurityPolicy.from_mapping(mapping) == policy


@given(POLICIES, st.from_regex(r"[A-Za-z0-9_-]{22}", fullmatch=True))
def test_filling_the_holes_writes_the_nonce_wherever_the_author_put_it(policy, nonce):
    compiled = policy.compile()
    if compiled.parts:
        source = f"'nonce-{nonce}'"
        assert source.join(compiled.parts) == str(policy).replace(NONCE, source)
    else:
        assert NONCE not in str(policy)


@given(POLICIES)
def test_an_unused_nonce_leaves_no_trace_and_no_directive_disappears(policy):
    unused = policy.compile().unused
    assert NONCE not in unused
    assert [d.name for d in ContentSecurityPolicy.parse(unused).directives] == [
        d.name for d in policy.directives
    ]


@given(st.text() | st.binary().map(lambda b: b.decode("latin-1")))
def test_parse_fails_in_one_way_only(text):
    with contextlib.suppress(PolicyError):
        ContentSecurityPolicy.parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "a" * 1_000_000,
        ";" * 1_000_000,
        "script-src " * 90_000,
        "\ud800",
        "x\x00",
        "\u00e9",
        "a\r\nb: c",
    ],
    ids=["letters", "semicolons", "words", "surrogate", "nul", "non-ascii", "line break"],
)
def test_hostile_text_is_refused(text):
    with pytest.raises(PolicyError):
        ContentSecurityPolicy.parse(text)


@given(
    st.sampled_from(sorted(DIRECTIVES)),
    st.text(alphabet="\r\n;,\x00\x7f\u00e9'abc ", min_size=1, max_size=8).filter(
        lambda text: any(c in text for c in "\r\n;,\x00\x7f\u00e9")
    ),
)
def test_no_value_carries_a_separator_or_a_line_break(name, text):
    for read in (ContentSecurityPolicy.from_mapping, ContentSecurityPolicy.from_csp_dict):
        with pytest.raises(PolicyError):
            read({name: [text]})


def test_a_nonce_alone_becomes_none_when_nobody_used_it():
    policy = ContentSecurityPolicy.from_mapping({"script-src": [CSP.NONCE]})
    assert policy.compile().unused == "script-src 'none'"


def test_strict_dynamic_without_its_nonce_does_not_bring_hosts_back():
    policy = ContentSecurityPolicy.from_mapping(
        {"script-src": [CSP.NONCE, "'strict-dynamic'", "https:", "'unsafe-inline'"]}
    )
    assert policy.compile().unused == "script-src 'none'"


def test_strict_dynamic_stays_beside_a_hash():
    policy = ContentSecurityPolicy.from_mapping(
        {"script-src": [CSP.NONCE, "'strict-dynamic'", "'sha256-YWJj'"]}
    )
    assert policy.compile().unused == "script-src 'strict-dynamic' 'sha256-YWJj'"


def test_the_documented_csp_dict_is_sent_as_documented():
    policy = ContentSecurityPolicy.from_csp_dict(
        {
            "default-src": ["self", "https:"],
            "script-src": ["self", "http://js.example.com"],
            "object-src": ["none"],
            "sandbox": [""],
            "plugin-types": ["application/pdf"],
            "reflected-xss": "filter",
            "report-uri": "http://example.com/csp-report",
        }
    )
    assert str(policy) == (
        "default-src 'self' https:; script-src 'self' http://js.example.com; "
        "object-src 'none'; sandbox; plugin-types application/pdf; reflected-xss filter; "
        "report-uri http://example.com/csp-report"
    )


@pytest.mark.parametrize(
    ("bare", "sent"),
    [
        ("strict-dynamic", "'strict-dynamic'"),
        ("nonce-abc", "'nonce-abc'"),
        ("sha256-YWJj", "'sha256-YWJj'"),
        ("unsafe-hashes", "'unsafe-hashes'"),
        ("report-sample", "'report-sample'"),
        ("wasm-unsafe-eval", "'wasm-unsafe-eval'"),
        ("'self'", "'self'"),
        ("self.example", "self.example"),
    ],
)
def test_csp_dict_quotes_bare_keywords_and_nothing_else(bare, sent):
    policy = ContentSecurityPolicy.from_csp_dict({"script-src": [bare]})
    assert policy.get("script-src") == (sent,)


@pytest.mark.parametrize(
    ("mapping", "message", "hint"),
    [
        (
            {"scirpt-src": ["'self'"]},
            "SECURE_CSP must be made of directives of Content-Security-Policy (got 'scirpt-src').",
            "Did you mean 'script-src'?",
        ),
        (
            {"script-src": ["'self'", "cdn.example; object-src *"]},
            "SECURE_CSP[\"script-src\"][1] must be one source (got 'cdn.example; object-src *').",
            'A semicolon starts a new directive. Write "object-src" as its own key.',
        ),
        (
            {"script-src": ["self"]},
            "SECURE_CSP[\"script-src\"][0] must be quoted (got 'self').",
            "Without quotes a browser reads a host name. Write \"'self'\".",
        ),
        (
            {"script-src": ["'slef'"]},
            (
                'SECURE_CSP["script-src"][0] must be a keyword, a nonce or a hash '
                """in single quotes (got "'slef'")."""
            ),
            "Did you mean \"'self'\"?",
        ),
        (
            {"img-src": []},
            'SECURE_CSP["img-src"] must be a list of sources (got ()).',
            "To allow nothing, write [\"'none'\"].",
        ),
        (
            {"img-src": ["'none'", "a.example"]},
            (
                """SECURE_CSP["img-src"] must hold 'none' alone or not at all """
                "(got 1 other value beside it)."
            ),
            "A browser ignores 'none' beside another source.",
        ),
        (
            {"sandbox": ["allow-script"]},
            "SECURE_CSP[\"sandbox\"][0] must be a sandbox token (got 'allow-script').",
            "Did you mean 'allow-scripts'?",
        ),
        (
            {"upgrade-insecure-requests": ["x"]},
            "SECURE_CSP[\"upgrade-insecure-requests\"][0] must be left without a value (got 'x').",
            "Write True, or an empty list.",
        ),
        ([], "SECURE_CSP must be a dictionary of directives (got []).", None),
    ],
    ids=lambda value: "" if isinstance(value, str) else None,
)
def test_a_mistake_is_named_with_its_place_and_its_remedy(mapping, message, hint):
    with pytest.raises(PolicyError) as caught:
        ContentSecurityPolicy.from_mapping(mapping)
    assert caught.value.describe("SECURE_CSP") == message
    assert caught.value.hint == hint


@pytest.mark.parametrize(
    "value",
    ["http://", "https://a.example:port", "%zz", "<script>", "//x", "[::1]", "a b", "*.*", ""],
)
def test_what_a_browser_would_ignore_is_no_source(value):
    with pytest.raises(PolicyError):
        Directive("script-src", (value,))


def test_a_string_where_a_list_is_due_is_refused_in_csp_dict():
    with pytest.raises(PolicyError, match="must be a list"):
        ContentSecurityPolicy.from_csp_dict({"script-src": "self"})


def test_report_uri_takes_a_list_as_well():
    policy = ContentSecurityPolicy.from_csp_dict(
        {"default-src": ["self"], "report-uri": ["/a", "/b"]}
    )
    assert str(policy) == "default-src 'self'; report-uri /a /b"


def test_django_forms_of_a_value_are_understood():
    policy = ContentSecurityPolicy.from_mapping(
        {
            "default-src": "'self' https:",
            "img-src": {"b.example", "a.example"},
            "upgrade-insecure-requests": True,
            "object-src": None,
            "media-src": False,
        }
    )
    assert str(policy) == (
        "default-src 'self' https:; img-src a.example b.example; upgrade-insecure-requests"
    )


def test_a_directive_counts_once():
    with pytest.raises(PolicyError, match="each directive once"):
        ContentSecurityPolicy.parse("img-src a; img-src b")


def test_a_directive_can_be_added_and_taken_away():
    policy = ContentSecurityPolicy.parse("default-src 'self'").with_directive("img-src", ("*",))
    assert str(policy) == "default-src 'self'; img-src *"
    assert str(policy.without("img-src")) == "default-src 'self'"
    assert ContentSecurityPolicy.parse("img-src *").without("img-src") is None


def test_a_verbatim_policy_is_sent_letter_by_letter():
    text = "default-src  'self' ;script-src *.google.com;"
    assert str(VerbatimPolicy(text)) == text
    assert VerbatimPolicy.parse(text) == VerbatimPolicy(text)
    assert VerbatimPolicy(text).compile() == (text, ())


def test_a_verbatim_policy_may_be_a_list_of_policies():
    policy = VerbatimPolicy("default-src 'self', frame-ancestors 'none'")
    assert policy.get("frame-ancestors") == ("'none'",)
    assert policy.get("img-src") is None


@pytest.mark.parametrize("text", ["", "scirpt-src 'self'", "script-src self", "a\nb", None, 1])
def test_a_verbatim_policy_is_checked_all_the_same(text):
    with pytest.raises(PolicyError):
        VerbatimPolicy(text)


def test_a_verbatim_policy_takes_a_further_directive():
    policy = VerbatimPolicy("default-src 'self';").with_directive("frame-ancestors", ("'none'",))
    assert str(policy) == "default-src 'self'; frame-ancestors 'none'"
