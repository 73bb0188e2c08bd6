from __future__ import annotations

import pytest
from hypothesis import given
from tests.policy.strategies import any_text

from security.policy.csp.parse import (
    KEYWORDS,
    MAX_POLICY,
    is_hash,
    is_nonce,
    is_scheme,
    read,
    split,
)
from security.policy.errors import PolicyError


def directives(text):
    return dict(read(text).directives)


def test_a_policy_is_split_at_semicolons_and_white_space():
    assert directives("default-src 'none';;img-src\t'self'  a.example ;") == {
        "default-src": ("'none'",),
        "img-src": ("'self'", "a.example"),
    }


@pytest.mark.parametrize("text", ["", " ", ";", " ; ;\t"])
def test_a_text_without_directives_is_an_empty_policy(text):
    assert directives(text) == {}


def test_names_are_read_in_lower_case():
    assert directives("Script-SRC A.example") == {"script-src": ("A.example",)}


def test_the_first_of_a_repeated_directive_counts_and_the_others_are_named():
    policy = read("img-src a.example; IMG-src b.example; img-src")
    assert dict(policy.directives) == {"img-src": ("a.example",)}
    assert policy.repeated == ("img-src", "img-src")


def test_a_repeated_value_stands_once():
    assert directives("img-src a b a 'SELF' 'self'") == {"img-src": ("a", "b", "'self'")}


@pytest.mark.parametrize("word", sorted(KEYWORDS))
def test_a_keyword_is_read_in_any_case(word):
    assert directives(f"script-src {word.upper()}") == {"script-src": (word,)}


def test_only_keywords_and_schemes_lose_their_case():
    text = "script-src HTTPS: 'Nonce-AbC' SELF A.example/Path 'TRUSTED-types-eval'"
    values = ("https:", "'Nonce-AbC'", "SELF", "A.example/Path", "'TRUSTED-types-eval'")
    assert directives(text) == {"script-src": values}


@pytest.mark.parametrize("name", ["constructor", "__proto__"])
def test_a_name_that_every_javascript_object_has_is_passed_over(name):
    policy = read(f"{name} x; img-src y")
    assert dict(policy.directives) == {"img-src": ("y",)}
    assert policy.passed_over == (name,)


@pytest.mark.parametrize("blank", "\t\n\x0b\x0c\r \xa0\u2003\u2028\u3000\ufeff")
def test_white_space_of_ecmascript_ends_a_word(blank):
    assert directives(f"img-src{blank}a{blank}b") == {"img-src": ("a", "b")}


@pytest.mark.parametrize("other", "\x00\x1c\x1f\x85\u200b")
def test_no_other_character_ends_a_word(other):
    assert directives(f"img-src a{other}b") == {"img-src": (f"a{other}b",)}


def test_a_comma_means_nothing_within_a_policy_and_ends_it_in_a_header():
    text = "default-src 'self', img-src *"
    assert directives(text) == {"default-src": ("'self',", "img-src", "*")}
    assert split(text) == ("default-src 'self'", "img-src *")
    assert split(" ,; ,") == ()


def test_a_policy_beyond_the_limit_is_refused():
    assert read("x" * MAX_POLICY).directives.keys() == {"x" * MAX_POLICY}
    with pytest.raises(PolicyError, match=f"at most {MAX_POLICY} characters long"):
        read("x" * (MAX_POLICY + 1))


@given(any_text())
def test_any_text_is_read(text):
    policy = read(text)
    assert policy.text == text
    assert all(name and name == name.lower() for name in policy.directives)
    assert all(len(set(values)) == len(values) for values in policy.directives.values())


@pytest.mark.parametrize(
    ("text", "name", "governing"),
    [
        ("script-src-elem a; script-src b; default-src c", "script-src-elem", "script-src-elem"),
        ("script-src b; default-src c", "script-src-elem", "script-src"),
        ("default-src c", "script-src-attr", "default-src"),
        ("style-src b", "style-src-attr", "style-src"),
        ("", "object-src", "default-src"),
        ("default-src c", "base-uri", "base-uri"),
        ("default-src c", "form-action", "form-action"),
    ],
)
def test_a_fetch_directive_falls_back_and_no_other_does(text, name, governing):
    assert read(text).governing(name) == governing


@pytest.mark.parametrize(
    ("word", "nonce", "digest", "scheme"),
    [
        ("'nonce-Ab+/_-9=='", True, False, False),
        ("'nonce-abc==='", False, False, False),
        ("'nonce-'", False, False, False),
        ("'Nonce-abc'", False, False, False),
        ("nonce-abc", False, False, False),
        ("'sha256-abc='", False, True, False),
        ("'sha512-abc'", False, True, False),
        ("'sha1-abc'", False, False, False),
        ("https:", False, False, True),
        ("web+x.y-z:", False, False, True),
        ("1a:", False, False, False),
        ("https://", False, False, False),
        (":", False, False, False),
    ],
)
def test_nonces_hashes_and_schemes_are_known(word, nonce, digest, scheme):
    assert (is_nonce(word), is_hash(word), is_scheme(word)) == (nonce, digest, scheme)
