from __future__ import annotations

from functools import partial

import pytest

from security.policy.csp import ContentSecurityPolicy
from security.policy.csp.lint import lint
from security.policy.csp.vocabulary import NONCE
from security.policy.errors import PolicyError
from security.reports.evidence import Violation
from security.reports.suggest import Limits, suggest
from security.reports.suggest_advice import Advice
from security.reports.suggest_text import text

PAGE = "https://shop.example/basket/"
SELF = ContentSecurityPolicy.parse("default-src 'self'; object-src 'none'; base-uri 'none'")
STRICT = ContentSecurityPolicy.from_mapping(
    {"script-src": [NONCE, "'strict-dynamic'"], "object-src": ["'none'"], "base-uri": ["'none'"]}
)
seen = partial(Violation, document=PAGE, count=5, pages=("/basket/",), browsers=("Firefox",))


def advice(violation: Violation, policy: ContentSecurityPolicy = SELF) -> tuple[Advice, str, str]:
    [line] = suggest(policy, [violation]).lines
    return line.verdict.advice, line.verdict.directive, line.verdict.source


def proposed(*violations: Violation, policy: ContentSecurityPolicy = SELF, **rest: object) -> str:
    return str(suggest(policy, violations, **rest).proposed)  # type: ignore[arg-type]


def test_a_host_is_added_to_a_directive_of_its_own():
    violation = seen("img-src", "https://cdn.example/a/b.png?c")
    assert advice(violation) == (Advice.ADD, "img-src", "https://cdn.example")
    assert proposed(violation) == f"{SELF}; img-src 'self' https://cdn.example"


@pytest.mark.parametrize(
    ("policy", "directive", "target"),
    [
        ("script-src 'self'", "script-src-elem", "script-src"),
        ("script-src-elem 'self'", "script-src-elem", "script-src-elem"),
        ("default-src 'self'", "style-src-elem", "style-src"),
        ("child-src 'self'", "frame-src", "frame-src"),
        ("script-src 'self'", "worker-src", "worker-src"),
        ("frame-src 'self'", "child-src", "frame-src"),
        ("form-action 'self'", "form-action", "form-action"),
    ],
)
def test_no_other_kind_of_request_gains(policy, directive, target):
    violation = seen(directive, "https://cdn.example")
    current = ContentSecurityPolicy.parse(policy)
    assert advice(violation, current) == (Advice.ADD, target, "https://cdn.example")


def test_every_source_is_added_once_however_many_groups_ask():
    violations = [
        seen("img-src", "https://cdn.example/a"),
        seen("img-src", "https://cdn.example/b", pages=("/a/", "/b/"), browsers=("Chrome",)),
        seen("img-src", "https://a.example:8443"),
        seen("connect-src", "wss://live.example/socket"),
    ]
    suggestion = suggest(SELF, violations)
    assert str(suggestion.proposed) == (
        f"{SELF}; connect-src 'self' wss://live.example; "
        "img-src 'self' https://a.example:8443 https://cdn.example"
    )
    assert [str(line.evidence) for line in suggestion.lines] == [
        "10 reports, 3 pages, 2 browsers",
        "5 reports, 1 page, 1 browser",
        "5 reports, 1 page, 1 browser",
    ]


def test_what_the_policy_allows_by_now_is_fixed_already():
    violation = seen("img-src", "https://shop.example/a.png", policy="img-src 'none'")
    assert advice(violation) == (Advice.FIXED, "img-src", "https://shop.example/a.png")
    assert proposed(violation) == str(SELF)


def test_what_no_directive_restricts_is_fixed_already():
    assert advice(seen("no-such-src", "https://cdn.example/"))[0] is Advice.FIXED


def test_a_host_that_browsers_read_nowhere_is_not_added():
    assert advice(seen("img-src", "https://a_b.example/"))[0] is Advice.UNTOLD


def test_a_redirect_is_not_mistaken_for_fixed():
    violation = seen("img-src", "https://shop.example/a.png", policy=str(SELF))
    assert advice(violation)[0] is Advice.UNTOLD


def test_a_source_is_not_added_where_it_would_not_help():
    current = ContentSecurityPolicy.parse("img-src 'none'")
    redirected = seen("img-src", "https://cdn.example/a", policy="img-src cdn.example")
    suggestion = suggest(current, [redirected])
    assert suggestion.proposed == current
    [line] = suggestion.of(Advice.UNTOLD)
    assert "redirect" in line.verdict.why


