from __future__ import annotations

import pytest

from security.policy.csp import Action, ContentSecurityPolicy, Edit, apply_all
from security.policy.errors import PolicyError

BASE = ContentSecurityPolicy.parse(
    "default-src 'self'; script-src 'self'; upgrade-insecure-requests"
)


def edited(action, raw):
    return str(Edit.read(action, raw).apply(BASE))


def test_adding_understands_fallback():
    assert edited(Action.ADD, {"img-src": ["data:"]}) == f"{BASE}; img-src 'self' data:"


def test_removing_leaves_none():
    assert edited(Action.REMOVE, {"script-src": ["'self'"]}) == (
        "default-src 'self'; script-src 'none'; upgrade-insecure-requests"
    )


def test_replacing_sets_and_takes_out():
    assert edited(Action.REPLACE, {"script-src": ["a.example"], "default-src": None}) == (
        "script-src a.example; upgrade-insecure-requests"
    )


def test_a_directive_without_value_can_be_added():
    assert Edit.read(Action.ADD, {"upgrade-insecure-requests": True}).apply(BASE) == BASE


def test_edits_are_applied_in_turn():
    edits = (
        Edit.read(Action.REPLACE, {"img-src": ["a.example"]}),
        Edit.read(Action.ADD, {"img-src": ["b.example"]}),
    )
    assert apply_all(BASE, edits).get("img-src") == ("a.example", "b.example")


def test_no_policy_stays_no_policy():
    assert Edit.read(Action.ADD, {"img-src": ["data:"]}).apply(None) is None


def test_taking_everything_out_sends_no_policy():
    policy = ContentSecurityPolicy.parse("img-src *")
    assert Edit.read(Action.REPLACE, {"img-src": None}).apply(policy) is None


@pytest.mark.parametrize(
    ("action", "raw", "message"),
    [
        (Action.ADD, [], " must be a dictionary of directives (got [])."),
        (Action.ADD, {"img-src": None}, '["img-src"] must be a list of sources (got None).'),
        (Action.REMOVE, {"img-src": False}, '["img-src"] must be a list of sources (got False).'),
        (
            Action.REPLACE,
            {"imgsrc": None},
            " must be made of directives of Content-Security-Policy (got 'imgsrc').",
        ),
        (
            Action.ADD,
            {"img-src": ["self"]},
            "[\"img-src\"][0] must be quoted (got 'self').",
        ),
    ],
)
def test_a_mistake_is_named(action, raw, message):
    with pytest.raises(PolicyError) as caught:
        Edit.read(action, raw)
    assert caught.value.describe("E") == "E" + message
