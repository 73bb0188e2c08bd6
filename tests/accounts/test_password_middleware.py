from __future__ import annotations

import json
from datetime import timedelta

import django
import pytest
from django.contrib.admin import AdminSite
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponse
from django.urls import clear_script_prefix, path, set_script_prefix
from django.utils import timezone, translation
from tests.accounts import password_site as pages
from tests.accounts.password_site import installed, logged_in, queries, user

from security import password_expiry
from security.middleware import MandatoryPasswordChangeMiddleware
from security.models import PasswordExpiry
from security.password_expiry import never_expire_password, password_changed, require_change

__all__ = ["installed", "user"]

pytestmark = pytest.mark.django_db(transaction=True)
RULE = {"URL_NAME": "password_change"}
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


def sent_away(response) -> bool:
    return (response.status_code, response.headers.get("Location")) == (302, "/password/")


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


# What ends it.


def by_page(site, user):
    response = site.post(
        "/password/",
        {
            "old_password": "first Secret 1",
            "new_password1": "second Secret 2",
            "new_password2": "second Secret 2",
        },
        headers=logged_in(user),
    )
    assert (response.status_code, response["Location"]) == (302, "/")


def by_admin(site, user):
    root = User.objects.create_superuser("root", password="first Secret 1")
    page = f"/admin/auth/user/{user.pk}/password/"
    fields = {"password1": "second Secret 2", "password2": "second Secret 2"}
    extra = {"usable_password": "true", "set-password": "1"}
    assert site.post(page, {**fields, **extra}, headers=logged_in(root)).status_code == 302


def by_command(site, user):
    user.set_password("second Secret 2")
    user.save()


def by_hash(site, user):
    user.password = make_password("second Secret 2")
    user.save(update_fields=["password"])


def by_query(site, user):
    User.objects.filter(pk=user.pk).update(password=make_password("second Secret 2"))


WAYS = {"page": by_page, "admin": by_admin, "command": by_command, "hash": by_hash, "sql": by_query}


@pytest.mark.parametrize("way", sorted(WAYS))
def test_a_change_by_any_way_ends_the_redirects(site, user, way):
    assert sent_away(site.get("/", headers=logged_in(user)))
    WAYS[way](site, user)
    user.refresh_from_db()
    headers = logged_in(user)
    assert [site.get("/", headers=headers).content for _ in range(3)] == [b"home"] * 3


@pytest.mark.parametrize("way", sorted(WAYS))
def test_a_change_before_the_first_request_counts(site, user, way):
    WAYS[way](site, user)
    user.refresh_from_db()
    assert site.get("/", headers=logged_in(user)).content == b"home"


STRONGER = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.MD5PasswordHasher",
]


def test_a_better_hash_of_the_same_password_is_no_change(site, user, settings):
    old = user.password
    assert sent_away(site.get("/", headers=logged_in(user)))
    settings.PASSWORD_HASHERS = STRONGER
    assert user.check_password("first Secret 1")
    assert user.password != old
    assert sent_away(site.get("/", headers=logged_in(user)))


# What a request costs.


def test_a_password_that_is_not_expired_costs_no_query(site, user):
    password_changed(user)
    headers = logged_in(user)
    site.get("/", headers=headers)  # asks once
    with queries() as asked:
        for page in ("/", "/async/"):
            assert site.get(page, headers=headers).content == b"home"
    assert len(asked) == 2 * 2  # the session and the user


def test_the_first_request_asks_once(site, user):
    password_changed(user)
    headers = logged_in(user)
    with queries() as asked:
        site.get("/", headers=headers)
    assert len(asked) == 3
    assert "security_passwordexpiry" in asked[-1]


