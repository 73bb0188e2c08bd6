from __future__ import annotations

import re
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from security.policy.csp import services
from security.policy.csp.compose import Policy, PolicyFragment
from security.policy.csp.document import ContentSecurityPolicy
from security.policy.csp.services import KINDS, MAX_FILE, Service, describe, names, service
from security.policy.errors import PolicyError
from security.policy.presets import PRESETS

STRICT = Policy(PRESETS["strict"]["SECURE_CSP"])
PAGE = Path(__file__).parents[2] / "docs" / "csp_services.md"
ROW = "| `{name}` | {title} | {kind} | {read} | [source]({source}){via} |"
MINIMAL = """
title = "Example"
kind = "maps"
source = "https://example.com/csp"
read = 2026-11-21
[directives]
img-src = ["https://tile.example.com"]
"""

every_service = pytest.mark.parametrize("name", names())


def row(found: Service) -> str:
    via = f", [via]({found.via})" if found.via else ""
    return ROW.format(
        name=found.name,
        title=found.title,
        kind=found.kind,
        read=found.read,
        source=found.source,
        via=via,
    )


def minimal(old: str, new: str) -> bytes:
    assert old in MINIMAL
    return MINIMAL.replace(old, new).encode()


def test_there_are_services_of_every_kind():
    assert len(names()) >= 30
    assert {describe(name).kind for name in names()} == KINDS


def test_names_are_sorted_and_unique_also_in_other_spellings():
    assert list(names()) == sorted(names())
    assert len({name.replace("-", "") for name in names()}) == len(names())
    assert len({describe(name).title.lower() for name in names()}) == len(names())
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", name) for name in names())


@every_service
def test_a_service_says_where_and_when_it_was_read(name):
    found = describe(name)
    assert found.source.startswith("https://")
    assert date(2026, 11, 1) <= found.read <= date.today()


@every_service
def test_a_service_asks_for_hosts_over_tls_and_for_nothing_unsafe(name):
    keywords = {"'wasm-unsafe-eval'", "blob:", "data:"}
    sources = {value for values in service(name).values() for value in values}
    assert [s for s in sources - keywords if not s.startswith(("https://", "wss://"))] == []
    assert not sources & {"https://*", "wss://*"}


@every_service
def test_scripts_come_from_no_data_and_no_blob(name):
    assert not {"data:", "blob:"} & set(service(name).get("script-src", []))


@every_service
def test_a_service_added_to_the_strict_policy_makes_a_policy(name):
    added = STRICT + service(name)
    ContentSecurityPolicy.from_mapping(added)
    assert {value for values in service(name).values() for value in values} <= {
        value for values in added.values() for value in values
    }


@every_service
def test_a_file_holds_each_source_once_and_has_room(name):
    assert all(len(set(values)) == len(values) for values in service(name).values())
    assert len((files(services) / f"{name}.toml").read_bytes()) < MAX_FILE / 4


def test_the_page_lists_every_service_as_the_files_have_it():
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.startswith("| `")] == [row(describe(n)) for n in names()]


def test_what_a_caller_changes_stays_with_the_caller():
    service("stripe")["img-src"].append("https://elsewhere.example")
    assert service("stripe")["img-src"] == ["https://*.stripe.com"]


def test_a_directive_can_be_left_out():
    assert service("vimeo", without=["script-src", "img-src"]) == {
        "connect-src": ["https://vimeo.com"],
        "frame-src": ["https://player.vimeo.com"],
    }


def test_an_unknown_service_is_told_the_nearest():
    with pytest.raises(PolicyError, match=r"a known service \(got 'strpie'\)") as caught:
        service("strpie")
    assert caught.value.hint == "Did you mean 'stripe'?"


@pytest.mark.parametrize("bad", ["", "../stripe", "stripe.toml", "x" * 10_000, 3, None], ids=repr)
def test_anything_else_is_told_what_is_known(bad):
    with pytest.raises(PolicyError) as caught:
        service(bad)
    assert "stripe" in caught.value.hint


@pytest.mark.parametrize("bad", ["script-src", 3, ["script-scr"], [3]], ids=repr)
def test_what_is_left_out_must_be_a_list_of_directives_of_the_service(bad):
    with pytest.raises(PolicyError) as caught:
        service("stripe", without=bad)
    assert caught.value.path == '["without"]'


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("title", "titles"),
        ('title = "Example"', ""),
        ('"Example"', '""'),
        ('"Example"', "3"),
        ('"maps"', '"mops"'),
        ("https://example.com/csp", "http://example.com/csp"),
        ("2026-11-21", '"2026-11-21"'),
        ("2026-11-21", "2026-11-21T10:00:00"),
        ("img-src", "img-scr"),
        ('["https://tile.example.com"]', '"https://tile.example.com"'),
        ('"https://tile.example.com"', "\"'self'; script-src\""),
        ('"https://tile.example.com"', '"self"'),
        ('["https://tile.example.com"]', "[]"),
        ('img-src = ["https://tile.example.com"]', ""),
        ('"Example"', '"Ex\N{LATIN SMALL LETTER A WITH DIAERESIS}mple"'),
        ('"Example"', '"Example'),
        ('"Example"', '"' + "x" * MAX_FILE + '"'),
    ],
)
def test_a_file_that_is_wrong_anywhere_is_refused(old, new):
    Service.parse("example", MINIMAL.encode())
    with pytest.raises(PolicyError):
        Service.parse("example", minimal(old, new))


def test_adding_takes_away_nothing_and_changes_neither_side():
    site = Policy({"default-src": ["'self'"], "frame-src": ["'none'"]})
    fragment = service("vimeo")
    assert site + fragment == {
        "default-src": ["'self'"],
        "frame-src": ["https://player.vimeo.com"],
        "script-src": ["'self'", "https://player.vimeo.com"],
        "img-src": ["'self'", "https://i.vimeocdn.com"],
        "connect-src": ["'self'", "https://vimeo.com"],
    }
    assert site == {"default-src": ["'self'"], "frame-src": ["'none'"]}
    assert fragment == service("vimeo")


def test_two_services_make_one_fragment_and_with_a_dictionary_a_policy():
    both = service("jquery") + service("google-fonts")
    assert (type(both), list(both)) == (PolicyFragment, ["script-src", "style-src", "font-src"])
    site = {"script-src": "'self'"}
    expected = {"script-src": ["'self'", "https://code.jquery.com"]}
    for added in (
        site + service("jquery"),
        service("jquery") + site,
        Policy(expected) + service("jquery"),
        service("jquery") + Policy(site) + {},
        site + Policy({"script-src": ["https://code.jquery.com"]}),
    ):
        assert (type(added), added) == (Policy, expected)


@pytest.mark.parametrize("bad", [3, "img-src 'self'", None], ids=repr)
@pytest.mark.parametrize("value", [STRICT, service("jquery")], ids=["policy", "fragment"])
def test_what_is_no_policy_cannot_be_added(value, bad):
    with pytest.raises(TypeError):
        value + bad
    with pytest.raises(TypeError):
        bad + value


def test_a_mistake_in_what_is_added_is_named():
    with pytest.raises(PolicyError) as caught:
        STRICT + {"img-src": ["self"]}
    assert str(caught.value) == (
        "What is added to a policy[\"img-src\"][0] must be quoted (got 'self')."
    )
    assert "'self'" in caught.value.hint
