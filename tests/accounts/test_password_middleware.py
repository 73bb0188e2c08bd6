from __future__ import annotations

import json

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ImproperlyConfigured
from tests.accounts import password_site as pages
from tests.accounts.password_site import RULE, installed, logged_in, queries, sent_away, user

from security.password_expiry import never_expire_password, require_change

__all__ = ["installed", "user"]

pytestmark = pytest.mark.django_db(transaction=True)
AJAX = {"X-Requested-With": "XMLHttpRequest"}
JSON = {"Accept": "application/json"}
CLOSED = [
    "/",
    "/async/",
    "/help/",
    "/evil/help/",
    "/evil/logout/",
    "/shop/pay/",
    "/nowhere/",
    "/password",
    "/static",
    "/user/1/",
    "/admin/",
]
OPEN = ["/password/", "/logout/", "/files/there-is-not", "/admin/logout/"]


# Who is sent to the page.


@pytest.mark.parametrize("page", CLOSED)
def test_an_expired_password_leads_to_the_change_page(get, user, page):
    assert sent_away(get(page, headers=logged_in(user)))


def test_a_redirect_is_kept_by_no_cache(get, user):
    response = get("/", headers=logged_in(user))
    assert response["Cache-Control"] == "no-store"


@pytest.mark.parametrize("page", OPEN)
def test_the_change_page_the_way_out_and_static_files_stay_open(get, user, page):
    assert not sent_away(get(page, headers=logged_in(user)))


def test_the_logout_view_is_open_by_any_name(site, user):
    assert site.post("/leave/", headers=logged_in(user))["Location"] == "/"


@pytest.mark.parametrize("page", ["/static/x.css", "/static/there-is-not"])
def test_a_path_below_static_url_is_not_redirected(get, user, page):
    assert get(page, headers=logged_in(user)).status_code == 404


@pytest.mark.parametrize("url", ["/", "", None, "https://cdn.example/", "static"])
def test_a_static_url_that_is_no_part_of_the_site_opens_nothing(get, user, settings, url):
    settings.STATIC_URL = url
    assert sent_away(get("/", headers=logged_in(user)))


def test_static_files_end_where_a_path_climbs(get, user):
    assert sent_away(get("/static/../", headers=logged_in(user)))


def test_a_visitor_is_left_alone_and_asks_the_database_nothing(get, db):
    with queries() as asked:
        assert get("/").content == b"home"
    assert asked == []


@pytest.mark.parametrize("absent", [True, False])
def test_without_the_setting_nothing_happens(get, user, settings, absent):
    settings.MANDATORY_PASSWORD_CHANGE = None
    if absent:
        del settings.MANDATORY_PASSWORD_CHANGE
    assert get("/", headers=logged_in(user)).content == b"home"


def test_a_post_is_refused_as_well(site, user):
    assert sent_away(site.post("/", headers=logged_in(user)))


@pytest.mark.parametrize("caller", [AJAX, JSON], ids=["ajax", "json"])
def test_a_program_gets_a_problem_that_names_the_page(get, user, caller):
    response = get("/", headers={**logged_in(user), **caller})
    assert (response.status_code, response["Content-Type"], response["Cache-Control"]) == (
        403,
        "application/problem+json",
        "no-store",
    )
    assert json.loads(response.content) == {
        "type": "about:blank",
        "title": "The password has expired",
        "status": 403,
        "detail": "Change the password first.",
        "password_change_url": "/password/",
    }


# What the project leaves open.


@pytest.mark.parametrize(
    ("given", "opened"),
    [
        ({"EXEMPT_URLS": ["help"]}, "/help/"),
        ({"EXEMPT_URLS": ["nowhere"]}, "/nowhere/"),
        ({"EXEMPT_URL_NAMES": ["help"]}, "/help/"),
        ({"EXEMPT_URL_NAMES": ["shop:pay"]}, "/shop/pay/"),
        ({"EXEMPT_URL_NAMES": ["shop:*"]}, "/shop/pay/"),
        ({"EXEMPT_URL_NAMES": ["evil:help"]}, "/evil/help/"),
    ],
    ids=["path", "no-page", "name", "space", "whole-space", "other-space"],
)
def test_an_exempt_page_is_open_and_no_other(get, user, settings, given, opened):
    settings.MANDATORY_PASSWORD_CHANGE = {**RULE, **given}
    headers = logged_in(user)
    open_pages = {page for page in CLOSED if not sent_away(get(page, headers=headers))}
    assert open_pages == {opened}