def test_a_password_that_is_not_expired_costs_no_look_at_the_urls(site, user, monkeypatch):
    password_changed(user)

    def look(*args, **kwargs):
        raise AssertionError

    MandatoryPasswordChangeMiddleware(lambda request: HttpResponse())  # looks at the start
    monkeypatch.setattr("security.middleware.passwords._verify", lambda rule: None)
    for name in ("resolve", "reverse"):
        monkeypatch.setattr(f"security.middleware.passwords.{name}", look)
    assert site.get("/", headers=logged_in(user)).content == b"home"


def test_what_is_done_to_a_user_holds_with_the_next_request(site, user):
    password_changed(user)
    headers = logged_in(user)
    assert site.get("/", headers=headers).content == b"home"
    require_change(user)
    assert sent_away(site.get("/", headers=headers))


def test_what_is_saved_in_a_row_holds_with_the_next_request(site, user):
    password_changed(user)
    headers = logged_in(user)
    assert site.get("/", headers=headers).content == b"home"
    row = PasswordExpiry.objects.get(user=user)
    row.password_expiry_date = timezone.now()
    row.save()
    assert sent_away(site.get("/", headers=headers))


def test_another_process_is_believed_after_a_minute(site, user, monkeypatch):
    password_changed(user)
    headers = logged_in(user)
    site.get("/", headers=headers)
    PasswordExpiry.objects.update(password_expiry_date=timezone.now())  # as another process does
    assert site.get("/", headers=headers).content == b"home"
    later = password_expiry.time.monotonic() + password_expiry.RECHECK

    class Later:
        monotonic = staticmethod(lambda: later)

    monkeypatch.setattr(password_expiry, "time", Later)
    assert sent_away(site.get("/", headers=headers))


def test_a_password_expires_by_age(site, user, settings):
    settings.MANDATORY_PASSWORD_CHANGE = {**RULE, "MAX_AGE_DAYS": 30}
    password_changed(user)
    headers = logged_in(user)
    row = PasswordExpiry.objects.filter(user=user)
    row.update(password_changed_on=timezone.now() - timedelta(days=29))
    assert site.get("/", headers=headers).content == b"home"
    password_expiry.forget(user.pk)
    row.update(password_changed_on=timezone.now() - timedelta(days=31))
    assert sent_away(site.get("/", headers=headers))


# No loop.


@pytest.mark.parametrize("name", ["password_change", "admin:password_change"])
def test_the_target_of_a_redirect_is_open(site, settings, installed, db, name):
    settings.MANDATORY_PASSWORD_CHANGE = {"URL_NAME": name}
    staff = User.objects.create_user("bob", password="first Secret 1", is_staff=True)
    headers = logged_in(staff)
    target = site.get("/", headers=headers)["Location"]
    assert site.get(target, headers=headers).status_code == 200


def test_the_target_of_a_redirect_is_open_where_it_is_quoted(site, user, settings):
    settings.MANDATORY_PASSWORD_CHANGE = {"URL_NAME": "quoted"}
    headers = logged_in(user)
    target = site.get("/", headers=headers)["Location"]
    assert (target, site.get(target, headers=headers).status_code) == ("/my%20password/", 200)


def test_the_target_of_a_redirect_is_open_where_its_namespace_has_another_name(
    site, settings, installed, db
):
    staff = AdminSite(name="staff")
    settings.ROOT_URLCONF = (path("", pages.home), path("staff/", staff.urls))
    settings.MANDATORY_PASSWORD_CHANGE = {"URL_NAME": "admin:password_change"}
    bob = User.objects.create_user("bob", password="first Secret 1", is_staff=True)
    headers = logged_in(bob)
    target = site.get("/", headers=headers)["Location"]
    assert (target, site.get(target, headers=headers).status_code) == (
        "/staff/password_change/",
        200,
    )


@pytest.fixture
def below_app(settings):
    """Serve the site below a prefix."""
    settings.FORCE_SCRIPT_NAME = "/app"
    set_script_prefix("/app/")  # as a server does, and the client does not
    yield
    clear_script_prefix()