def test_the_own_origin_is_self_and_needs_no_witness():
    current = ContentSecurityPolicy.parse("default-src 'none'")
    for blocked in ("https://shop.example/a", "wss://shop.example/", "self"):
        violation = seen("connect-src", blocked, count=1)
        assert advice(violation, current) == (Advice.ADD, "connect-src", "'self'")


@pytest.mark.parametrize(
    ("directive", "blocked"),
    [
        ("script-src-elem", "inline"),
        ("script-src-attr", "inline"),
        ("style-src-elem", "inline"),
        ("style-src-attr", "inline"),
        ("script-src", "eval"),
        ("require-trusted-types-for", "trusted-types-sink"),
    ],
)
def test_code_in_a_page_gets_advice_and_never_unsafe_inline(directive, blocked):
    current = ContentSecurityPolicy.parse("default-src 'self'; require-trusted-types-for 'script'")
    suggestion = suggest(current, [seen(directive, blocked, count=10**6)])
    [line] = suggestion.lines
    assert line.verdict.advice is Advice.MARK
    assert line.verdict.why
    assert suggestion.proposed == current


def test_webassembly_gets_the_keyword_that_allows_nothing_else():
    violation = seen("script-src", "wasm-eval")
    assert proposed(violation) == f"{SELF}; script-src 'self' 'wasm-unsafe-eval'"


@pytest.mark.parametrize("policy", [STRICT, ContentSecurityPolicy.parse("script-src 'nonce-YQ'")])
def test_where_scripts_need_a_nonce_a_host_is_no_help(policy):
    violation = seen("script-src-elem", "https://cdn.example/a.js", policy="script-src 'self'")
    assert advice(violation, policy) == (Advice.MARK, "script-src", "https://cdn.example")


@pytest.mark.parametrize(
    ("directive", "blocked"),
    [
        ("script-src-elem", "data"),
        ("script-src-elem", "blob"),
        ("worker-src", "data"),
        ("style-src-elem", "data"),
        ("frame-src", "data"),
        ("connect-src", "data"),
        ("img-src", "chrome-extension"),
        ("img-src", "myapp"),
        ("img-src", "https://10.0.0.1/a.png"),
        ("img-src", "https://[2001:db8::1]/a.png"),
        ("img-src", "http://cdn.example/a.png"),
        ("connect-src", "ws://cdn.example/"),
        ("img-src", "https://localhost/a.png"),
        ("img-src", "https://intranet/a.png"),
        ("img-src", "https://printer.local/a.png"),
        ("img-src", "https://a;script-src *.example/"),
        ("img-src", "https://a;b.example/"),
        ("navigate-to", "https://cdn.example/"),
        ("img-src", "https://cdn.example:443cdn.example/"),
        ("base-uri", "https://evil.example/"),
        ("object-src", "https://cdn.example"),
        ("default-src", "https://cdn.example/next.html"),
        ("frame-ancestors", PAGE),
    ],
)
def test_what_looks_like_an_attack_or_noise_is_never_added(directive, blocked):
    current = ContentSecurityPolicy.parse(
        "default-src 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'self'; "
        "navigate-to 'self'"
    )
    suggestion = suggest(current, [seen(directive, blocked, count=10**6)])
    assert suggestion.proposed == current
    [line] = suggestion.lines
    assert line.verdict.advice is Advice.LEAVE
    assert line.verdict.why


@pytest.mark.parametrize(
    ("directive", "blocked", "source"),
    [
        ("img-src", "data", "data:"),
        ("font-src", "data", "data:"),
        ("media-src", "blob", "blob:"),
        ("worker-src", "blob", "blob:"),
    ],
)
def test_pictures_and_workers_that_scripts_make_may_be_added(directive, blocked, source):
    assert advice(seen(directive, blocked)) == (Advice.ADD, directive, source)


def test_http_may_be_added_on_a_site_of_http_and_covers_https():
    page = "http://shop.example/"
    violations = [
        seen("img-src", "https://cdn.example", document=page),
        seen("img-src", "http://cdn.example", document=page),
    ]
    suggestion = suggest(SELF, violations)
    assert str(suggestion.proposed) == f"{SELF}; img-src 'self' http://cdn.example"
    [line] = suggestion.lines
    assert line.evidence.count == 10


