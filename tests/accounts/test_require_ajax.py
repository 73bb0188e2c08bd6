from __future__ import annotations

import inspect

import pytest
from django.http import HttpResponse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from security.views import require_ajax


@require_ajax
def sync_view(request):
    """Say ok."""
    return HttpResponse(b"ok")


@require_ajax
async def async_view(request):
    """Say ok."""
    return HttpResponse(b"ok")


@method_decorator(require_ajax, name="dispatch")
class SyncPage(View):
    def get(self, request):
        return HttpResponse(b"ok")


class SyncMethod(View):
    @method_decorator(require_ajax)
    def get(self, request):
        return HttpResponse(b"ok")


VIEWS = {
    "sync": sync_view,
    "async": async_view,
    "class": SyncPage.as_view(),
    "method": SyncMethod.as_view(),
}


@pytest.mark.parametrize("kind", VIEWS)
def test_a_script_is_served(page, kind):
    response = page(VIEWS[kind], headers={"X-Requested-With": "XMLHttpRequest"})
    assert (response.status_code, response.content) == (200, b"ok")


@pytest.mark.parametrize("kind", VIEWS)
@pytest.mark.parametrize("value", [None, "", "xmlhttprequest", "XMLHttpRequest, x", "fetch"])
def test_anything_else_is_forbidden(page, kind, value):
    headers = {} if value is None else {"X-Requested-With": value}
    response = page(VIEWS[kind], headers=headers)
    assert (response.status_code, response.content) == (403, b"")


def test_an_async_view_stays_one():
    assert inspect.iscoroutinefunction(async_view)
    assert not inspect.iscoroutinefunction(sync_view)


def test_the_view_keeps_its_name_its_text_and_its_marks():
    for view, name in ((sync_view, "sync_view"), (async_view, "async_view")):
        assert (view.__name__, view.__doc__) == (name, "Say ok.")
    assert require_ajax(csrf_exempt(sync_view)).csrf_exempt is True


def test_what_the_url_captures_is_passed_on():
    from django.test import RequestFactory

    def view(request, *args, **kwargs):
        return args, kwargs

    request = RequestFactory().get("/", headers={"X-Requested-With": "XMLHttpRequest"})
    assert require_ajax(view)(request, 1, two=2) == ((1,), {"two": 2})
