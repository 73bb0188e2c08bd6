from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from security.reports.report import Kind, Report, Shape
from security.reports.scrub import policy, scrub

SITE = "https://shop.example"


def template(path):
    return re.sub(r"/\d+(?=/|$)", "/<int>", path)


def scrubbed(**members):
    defaults = {
        "kind": Kind.CSP,
        "shape": Shape.ARRAY,
        "document": f"{SITE}/",
        "subject": "img-src",
    }
    return scrub(Report(**defaults | members), template=template)


@pytest.mark.parametrize("member", ["document", "blocked", "source", "referrer"])
def test_query_fragment_credentials_and_default_port_are_taken_off(member):
    url = "https://user:pass@shop.example:443/p?token=s3cr3t#part"
    assert getattr(scrubbed(**{member: url}), member) == f"{SITE}/p"


@pytest.mark.parametrize("member", ["document", "blocked", "source", "referrer"])
def test_a_path_of_the_own_host_is_templated(member):
    url = f"{SITE}:8443/invoice/8731/"
    assert getattr(scrubbed(**{member: url}), member) == f"{SITE}:8443/invoice/<int>/"


def test_a_path_of_another_host_is_not_templated():
    assert scrubbed(blocked="https://cdn.example/8731/a.js?v=1").blocked == (
        "https://cdn.example/8731/a.js"
    )


def test_a_foreign_referrer_is_reduced_to_its_origin():
    assert scrubbed(referrer="https://mail.example/inbox/5?q=1").referrer == "https://mail.example"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("data:image/png;base64,iVBORw0KGgo=", "data"),
        ("blob:https://shop.example/5f3c", "blob"),
        ("myapp:secret", "myapp"),
        ("myapp://secret/path?x=1", "myapp://secret/path"),
        ("mailto:me@site.example", "mailto"),
        ("inline", "inline"),
        ("about:srcdoc", "about:srcdoc"),
        ("about:blank#x", "about"),
        ("", ""),
        ("a text of words?x=1", "a text of words"),
        ("?x=1", "?"),
        ("#x", "#"),
        ("https://u@cdn.example:443cdn.example/i.png", "https://cdn.example/i.png"),
    ],
)
def test_what_is_no_web_address_is_reduced(text, left):
    assert scrubbed(blocked=text).blocked == left


def test_a_document_that_is_no_web_address_has_no_host_to_compare():
    report = scrubbed(document="about:srcdoc", referrer="inline", blocked=f"{SITE}/5")
    assert (report.document, report.referrer, report.blocked) == (
        "about:srcdoc", "inline", f"{SITE}/5",
    )  # fmt: skip


def test_mail_addresses_are_masked_everywhere():
    report = scrubbed(
        document=f"{SITE}/user/me@site.example/",
        source=f"{SITE}/user/me%40site.example/",
        sample="login('me@site.example')",
        details=(("message", "for me@site.example"),),
    )
    assert report.document == f"{SITE}/user/<email>/"
    assert report.source == f"{SITE}/user/<email>/"
    assert report.sample == "login('<email>')"
    assert report.detail("message") == "for <email>"


def test_queries_and_secrets_inside_a_text_are_masked():
    report = scrubbed(
        sample="token='0123456789abcdef0123456789abcdef'",
        details=(("message", "see https://a.example/x?token=1#a, or http://b.example/"),),
    )
    assert report.sample == "token='<secret>'"
    assert report.detail("message") == "see https://a.example/x or http://b.example/"


def test_a_user_agent_is_reduced_to_family_and_major_version():
    assert scrubbed(user_agent="Mozilla/5.0 (X11; rv:153.0) Firefox/153.0").user_agent == (
        "Firefox 153"
    )


def test_a_policy_loses_its_nonce_and_the_query_of_its_endpoint():
    text = "script-src 'nonce-abc=' 'NONCE-x'; report-uri /csp/?token=a; report-to main"
    assert policy(text) == (
        "script-src 'nonce-removed' 'nonce-removed'; report-uri /csp/; report-to main"
    )


def test_a_violated_directive_is_scrubbed_as_a_policy_is():
    text = "script-src 'nonce-a/b' https://user:pass@cdn.example/a?sig=1 https://b.example/me@x"
    report = scrubbed(details=(("violated-directive", text),))
    assert report.detail("violated-directive") == (
        "script-src 'nonce-removed' https://cdn.example/a https://b.example/me@x"
    )


def test_code_that_puts_a_nonce_together_is_left_alone():
    sample = "a = 'nonce-' + nonce + ' b'"
    assert scrubbed(sample=sample).sample == sample


def test_what_does_not_point_at_anybody_is_left_alone():
    report = Report(
        kind=Kind.CSP, shape=Shape.LEGACY, document=f"{SITE}/a/", subject="img-src", line=3,
        blocked="https://cdn.example/a.png", column=5, status=200, sample="a()", age=7,
        policy="img-src 'self'", user_agent="Chrome 156", details=(("a", "b"),),
    )  # fmt: skip
    assert scrub(report, template=template) == report


URLS = st.builds(
    "{}{}/{}".format,
    st.sampled_from(["https://", "", "data:", "https://a@", "//", "HTTP://[::1]:80", "x:"]),
    st.text(max_size=20),
    st.text(max_size=20),
)


@given(URLS, URLS, st.text())
def test_scrubbing_twice_changes_nothing_more(document, blocked, sample):
    report = Report(kind="x", shape=Shape.ARRAY, document=document, blocked=blocked, sample=sample)
    once = scrub(report, template=str)
    assert scrub(replace(once), template=str) == once
