from __future__ import annotations

import pytest
from django.core.handlers.asgi import ASGIRequest
from tests.collecting.sending import Server, Stream, body

from security.reports import wire


@pytest.mark.parametrize(
    "length",
    ["", None, "10000000000", "7", "x", "-1", "\u0663"],
    ids=["true", "absent", "huge", "short", "text", "negative", "digit"],
)
def test_no_more_of_a_body_is_read_than_the_limit(server, keeper, length):
    stream = Stream(b" " * (4 * wire.MAX_BODY))
    if server.mode == "asgi":
        length = length if length is None or length.isascii() else "3"
    assert server.post("/reports/", stream, length=length).status == 204
    assert sum(keeper().refused.values()) == 1
    if server.mode == "wsgi":
        assert stream.was_read <= wire.MAX_BODY + 1


def test_a_large_body_is_not_kept_in_memory_under_asgi(monkeypatch):
    read = []

    def note(request, size):
        read.append(size)
        return original(request, size)

    original = ASGIRequest.read
    monkeypatch.setattr(ASGIRequest, "read", note)
    stream = Stream(b" " * (4 * wire.MAX_BODY))
    assert Server("asgi").post("/reports/", stream, length=None).status == 204
    assert read == [wire.MAX_BODY + 1]


def test_a_body_at_the_limit_is_taken(server, keeper):
    sent = body()
    sent += b" " * (wire.MAX_BODY - len(sent))
    server.post("/reports/", sent)
    assert len(keeper().arrivals) == 1


def test_a_lower_limit_of_the_project_counts(start, keeper, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    server = start()
    assert server.post("/reports/", body()).status == 204
    assert (
        server.post("/reports/", body(), length=None if server.mode == "asgi" else "").status == 204
    )
    assert dict(keeper().refused) == {"too-large": 2}


def test_without_a_limit_of_the_project_ours_counts(start, keeper, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = None
    server = start()
    server.post("/reports/", b"x" * (wire.MAX_BODY + 1))
    server.post("/reports/", body())
    assert (dict(keeper().refused), len(keeper().arrivals)) == ({"too-large": 1}, 1)


class Dripping(Stream):
    """A body that comes in small parts."""

    def read(self, size=-1):
        return super().read(min(size, 50) if size >= 0 else 50)


class Broken(Stream):
    """The client goes away in the middle."""

    def read(self, *size):
        raise OSError("gone")


def test_a_body_that_comes_in_parts_is_read_to_its_end(keeper):
    Server("wsgi").post("/reports/", Dripping(body()))
    assert len(keeper().arrivals) == 1


def test_a_client_that_goes_away_is_counted(keeper):
    assert Server("wsgi").post("/reports/", Broken(body())).status == 204
    assert dict(keeper().refused) == {"unreadable": 1}


def reading_middleware(get_response):
    def middleware(request):
        assert request.body
        return get_response(request)

    return middleware


def test_a_body_that_a_middleware_has_read_is_taken(start, keeper, settings):
    settings.MIDDLEWARE = [f"{__name__}.reading_middleware"]
    start().post("/reports/", body())
    assert len(keeper().arrivals) == 1