def test_an_exempt_path_touches_neither_user_nor_session(get, user, settings):
    settings.MANDATORY_PASSWORD_CHANGE = {**RULE, "EXEMPT_URLS": ["help"]}
    headers = logged_in(user)
    with queries() as asked:
        response = get("/help/", headers=headers)
    assert (asked, response.headers.get("Vary")) == ([], None)


def test_an_exempt_path_is_matched_before_anything_is_resolved(get, user, settings, monkeypatch):
    settings.MANDATORY_PASSWORD_CHANGE = {**RULE, "EXEMPT_URLS": ["help"]}

    def resolve(*args, **kwargs):
        raise AssertionError

    monkeypatch.setattr("security.middleware.passwords.resolve", resolve)
    assert get("/help/", headers=logged_in(user)).content == b"home"


# Who is exempt.


def test_a_superuser_is_exempt_unless_included(get, settings, installed, db):
    root = User.objects.create_superuser("root", password="first Secret 1")
    assert get("/", headers=logged_in(root)).content == b"home"
    settings.MANDATORY_PASSWORD_CHANGE = {**RULE, "INCLUDE_SUPERUSERS": True}
    assert sent_away(get("/", headers=logged_in(root)))


def test_who_has_no_usable_password_is_exempt(get, user):
    user.set_unusable_password()
    user.save()
    require_change(user)
    assert get("/", headers=logged_in(user)).content == b"home"


@pytest.mark.parametrize("backend", [pages.SINGLE_SIGN_ON, pages.REMOTE], ids=["sso", "remote"])
def test_a_session_that_began_without_a_password_is_exempt(get, user, backend):
    headers = logged_in(user, backend)
    with queries() as asked:
        assert get("/", headers=headers).content == b"home"
    assert len(asked) == 2  # the session and the user


@pytest.mark.parametrize("backend", [pages.BOTH, pages.MODEL_BACKEND], ids=["both", "model"])
def test_a_backend_that_takes_a_password_is_not_exempt_unless_named(get, user, settings, backend):
    assert sent_away(get("/", headers=logged_in(user, backend)))
    settings.MANDATORY_PASSWORD_CHANGE = {**RULE, "EXEMPT_BACKENDS": [backend]}
    assert get("/", headers=logged_in(user, backend)).content == b"home"


def test_a_user_from_elsewhere_is_not_exempt(get, user, settings):
    settings.MIDDLEWARE = [
        "tests.accounts.test_password_middleware.put_user",
        pages.MIDDLEWARE[-1],
    ]
    assert sent_away(get("/"))


def put_user(get_response):
    """Let everybody be the one user there is, without a session."""
    from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async

    def middleware(request):
        request.user = User.objects.get()
        return get_response(request)

    async def amiddleware(request):
        request.user = await sync_to_async(User.objects.get)()
        return await get_response(request)

    amiddleware = markcoroutinefunction(amiddleware)
    return amiddleware if iscoroutinefunction(get_response) else middleware


put_user.sync_capable = put_user.async_capable = True


def test_who_never_expires_goes_through(get, user):
    never_expire_password(user)
    assert get("/", headers=logged_in(user)).content == b"home"


def test_a_backend_that_is_gone_exempts_nobody(installed):
    from security.middleware.passwords import takes_passwords

    assert takes_passwords("no.such.Backend")


# What cannot work.


def test_without_authentication_nothing_is_served(site, user, settings):
    settings.MIDDLEWARE = pages.MIDDLEWARE[-1:]
    with pytest.raises(ImproperlyConfigured, match="AuthenticationMiddleware"):
        site.get("/")
