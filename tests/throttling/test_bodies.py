"""What is read of a request to a login page, and that the view can read it again."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http import HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParser
from django.test import RequestFactory
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import path
from tests.throttling.forms import FORM
from tests.throttling.logins import MIDDLEWARE, Browser

from security.auth_throttling import bodies, names

LONG = bodies.MAX_JSON
JSON = b'{"username": "ann"}'


def parts(request):
    handlers = [MemoryFileUploadHandler(request)]
    data, files = MultiPartParser(request.META, request, handlers).parse()
    return JsonResponse([data.dict(), {k: f.read().decode() for k, f in files.items()}], safe=False)


def streamed(request):
    return HttpResponse(request.read())


class Reading:
    """Read the body before anybody else can."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.read(5)
        return self.get_response(request)


urlpatterns = [path("parts/", parts), path("streamed/", streamed)]


@pytest.fixture
def pages(guarded, site):
    guarded.MIDDLEWARE = [MIDDLEWARE[-1]]
    guarded.ROOT_URLCONF = __name__
    guarded.AUTHENTICATION_THROTTLING = {
        "LOGIN_URLS_WITH_TEMPLATES": [("parts/", None), ("streamed/", None)]
    }
    return Browser(site)


def put(browser, address, content, kind, method="PUT"):
    return browser._ask("generic", method, address, content, kind)


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_the_view_reads_its_form_and_its_files_all_the_same(pages, method):
    data = {"username": "ann", "photo": SimpleUploadedFile("a.txt", b"seen")}
    body = encode_multipart(BOUNDARY, data)
    got = put(pages, "/parts/", body, MULTIPART_CONTENT, method)
    assert got.json() == [{"username": "ann"}, {"photo": "seen"}]


@pytest.mark.parametrize("kind", ["text/plain", "", "application/octet-stream", FORM])
def test_the_view_reads_its_stream_all_the_same(pages, kind):
    assert put(pages, "/streamed/", JSON, kind, "POST").content == JSON


def test_a_body_that_somebody_has_read_names_nobody(pages, guarded):
    guarded.MIDDLEWARE = [f"{__name__}.Reading", *guarded.MIDDLEWARE]
    assert put(pages, "/streamed/", JSON, "text/plain", "POST").content == JSON[5:]


TOO_LONG = {
    "JSON": (JSON + b" " * LONG, "application/json"),
    "anything that is called JSON": (b"x" * (LONG + 1), "application/json"),
    "JSON as text": (b" \n" * LONG + JSON, "text/plain"),
    "JSON with a mark": (b"\xef\xbb\xbf" + JSON + b" " * LONG, ""),
    "JSON as a form": (JSON + b" " * LONG, FORM),
    "JSON in UTF-16": ((" " * LONG + JSON.decode()).encode("utf-16"), "text/plain"),
}


@pytest.mark.parametrize("sent", TOO_LONG.values(), ids=list(TOO_LONG))
def test_json_that_is_too_long_is_refused_whatever_it_is_called(pages, sent):
    assert put(pages, "/streamed/", *sent, "POST").status_code == 413


def test_a_long_body_that_is_no_json_goes_on(pages):
    assert put(pages, "/streamed/", b"x" * (LONG + 1), "text/plain", "POST").status_code == 200
    body = b"username=ann&pad=" + b"x" * LONG
    assert put(pages, "/streamed/", body, FORM, "POST").status_code == 200


STRANGE = {
    "bytes as a charset": (b"username=ann", f"{FORM}; charset=hex"),
    "JSON in bytes": (b"[]", "text/plain; charset=hex"),
    "parts without an end": (b"--x\r\n", "multipart/form-data; boundary=x"),
    "parts without a boundary": (b"x", "multipart/form-data"),
    "no object": (b'["username", "ann"]', "text/plain"),
    "nothing": (b"", ""),
}


@pytest.mark.parametrize("sent", STRANGE.values(), ids=list(STRANGE))
def test_a_body_that_nobody_can_read_names_nobody(sent):
    request = RequestFactory().generic("PUT", "/", *sent)
    assert names.posted(request) == []


def test_all_fields_that_may_name_an_account_are_read():
    body = {"username": "a", "email": "b", "login": "c", "who": "d"}
    assert names.posted(RequestFactory().put("/", body, "application/json")) == ["a", "c", "b"]


def test_other_fields_name_an_account_of_authenticate_only_where_no_name_does():
    assert names.among({"username": "a", "email": "b"}) == ["a"]
    assert names.among({"email": "b", "request": None}) == ["b"]
    assert names.among({"token": "x"}) == []
