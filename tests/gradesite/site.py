"""A small site with a page of every kind, for ``gradesite``."""

from __future__ import annotations

import io
import pickle
import sys
from functools import wraps

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.contrib import admin
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.contrib.auth.views import LogoutView
from django.core.exceptions import PermissionDenied
from django.http import (
    FileResponse,
    HttpResponse,
    HttpResponseRedirect,
    JsonResponse,
    StreamingHttpResponse,
)
from django.middleware.csrf import get_token
from django.urls import include, path, re_path
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_exempt

from security.decorators import frame_options, no_store, referrer_policy

MIDDLEWARE = [
    "security.middleware.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
asked: list[tuple[str, str]] = []


def page(body: str = "", **headers: str):
    def view(request, **given):
        asked.append((request.method, request.path))
        return HttpResponse(f"<!doctype html>{body}", headers=headers)

    return view


LINKS = (
    "<a href='/post/tea/'></a><a href='/logout/'></a><a href='/quit/'></a><a href='//else.test/'>"
    "<link rel=stylesheet href=/files/a.css><a href='/nowhere/'></a><a href='/deep/er/'></a>"
)


def writing(request):
    User.objects.create(username=f"made by {request.method}")
    request.session["seen"] = True
    return HttpResponse("<p>")


def failing(request):
    raise ZeroDivisionError("a secret of the view")


def leaving(request):
    sys.exit(3)


def broken(request):
    def parts():
        yield b"<p>"
        raise ZeroDivisionError

    return StreamingHttpResponse(parts())


def endless(request):
    def parts():
        while True:
            yield b"<p>" * 100_000

    return StreamingHttpResponse(parts())


async def waiting(request):
    return HttpResponse("<p>", headers={"X-Frame-Options": "SAMEORIGIN"})


async def aparts():
    yield b"<p>"


async def astreaming(request):
    return StreamingHttpResponse(aparts())


def denied(request):
    raise PermissionDenied


def token(request):
    return HttpResponse(get_token(request))


def trap(request, word="0"):
    links = "".join(f"<a href='/trap/{word}{number:x}g/'></a>" for number in range(10_000))
    return HttpResponse(links)


def helped(response):
    response["Referrer-Policy"] = "no-referrer"
    return response


def helping(request):
    return helped(HttpResponse())


def opening(view):
    @wraps(view)
    def wrapper(request):
        response = view(request)
        response["Cross-Origin-Opener-Policy"] = "unsafe-none"
        return response

    return wrapper


class Classy(View):
    def get(self, request):
        return HttpResponse(headers={"X-Content-Type-Options": "nosniff"})


def overriding(request):
    response = HttpResponse("<p>")
    response._csp_config = {}  # what Django's csp_override leaves
    return response


def exempting(request):
    response = HttpResponse("<p>")
    response._frame_deny_exempt = True  # what django-secure's decorator leaves
    return response


def keeping(request):
    response = HttpResponse("<p>", headers={"X-Frame-Options": "SAMEORIGIN"})
    return pickle.loads(pickle.dumps(response))  # noqa: S301  # as out of a cache


def error(request, exception=None):
    return HttpResponse("<p>mine", status=500, headers={"X-Error": "mine"})


def framed_error(request):
    return HttpResponse(status=500, headers={"X-Frame-Options": "SAMEORIGIN"})


def nothing(request, response):
    return None


urlpatterns = [
    path("", page(LINKS), name="home"),
    path("post/<slug:word>/", page(), name="post"),
    path("never/<int:number>/", page(), name="never"),
    path("deep/", include(([path("er/", page("<a href='/unnamed/?q=1'>"))], "deep"))),
    path("files/<path:name>", lambda request, name: HttpResponse("", "text/css"), name="file"),
    re_path(r"^old/(?:page)\.html$", page(), name="old"),
    path("unnamed/", page()),
    path("data/", lambda request: JsonResponse({})),
    path("logout/", page(), name="bye"),
    path("quit/", LogoutView.as_view(), name="quit"),
    path("sign-out/", page(), name="leave"),
    path("private/", login_required(page("<a href='/only/alice/'>")), name="private"),
    path("only/<slug:word>/", login_required(page()), name="only"),
    path("away/", lambda request: HttpResponseRedirect("https://other.test/")),
    path("plain/", lambda request: HttpResponseRedirect("http://testserver/unnamed/")),
    path("writing/", writing),
    path("failing/", failing, name="failing"),
    path("leaving/", leaving),
    path("broken/", broken),
    path("file/", lambda request: FileResponse(io.BytesIO(b"<p>"), filename="a.html")),
    path("waiting/", waiting, name="waiting"),
    path("astreaming/", astreaming),
    path("denied/", denied),
    path("token/", token),
    path("cors/", page(**{"Access-Control-Allow-Origin": "*"})),
    path("admin/", admin.site.urls),
    path("marked/", frame_options("SAMEORIGIN")(no_store(page())), name="marked"),
    path("unframed/", xframe_options_exempt(page())),
    path("unreferred/", referrer_policy(None)(page())),
    path("uncached/", never_cache(page())),
    path("helping/", helping),
    path("opening/", opening(page())),
    path("classy/", Classy.as_view()),
]
trapping = [path("", trap), path("trap/<slug:word>/", trap)]
flooding = [
    path("endless/", endless),
    path("round/", lambda request: HttpResponseRedirect("/round/")),
    path("strange/", lambda request: HttpResponse("<p>", "text/html; charset=nowhere")),
    path("same/", lambda request: HttpResponse(status=304)),
    path("deny/", exempting),
    path("cached/", referrer_policy("origin")(keeping)),
    path("given/", overriding),
]
handler500 = f"{__name__}.error"


def adding(get_response):
    """Add a header to every response, and change another."""

    def middleware(request):
        response = get_response(request)
        response["X-Powered-By"] = "tea"
        response["Referrer-Policy"] = "origin"
        return response

    return middleware


def taking(get_response):
    """Take a header away."""

    def middleware(request):
        response = get_response(request)
        del response["X-Frame-Options"]
        return response

    return middleware


def answering(get_response):
    """Answer in place of the site."""

    def middleware(request):
        return HttpResponse(headers={"X-Frame-Options": "SAMEORIGIN"})

    return middleware


class Viewing:
    """Answer once the view is known."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, *view):
        return HttpResponse(headers={"Referrer-Policy": "origin"})


class Asynchronous:
    """Run under ASGI only."""

    sync_capable = False
    async_capable = True

    def __init__(self, get_response):
        assert iscoroutinefunction(get_response)
        markcoroutinefunction(self)
        self.get_response = get_response

    async def __call__(self, request):
        response = await self.get_response(request)
        response["Permissions-Policy"] = "camera=()"
        return response