def test_what_was_seen_once_or_by_one_visitor_is_not_believed():
    once = seen("img-src", "https://cdn.example", count=1)
    alone = seen("img-src", "https://cdn.example", count=900, visitors=1)
    for violation in (once, alone):
        assert advice(violation) == (Advice.LEAVE, "img-src", "https://cdn.example")
    assert advice(seen("img-src", "https://cdn.example", visitors=2))[0] is Advice.ADD
    assert "cdn.example" in proposed(once, limits=Limits(reports=1))
    assert "cdn.example" in proposed(once, once)


def test_what_a_rule_calls_noise_and_what_an_extension_asked_for_is_left():
    noise = seen("img-src", "https://cdn.example", noise="toolbar-1")
    injected = seen("img-src", "https://cdn.example", source_file="moz-extension://1/a.js")
    word = seen("script-src-elem", "inline", source_file="chrome-extension")
    for violation in (noise, injected, word):
        assert advice(violation)[0] is Advice.LEAVE


def test_what_a_browser_does_not_name_is_left_open():
    assert advice(seen("frame-src", "")) == (Advice.UNTOLD, "frame-src", "")


def test_a_flood_of_hosts_adds_no_more_than_the_limit():
    violations = [seen("img-src", f"https://h{n}.example", count=n) for n in range(2, 40)]
    suggestion = suggest(SELF, violations, limits=Limits(sources=3))
    assert str(suggestion.proposed) == (
        f"{SELF}; img-src 'self' https://h37.example https://h38.example https://h39.example"
    )
    assert len(suggestion.of(Advice.UNTOLD)) == 35


@pytest.mark.parametrize("name", ["reports", "visitors", "sources", "subdomains"])
@pytest.mark.parametrize("bad", [0, -1, 1.5, True, "2"])
def test_a_limit_is_a_whole_number(name, bad):
    with pytest.raises(PolicyError, match="whole number"):
        Limits(**{name: bad})


def domain(host: str) -> str | None:
    """Stand in for the public suffix list: ``host.example`` hosts the sites of strangers."""
    labels = host.split(".")
    size = 3 if labels[-2:] == ["host", "example"] else 2
    return ".".join(labels[-size:]) if len(labels) >= size else None


def test_a_wildcard_needs_many_names_and_somebody_who_knows_public_suffixes():
    names = [seen("img-src", f"https://t{n}.tiles.example") for n in range(5)]
    assert "*" not in proposed(*names)
    assert "*" not in proposed(*names[1:], registrable=domain)
    assert proposed(*names, registrable=domain).endswith("img-src 'self' https://*.tiles.example")
    ports = [seen("img-src", f"https://t{n}.tiles.example:8443") for n in range(9)]
    assert "*" not in proposed(*ports, registrable=domain)
    strangers = [seen("img-src", f"https://t{n}.host.example") for n in range(9)]
    assert "*" not in proposed(*strangers, registrable=domain)
    scripts = [seen("script-src-elem", f"https://t{n}.tiles.example") for n in range(9)]
    assert "*" not in proposed(*scripts, registrable=domain)


def test_a_host_that_is_a_way_round_the_policy_is_never_proposed_silently():
    suggestion = suggest(SELF, [seen("script-src-elem", "https://cdn.jsdelivr.net/a.js")])
    [line] = suggestion.lines
    assert [finding.severity.name for finding in line.warnings] == ["HIGH"]
    assert "lint, HIGH: SCRIPT_ALLOWLIST_BYPASS" in text(suggestion)


def test_each_finding_that_a_change_brings_is_told():
    violations = [
        seen("form-action", "https://pay.example/"),
        seen("object-src", "https://shop.example/a.pdf"),
        seen("script-src-elem", "https://cdn.example/"),
    ]
    current = ContentSecurityPolicy.parse(
        "default-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    )
    suggestion = suggest(current, violations)
    told = {*suggestion.warnings, *(one for line in suggestion.lines for one in line.warnings)}
    fresh = set(lint(str(suggestion.proposed))) - set(lint(str(current)))
    assert told == {finding for finding in fresh if finding.severity.name != "INFO"}
    assert len(told) >= 2
