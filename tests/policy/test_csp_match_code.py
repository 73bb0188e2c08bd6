from __future__ import annotations

import pytest

from security.policy.csp.match import Decision, Request, allows, hashes_of
from security.policy.csp.vocabulary import NONCE

PAGE = "https://shop.example"
HASHES = hashes_of("ran()")
HASH = HASHES[0]


def ask(policy: str, directive: str, url: str, **rest: object) -> Decision:
    return allows(policy, Request(directive, url, PAGE, **rest))  # type: ignore[arg-type]


INLINE_CASES = {
    "nothing": ("'self'", {}, None),
    "unsafe-inline": ("'unsafe-inline'", {}, "'unsafe-inline'"),
    "any case": ("'Unsafe-Inline'", {}, "'unsafe-inline'"),
    "silenced by a nonce": ("'unsafe-inline' 'nonce-YQ'", {}, None),
    "silenced by a hash": (f"'unsafe-inline' '{HASH}'", {}, None),
    "silenced by strict-dynamic": ("'unsafe-inline' 'strict-dynamic'", {}, None),
    "not silenced by what is no nonce": ("'unsafe-inline' 'nonce-$'", {}, "'unsafe-inline'"),
    "not silenced by what is no hash": ("'unsafe-inline' 'sha256-a", {}, "'unsafe-inline'"),
    "nor by a hash that cannot be": ("'unsafe-inline' 'sha256-a'", {}, "'unsafe-inline'"),
    "nonce": ("'nonce-YQ'", {"nonce": "YQ"}, "'nonce-YQ'"),
    "nonce of another case": ("'nonce-YQ'", {"nonce": "yq"}, None),
    "prefix of another case": ("'NONCE-YQ'", {"nonce": "YQ"}, "'nonce-YQ'"),
    "hash": (f"'{HASH}'", {"hashes": HASHES}, f"'{HASH}'"),
    "hash in the URL alphabet": (
        f"'{HASHES[2].replace('+', '-').replace('/', '_').rstrip('=')}'",
        {"hashes": HASHES},
        f"'{HASHES[2]}'",
    ),
    "another hash": (f"'{HASH}'", {"hashes": hashes_of("other()")}, None),
    "added by a script that may": (
        "'strict-dynamic'",
        {"parser_inserted": False},
        "'strict-dynamic'",
    ),
}


@pytest.mark.parametrize("name", INLINE_CASES)
def test_an_inline_script_runs_by_the_rules(name):
    sources, rest, source = INLINE_CASES[name]
    decision = ask(f"script-src {sources}", "script-src-elem", "inline", **rest)
    assert decision == Decision(source is not None, "script-src", source)


def test_the_place_of_a_nonce_is_a_nonce():
    policy = f"script-src 'unsafe-inline' {NONCE}"
    assert not ask(policy, "script-src-elem", "inline").allowed
    assert ask(policy, "script-src-elem", "inline", nonce=NONCE).allowed


def test_strict_dynamic_does_not_silence_inline_styles():
    assert ask("style-src 'unsafe-inline' 'strict-dynamic'", "style-src-elem", "inline").allowed


@pytest.mark.parametrize(
    ("directive", "url"), [("script-src-attr", "inline"), ("script-src-elem", "javascript:ran()")]
)
def test_handlers_and_javascript_links_take_no_nonce_and_a_hash_only_with_unsafe_hashes(
    directive, url
):
    policy = f"script-src 'nonce-YQ' '{HASH}'"
    assert not ask(policy, directive, url, nonce="YQ", hashes=HASHES).allowed
    policy += " 'unsafe-hashes'"
    assert not ask(policy, directive, url, nonce="YQ").allowed
    assert ask(policy, directive, url, hashes=HASHES).allowed
    assert ask("script-src 'unsafe-inline'", directive, url).allowed


def test_eval_needs_its_keyword():
    assert not ask("script-src * 'unsafe-inline'", "script-src", "eval").allowed
    assert ask("default-src 'unsafe-eval'", "script-src", "eval").allowed
    assert not ask("script-src 'wasm-unsafe-eval'", "script-src", "eval").allowed
    assert ask("script-src 'wasm-unsafe-eval'", "script-src", "wasm-eval").allowed
    assert ask("script-src 'unsafe-eval'", "script-src", "wasm-eval").allowed


def test_eval_of_trusted_types_needs_them_to_be_required():
    policy = "script-src 'trusted-types-eval'"
    assert not ask(policy, "script-src", "eval").allowed
    policy += "; require-trusted-types-for 'script'"
    assert ask(policy, "script-src", "eval").allowed


def test_strict_dynamic_silences_hosts_and_trusts_what_a_script_adds():
    policy = "script-src 'strict-dynamic' 'nonce-YQ' 'self' https: cdn.example"
    url = "https://cdn.example/a.js"
    assert ask(policy, "script-src-elem", url) == Decision(False, "script-src")
    assert ask(policy, "script-src-elem", url, nonce="YQ").source == "'nonce-YQ'"
    assert ask(policy, "script-src-elem", url, parser_inserted=False).allowed
    assert ask(policy, "worker-src", "https://cdn.example/w.js").source == "'strict-dynamic'"
    assert ask(policy.replace("script", "default"), "img-src", url).source == "https:"


def test_the_integrity_of_a_script_lets_it_in_where_all_its_hashes_are_listed():
    policy = f"script-src '{HASH}'"
    url = "https://cdn.example/a.js"
    assert ask(policy, "script-src-elem", url, hashes=(HASH,)).source == f"'{HASH}'"
    assert not ask(policy, "script-src-elem", url, hashes=HASHES).allowed
    assert not ask(policy, "script-src-elem", url, hashes=("nonsense",)).allowed
    assert not ask(f"style-src '{HASH}'", "style-src-elem", url, hashes=(HASH,)).allowed


def test_a_nonce_is_for_scripts_and_styles_alone():
    policy = "default-src 'nonce-YQ'"
    for directive in ("script-src-elem", "style-src-elem"):
        assert ask(policy, directive, "https://cdn.example/", nonce="YQ").allowed
    assert not ask(policy, "img-src", "https://cdn.example/", nonce="YQ").allowed
