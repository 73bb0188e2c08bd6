from __future__ import annotations

import json

import pytest
from django.http import HttpResponse, JsonResponse
from django.utils.cache import patch_vary_headers
from tests.pages import sent

VARY = "DNT, Sec-GPC"


@pytest.fixture(autouse=True)
def installed(settings):
    settings.MIDDLEWARE = ["security.middleware.DoNotTrackMiddleware"]


def wishes(request):
    return JsonResponse({"dnt": request.dnt, "gpc": request.gpc})


async def async_wishes(request):
    return wishes(request)


@pytest.mark.parametrize("view", [wishes, async_wishes])
@pytest.mark.parametrize(
    ("headers", "dnt", "gpc", "echo"),
    [
        ({}, None, False, {}),
        ({"dnt": "1"}, True, False, {"DNT": "1"}),
        ({"dnt": "0"}, False, False, {"DNT": "0"}),
        ({"dnt": "null"}, False, False, {"DNT": "0"}),
        ({"dnt": "1,1"}, False, False, {"DNT": "0"}),
        ({"dnt": "<script>"}, False, False, {"DNT": "0"}),
        ({"dnt": "1" * 8000}, False, False, {"DNT": "0"}),
        ({"sec-gpc": "1"}, None, True, {}),
        ({"sec-gpc": "0"}, None, False, {}),
        ({"sec-gpc": "yes"}, None, False, {}),
        ({"dnt": "1", "sec-gpc": "1"}, True, True, {"DNT": "1"}),
    ],
    ids=lambda value: str(value)[:30],
)
def test_the_view_learns_what_the_visitor_wants(page, view, headers, dnt, gpc, echo):
    response = page(view, headers=headers)
    assert json.loads(response.content) == {"dnt": dnt, "gpc": gpc}
    assert sent(response) == {"Vary": VARY} | echo


@pytest.mark.parametrize("path", ["/sync/", "/async/", "/nowhere/", "/moved/", "/stream/"])
def test_every_kind_of_page_echoes_it(get, path):
    assert sent(get(path, headers={"dnt": "1"})) == {"DNT": "1", "Vary": VARY}


def test_what_the_page_varies_on_already_stays(page):
    def view(request):
        response = HttpResponse()
        patch_vary_headers(response, ["Cookie", "dnt"])
        return response

    assert sent(page(view)) == {"Vary": "Cookie, dnt, Sec-GPC"}
