"""Run where the extra ``grade`` is installed: the names of one domain become one wildcard."""

from __future__ import annotations

import json

import pytest
from tests.answers.reported import NOW, arrive, violation

from security.management import csp_suggest

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("a.b.co.uk", "b.co.uk"),
        ("co.uk", None),
        ("a.github.io", "a.github.io"),
        ("github.io", None),
        ("a.cdn.example", None),
        ("intranet", None),
    ],
)
def test_the_registrable_domain_is_that_of_the_list(host, domain):
    registrable = csp_suggest.registrable()
    assert registrable is not None
    assert registrable(host) == domain


def test_many_names_become_one_wildcard_where_they_are_of_one_owner(run, settings, monkeypatch):
    monkeypatch.setattr("time.time", lambda: NOW)
    settings.SECURE_CSP = {"default-src": ["'self'"]}
    arrive(*(violation(blocked=f"https://a{n}.cdn-shop.com") for n in range(5)), at=NOW)
    strangers = [f"https://a{n}.github.io" for n in range(5)]
    arrive(*(violation("font-src", blocked=one) for one in strangers), at=NOW)
    policy = json.loads(run("csp", "suggest", "--format", "json").out)["SECURE_CSP"]
    assert policy["img-src"] == ["'self'", "https://*.cdn-shop.com"]
    assert policy["font-src"] == ["'self'", *strangers]
