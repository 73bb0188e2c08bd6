"""The pages of every test project: one plain, one that reads the nonce, two with a say."""

from django.http import HttpResponse
from django.urls import path


def page(request):
    return HttpResponse("page")


def inline(request):
    nonce = request.csp_nonce if hasattr(request, "csp_nonce") else request._csp_nonce
    return HttpResponse(f'<script nonce="{nonce}"></script>')


def own_policy(request):
    return HttpResponse("own", headers={"Content-Security-Policy": "default-src 'none'"})


urlpatterns = [
    path("", page),
    path("inline/", inline),
    path("own/", own_policy),
    path("accounts/logout/", page),
    path("accounts/logout/again/", page),
    path("private/page/", page),
]
