"""The checks judge what a visitor gets, by whatever way the visit comes."""

from __future__ import annotations

import logging

import pytest
from django.core.exceptions import ImproperlyConfigured
from tests.checksecure.codes import (
    ALL_OF_DJANGO,
    DJANGO,
    FILTER,
    FRAMES,
    HSTS,
    OURS,
    PROXIED,
    REDIRECT,
    STRICT_CSP,
)
from tests.checksecure.conftest import OLD


@pytest.mark.parametrize("path", [OURS, OLD, DJANGO])
def test_an_exempt_page_does_not_exempt_the_others(found, path):
    values = {**ALL_OF_DJANGO, "SECURE_REDIRECT_EXEMPT": [r"^health/$"]}
    assert REDIRECT not in found([path], values)


@pytest.mark.parametrize("hosts", [[], ["*"], [".example.com"], ["a.example", "b.example"]])
@pytest.mark.parametrize("path", [OURS, OLD, DJANGO])
def test_no_allowed_hosts_make_a_difference(found, path, hosts):
    assert not found([path, FRAMES], {**ALL_OF_DJANGO, "ALLOWED_HOSTS": hosts}) & {REDIRECT, HSTS}


@pytest.mark.parametrize("path", [OURS, DJANGO])
@pytest.mark.parametrize("proxies", [["10.0.0.0/8"], ["unix"], ["2001:db8::/32", "10.0.0.5"]])
def test_a_visit_comes_by_way_of_the_declared_proxy(found, path, proxies):
    values = {**ALL_OF_DJANGO, **PROXIED, "SECURITY_TRUSTED_PROXIES": proxies}
    assert found([path, FRAMES], values | STRICT_CSP) <= {FILTER}


@pytest.mark.parametrize("path", [OLD, DJANGO])
def test_django_believes_the_header_of_its_setting(found, path):
    values = {**ALL_OF_DJANGO, "SECURE_PROXY_SSL_HEADER": ("HTTP_X_TLS", "on")}
    assert not found([path], values) & {HSTS, REDIRECT}


def test_a_proxy_of_ours_may_be_declared_by_its_address_alone(found):
    values = {**ALL_OF_DJANGO, "SECURITY_TRUSTED_PROXIES": ["10.0.0.5"]}
    assert found([OURS], values) == {FILTER}


def test_https_that_is_believed_from_nobody_sends_no_hsts(found, caplog):
    values = {**ALL_OF_DJANGO, "SECURE_PROXY_SSL_HEADER": PROXIED["SECURE_PROXY_SSL_HEADER"]}
    with caplog.at_level(logging.DEBUG):
        assert found([OURS], values) == {HSTS, FILTER}
    assert caplog.messages == []


@pytest.mark.parametrize(
    ("values", "is_redirected"),
    [
        ({"SECURITY_PROXY_REDIRECTS": True}, False),
        ({"SECURITY_TRUSTED_PROXIES": ["10.0.0.5"]}, False),
        ({"SECURITY_TRUSTED_PROXIES": ["10.0.0.5"], "SECURITY_PROXY_REDIRECTS": False}, False),
        ({"SECURITY_TRUSTED_PROXIES": ["10.0.0.5"], "SECURITY_PROXY_REDIRECTS": True}, True),
    ],
)
def test_a_declared_proxy_redirects_where_the_project_says_so(found, values, is_redirected):
    assert (REDIRECT in found([OURS], values)) is not is_redirected


def test_a_word_is_no_declaration(found):
    with pytest.raises(ImproperlyConfigured) as raised:
        found([OURS], {"SECURITY_PROXY_REDIRECTS": "False"})
    assert str(raised.value) == "SECURITY_PROXY_REDIRECTS must be True or False (got 'False')."
