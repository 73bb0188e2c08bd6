from __future__ import annotations

import pytest

from security.grade.page import read_page

SCRIPT = "<script src=a></script>"


def sources(body):
    return [script.source for script in read_page(body).scripts]


@pytest.mark.parametrize(
    "body",
    [
        f"<!-- {SCRIPT} -->",
        f"<!-- -- > {SCRIPT} --->",
        f"<!-- {SCRIPT}",
        f"<script>'{SCRIPT[:-9]}'",
        f"<style>{SCRIPT}</style>",
        f"<title>{SCRIPT}</title>",
        f"<textarea>{SCRIPT}</TextArea >",
        f"<textarea>{SCRIPT}</textareas>",
        f"<a title='{SCRIPT}'>",
        f'<a title="{SCRIPT}',
        f"<![CDATA[ {SCRIPT} ]]>",
        "<! <script src=a>",
        "<? <script src=a>",
        "</ <script src=a>",
        "<scripts src=a>",
        "<script src=a",
        "<script src='a>",
        "< script src=a>",
    ],
)
def test_what_is_no_tag_is_passed_over(body):
    assert "a" not in sources(body)


@pytest.mark.parametrize(
    "body",
    [
        SCRIPT,
        SCRIPT.upper().replace("A>", "a>"),
        f"<!-->{SCRIPT}",
        f"<!--->{SCRIPT}",
        f"<!---->{SCRIPT}",
        f"<!-- - -->{SCRIPT}",
        f"<![CDATA[]]>{SCRIPT}",
        f"<!doctype html>{SCRIPT}",
        f"<?xml version='1.0'?>{SCRIPT}",
        f"<p class=a/b title=\"'>\"x='\">'>{SCRIPT}",
        f"< <3 {SCRIPT}",
        f"<title/>{SCRIPT}",
        f"<template>{SCRIPT}</template>",
        f"<noscript>{SCRIPT}",
        f"<title>t</title\n>{SCRIPT}",
        "<script src = 'a'src=b =c>",
        "<script/src=a/>"[:-2] + ">",
        "<script\fSRC=\ta>",
        "<script src=&#97;>",
        "<script src=&#x61>",
        f"\ufeff{SCRIPT}",
        f'"{SCRIPT}"',
    ],
)
def test_a_script_element_is_found(body):
    assert sources(body) == ["a"]


def test_a_script_that_closes_itself_holds_no_text():
    assert sources("<script src=a /><script src=b></script>") == ["a", "b"]


def test_an_attribute_keeps_what_is_no_reference():
    body = "<script src='?a&copy=1&amp;b&copy;&notit;&lt'></script>"
    assert sources(body) == ["?a&copy=1&b\xa9&notit;<"]


@pytest.mark.parametrize(
    ("body", "policies"),
    [
        ("<meta http-equiv='Content-Security-Policy' content='a'>", ("a",)),
        ("<META content=a http-equiv=' content-security-policy '>", ("a",)),
        ("<meta http-equiv=content-security-policy content=''>", ()),
        ("<meta http-equiv=content-security-policy>", ()),
        ("<meta http-equiv=content-security-policy-report-only content=a>", ()),
        ("<meta name=content-security-policy content=a>", ()),
        ("<!-- <meta http-equiv=content-security-policy content=a> -->", ()),
    ],
)
def test_a_meta_policy_is_found(body, policies):
    assert read_page(body).policies == policies


@pytest.mark.parametrize(
    ("body", "referrer"),
    [
        ("<meta name=referrer content=a><meta name=Referrer content=b>", "b"),
        ("<meta name=referrer content=a><meta name=referrer content=''>", "a"),
        ("<meta name=referrer http-equiv=refresh content=a>", None),
        ("<meta name=referrer http-equiv=refresh>", None),
        ("<meta name=author content=a>", None),
    ],
)
def test_the_last_meta_referrer_counts(body, referrer):
    assert read_page(body).referrer == referrer


@pytest.mark.parametrize(
    ("body", "is_readable"),
    [
        ("{}", False),
        (" [1]", False),
        ("1", False),
        ("true", False),
        ("9" * 5000, False),
        ("[" * 100_000 + "]" * 100_000, False),
        ("[]", True),
        ("0", True),
        ("false", True),
        ("null", True),
        ('"text"', True),
        ("NaN", True),
        ("{", True),
        ("", True),
        (SCRIPT, True),
    ],
    ids=lambda value: str(value)[:12],
)
def test_a_body_that_is_json_is_no_page(body, is_readable):
    assert read_page(body).is_readable is is_readable