@pytest.mark.parametrize("static", ["/static/", "static/"])
def test_the_target_of_a_redirect_is_open_under_a_script_name(
    site, user, below_app, settings, static
):
    settings.STATIC_URL = static
    headers = logged_in(user)
    whole = site.mode == "asgi" and django.VERSION >= (5, 0)  # what a server hands over
    root = "/app" if whole else ""
    assert site.get(f"{root}/async/", headers=headers)["Location"] == "/app/password/"
    assert site.get(f"{root}/password/", headers=headers).status_code == 200


@pytest.mark.parametrize("locale", ["before", "after"])
def test_the_target_of_a_redirect_is_open_in_every_language(site, user, settings, locale):
    place = 1 if locale == "before" else len(pages.MIDDLEWARE)
    middleware = list(pages.MIDDLEWARE)
    middleware.insert(place, "django.middleware.locale.LocaleMiddleware")
    settings.MIDDLEWARE = middleware
    settings.ROOT_URLCONF = "tests.accounts.password_languages"
    settings.LANGUAGE_CODE = "en"
    headers = {**logged_in(user), "Accept-Language": "fr"}
    with translation.override("en"):  # and what a request leaves in the thread goes
        for page in ("/de/", "/fr/", "/en/", "/"):
            target = site.get(page, headers=headers)["Location"]
            assert site.get(target, headers=headers).status_code == 200


def test_the_page_may_stand_in_a_urlconf_of_the_request(site, user, settings):
    settings.ROOT_URLCONF = (path("elsewhere/", pages.home, name="password_change"),)
    settings.MIDDLEWARE = ["tests.accounts.test_password_middleware.own_urlconf", *pages.MIDDLEWARE]
    headers = logged_in(user)
    assert sent_away(site.get("/", headers=headers))
    assert site.get("/password/", headers=headers).status_code == 200


def own_urlconf(get_response):
    from asgiref.sync import iscoroutinefunction, markcoroutinefunction

    def middleware(request):
        request.urlconf = pages.__name__
        return get_response(request)

    if iscoroutinefunction(get_response):
        markcoroutinefunction(middleware)
    return middleware


own_urlconf.sync_capable = own_urlconf.async_capable = True


# What cannot work.


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("passwords_change", "Did you mean 'password_change'?"),
        ("admin:passwords_change", "Did you mean 'admin:password_change'?"),
        ("user", "That URL takes arguments."),
    ],
)
def test_a_page_that_does_not_exist_stops_the_start(installed, settings, name, hint):
    settings.MANDATORY_PASSWORD_CHANGE = {"URL_NAME": name}
    with pytest.raises(ImproperlyConfigured) as caught:
        MandatoryPasswordChangeMiddleware(lambda request: HttpResponse())
    assert str(caught.value) == (
        'MANDATORY_PASSWORD_CHANGE["URL_NAME"] must be the name of a URL without arguments '
        f"(got '{name}').\n    HINT: {hint}"
    )


def test_a_setting_without_a_page_stops_the_start(installed, settings):
    settings.MANDATORY_PASSWORD_CHANGE = {"EXEMPT_URLS": ["help"]}
    with pytest.raises(ImproperlyConfigured, match="given a URL_NAME"):
        MandatoryPasswordChangeMiddleware(lambda request: HttpResponse())


def test_a_urlconf_that_cannot_be_read_at_the_start_is_read_later(settings):
    settings.ROOT_URLCONF = "tests.there_is_no_such_module"
    MandatoryPasswordChangeMiddleware(lambda request: HttpResponse())


def test_without_authentication_nothing_is_served(site, user, settings):
    settings.MIDDLEWARE = pages.MIDDLEWARE[-1:]
    with pytest.raises(ImproperlyConfigured, match="AuthenticationMiddleware"):
        site.get("/")


def test_a_backend_that_is_gone_exempts_nobody(installed):
    from security.middleware.passwords import takes_passwords

    assert takes_passwords("no.such.Backend")
