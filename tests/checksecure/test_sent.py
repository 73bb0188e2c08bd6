"""The checks judge what a visitor gets, whoever sends it."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured, MiddlewareNotUsed
from django.http import HttpResponseRedirect
from django.middleware.security import SecurityMiddleware as DjangosMiddleware
from django.test import Client
from tests.checksecure.codes import (
    ALL_OF_DJANGO,
    DJANGO,
    FILTER,
    FRAME,
    FRAMES,
    HSTS,
    MIDDLEWARE,
    NOSNIFF,
    OURS,
    PLACE,
    PROXIED,
    REDIRECT,
    SUBDOMAINS,
)
from tests.checksecure.conftest import OLD

from security.conf import conf
from security.management.sent import KNOWN, sent
from security.middleware.shield import Shield

HEADERS = {HSTS, SUBDOMAINS, FRAME, NOSNIFF, FILTER, REDIRECT}
SINGLES = {
    "security.middleware.StrictTransportSecurityMiddleware": {HSTS, SUBDOMAINS},
    "security.middleware.XFrameOptionsMiddleware": {FRAME},
    "security.middleware.XFrameOptionsDenyMiddleware": {FRAME},
    "security.middleware.ContentNoSniff": {NOSNIFF},
    "security.middleware.XssProtectMiddleware": {FILTER},
    FRAMES: {FRAME},
}


@pytest.mark.parametrize("path", SINGLES)
def test_a_single_header_counts_whoever_sends_it(found, path):
    off = {"SECURE_CONTENT_TYPE_NOSNIFF": False}
    assert found([], off) == {MIDDLEWARE, *HEADERS}
    assert found([path]) == {MIDDLEWARE, *HEADERS} - SINGLES[path]


def test_single_middlewares_do_the_work_of_the_general_one_together(found):
    proxied = {**PROXIED, "SECURITY_PROXY_REDIRECTS": True}
    assert found(list(SINGLES), proxied) == set()
    assert found(list(SINGLES)[1:]) >= {MIDDLEWARE}


@pytest.mark.parametrize("path", [OURS, OLD, DJANGO])
def test_each_general_middleware_is_one(found, path):
    assert MIDDLEWARE not in found([path])


def test_django_alone_can_give_all_but_the_filter(found):
    assert found([DJANGO, FRAMES]) == {HSTS, SUBDOMAINS, FILTER, REDIRECT}
    assert found([DJANGO, FRAMES], ALL_OF_DJANGO) == {FILTER}


def test_a_setting_that_no_installed_middleware_reads_protects_nobody(found):
    values = {**ALL_OF_DJANGO, "SECURE_FRAME_DENY": True, "SECURE_BROWSER_XSS_FILTER": True}
    assert found([DJANGO], values) == {FRAME, FILTER}


def test_without_any_middleware_the_settings_are_judged_as_documented(found):
    values = {**ALL_OF_DJANGO, "SECURE_FRAME_DENY": True, "SECURE_BROWSER_XSS_FILTER": True}
    assert found([], values) == {MIDDLEWARE}
    assert found([], {"SECURE_HSTS_SECONDS": 0}) == {MIDDLEWARE, HSTS}


def test_of_two_that_send_a_header_the_inner_one_counts(found):
    values = {"SECURE_FRAME_DENY": True, "X_FRAME_OPTIONS": "SAMEORIGIN"}
    assert FRAME not in found([OURS, OLD], values)
    assert FRAME in found([OLD, OURS])


def test_a_setting_that_cannot_work_is_said_and_not_passed_over(found, settings, checksecure):
    with pytest.raises(ImproperlyConfigured):
        found([OURS], {"SECURE_HSTS_SECONDS": "1 year"})
    settings.SECURE_CHECKS = [f"{PLACE}.check_sts"]
    code, _, err = checksecure(verbosity=0)
    assert code == 2
    assert err.startswith(
        f"{PLACE}.check_sts could not be run. ImproperlyConfigured: SECURE_HSTS_SECONDS must be "
        "a whole number of seconds, 0 or more (got '1 year')."
    )


class Weaker(DjangosMiddleware):
    """One of a project, that takes a header away again."""

    def process_response(self, request, response):
        response = super().process_response(request, response)
        del response.headers["X-Content-Type-Options"]
        return response


class Sideways(DjangosMiddleware):
    """One of a project, that redirects, and not to HTTPS."""

    def process_request(self, request):
        return HttpResponseRedirect("http://testserver/closed/")


class Unused(DjangosMiddleware):
    def __init__(self, get_response):
        raise MiddlewareNotUsed


class Writing:
    """One of a project, with consequences: it must not be run."""

    def __init__(self, get_response):
        raise AssertionError

    __call__ = __init__


def test_a_class_made_from_a_known_one_is_asked_itself(found):
    assert found([f"{__name__}.Weaker", FRAMES], ALL_OF_DJANGO) == {NOSNIFF, FILTER}


def test_a_redirect_that_leads_elsewhere_is_none_to_https(found):
    assert REDIRECT in found([f"{__name__}.Sideways"], ALL_OF_DJANGO)


def test_a_middleware_that_takes_itself_out_sends_nothing(found):
    assert HSTS in found([f"{__name__}.Unused"], ALL_OF_DJANGO)


def test_a_middleware_of_the_project_is_not_run(found):
    assert found([f"{__name__}.Writing", DJANGO, FRAMES], ALL_OF_DJANGO) == {FILTER}


def test_no_other_middleware_of_ours_is_known_to_be_harmless():
    assert len(set(KNOWN)) == len(KNOWN) == 10


@pytest.mark.parametrize("hosts", [[], ["testserver"]])
def test_asking_leaves_nothing_behind_in_the_running_site(settings, hosts):
    settings.MIDDLEWARE = [OURS]
    settings.ALLOWED_HOSTS = hosts
    settings.SECURE_SSL_REDIRECT = True
    client = Client()
    client.get("/sync/")
    before = conf.memo[Shield]
    known, exempt = set(before.accepted), set(before.exempt)
    sent()
    assert conf.memo[Shield] is before
    assert (before.accepted, before.exempt) == (known, exempt)
    assert client.get("/sync/", headers={"host": "localhost"}).status_code == 400


def test_asking_before_the_first_request_leaves_nothing_either(settings):
    settings.MIDDLEWARE = [OURS]
    sent()
    assert Shield not in conf.memo
