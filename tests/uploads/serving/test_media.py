from __future__ import annotations

import os
import re

import pytest
from tests.uploads.serving.conftest import BYTES, PAGE, WRITTEN

from security.uploads.serve import MediaView

OURS = {
    "content-security-policy": "default-src 'none'; sandbox",
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "unsafe-none",
    "cache-control": "no-store",
}
STAMP = "Mon, 21 Sep 2026 14:13:20 GMT"
ETAG = f'"{int(WRITTEN * 1_000_000):x}-64"'
SECURITY = ("security.middleware.SecurityMiddleware",)


def ours(answer):
    return {name: answer[name] for name in OURS}


def test_a_picture_is_shown(ask):
    answer = ask("photo.png")
    assert dict(answer.headers) == {
        **OURS,
        "content-type": "image/png",
        "content-disposition": 'inline; filename="photo.png"',
        "content-length": "100",
        "accept-ranges": "bytes",
        "etag": ETAG,
        "last-modified": STAMP,
    }
    assert (answer.status, answer.body) == (200, BYTES)


def test_a_page_is_saved(ask):
    answer = ask("page.html")
    assert (answer.status, answer.body, ours(answer)) == (200, PAGE, OURS)
    assert answer["content-type"] == "application/octet-stream"
    assert answer["content-disposition"] == 'attachment; filename="page.html"'


def test_a_name_of_any_language_is_served(ask):
    answer = ask("\u00e9t\u00e9 100%?.png")
    assert (answer.status, answer.body) == (200, BYTES)
    assert answer["content-disposition"].endswith("filename*=UTF-8''%C3%A9t%C3%A9%20100%25%3F.png")


def test_an_empty_file_is_served(ask):
    answer = ask("empty.png", {"Range": "bytes=-5"})
    assert (answer.status, answer.body, answer["content-length"]) == (200, b"", "0")


def test_a_subclass_chooses_the_name_and_knows_the_stored_type(ask):
    class Named(MediaView):
        def filename(self, path):
            return "Holiday.png"

        def media_type(self, path, stored):
            return "text/html"

    answer = ask("photo.png", view=Named)
    assert answer["content-type"] == "application/octet-stream"
    assert answer["content-disposition"] == 'attachment; filename="Holiday.png"'


@pytest.mark.parametrize(
    ("options", "header"),
    [
        ({}, "no-store"),
        ({"cache": "private", "max_age": 60}, "private, max-age=60"),
        ({"cache": "public", "max_age": 600}, "public, max-age=600"),
    ],
)
def test_a_project_chooses_the_cache(ask, options, header):
    assert ask("photo.png", **options)["cache-control"] == header


def test_a_project_chooses_who_may_embed(ask):
    answer = ask("photo.png", resource_policy="cross-origin")
    assert answer["cross-origin-resource-policy"] == "cross-origin"


@pytest.mark.parametrize("headers", [{}, {"Range": "bytes=0-1"}, {"Range": "bytes=500-"}])
@pytest.mark.parametrize("name", ["photo.png", "page.html"])
def test_the_view_wins_over_the_middleware_and_nothing_is_sent_twice(settings, ask, name, headers):
    settings.SECURITY_PRESET = "strict"
    settings.SECURITY_CROSS_ORIGIN_RESOURCE_POLICY = "cross-origin"
    settings.SECURITY_CACHE_CONTROL = ["public", "max-age=9"]
    settings.SECURE_SSL_REDIRECT = False
    answer = ask(name, headers, middleware=SECURITY)
    assert ours(answer) == OURS
    names = [header for header, _ in answer.headers]
    assert len(names) == len(set(names))
    assert answer["referrer-policy"]  # the middleware was there


def test_a_304_repeats_the_headers_since_a_cache_takes_them_from_it(settings, ask):
    settings.SECURE_CSP = {"script-src": ["'self'"]}
    answer = ask("photo.png", {"If-None-Match": ETAG}, middleware=SECURITY)
    assert (answer.status, answer.body, ours(answer)) == (304, b"", OURS)
    assert (answer["etag"], answer["content-type"]) == (ETAG, None)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"If-None-Match": f'"other", {ETAG}'}, 304),
        ({"If-None-Match": f"W/{ETAG}"}, 304),
        ({"If-None-Match": "*"}, 304),
        ({"If-None-Match": '"other"'}, 200),
        ({"If-Modified-Since": STAMP}, 304),
        ({"If-Modified-Since": "Mon, 21 Sep 2026 14:13:19 GMT"}, 200),
        ({"If-Modified-Since": STAMP, "If-None-Match": '"other"'}, 200),
        ({"If-Modified-Since": "yesterday"}, 200),
        ({"If-Match": ETAG}, 200),
        ({"If-Match": '"other"'}, 412),
        ({"If-Unmodified-Since": STAMP}, 200),
        ({"If-Unmodified-Since": "Mon, 21 Sep 2026 14:13:19 GMT"}, 412),
        ({"If-None-Match": ETAG, "Range": "bytes=0-1"}, 304),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_conditions_are_those_of_the_rfc(ask, method, headers, status):
    answer = ask("photo.png", headers, method=method)
    assert answer.status == status
    assert ours(answer) == OURS
    assert answer.body == (BYTES if (method, status) == ("GET", 200) else b"")


def test_one_range_is_sent_alone(ask):
    answer = ask("photo.png", {"Range": "bytes=10-19"})
    assert (answer.status, answer.body) == (206, BYTES[10:20])
    assert answer["content-range"] == "bytes 10-19/100"
    assert (answer["content-length"], answer["content-type"]) == ("10", "image/png")
    assert ours(answer) == OURS


def test_several_ranges_are_sent_as_parts(ask):
    answer = ask("photo.png", {"Range": "bytes=90-,0-4"})
    edge = re.fullmatch("multipart/byteranges; boundary=([0-9a-f]{32})", answer["content-type"])[1]
    assert answer.status == 206
    assert int(answer["content-length"]) == len(answer.body)
    assert answer["content-range"] is None
    first, second = answer.body.split(f"--{edge}".encode())[1:3]
    assert first == (
        b"\r\nContent-Type: image/png\r\nContent-Range: bytes 90-99/100\r\n\r\n%b\r\n" % BYTES[90:]
    )
    assert second.endswith(b"Content-Range: bytes 0-4/100\r\n\r\n%b\r\n" % BYTES[:5])
    assert answer.body.endswith(f"--{edge}--\r\n".encode())


def test_a_range_behind_the_end_is_refused(ask):
    answer = ask("photo.png", {"Range": "bytes=100-"})
    assert (answer.status, answer.body) == (416, b"")
    assert answer["content-range"] == "bytes */100"
    assert ours(answer) == OURS


@pytest.mark.parametrize(
    "header", ["bytes=9-1", "lines=1-2", "bytes=0-9,5-9", "bytes=" + "0-0," * 99]
)
def test_a_range_that_is_no_range_is_ignored(ask, header):
    answer = ask("photo.png", {"Range": header})
    assert (answer.status, answer.body, answer["content-range"]) == (200, BYTES, None)


@pytest.mark.parametrize(
    ("condition", "status"),
    [(ETAG, 206), (STAMP, 200), (f"W/{ETAG}", 200), ('"old"', 200), ("", 200)],
)
def test_a_range_of_an_older_version_is_not_sent(ask, condition, status):
    answer = ask("photo.png", {"Range": "bytes=0-9", "If-Range": condition})
    assert answer.status == status


def test_a_range_of_a_version_of_the_same_second_is_not_sent(ask, root):
    first = ask("photo.png", {"Range": "bytes=0-9"})
    (root / "photo.png").write_bytes(BYTES[::-1])
    os.utime(root / "photo.png", (WRITTEN + 0.5, WRITTEN + 0.5))
    for name in ("last-modified", "etag"):
        answer = ask("photo.png", {"Range": "bytes=10-99", "If-Range": first[name]})
        assert (answer.status, answer.body) == (200, BYTES[::-1])


def test_head_tells_what_get_would_send(ask):
    head = ask("photo.png", {"Range": "bytes=0-9"}, method="HEAD")
    assert (head.status, head.body) == (200, b"")
    assert head.headers == ask("photo.png").headers


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_nothing_else_is_allowed(ask, method):
    answer = ask("photo.png", method=method)
    assert (answer.status, answer["allow"]) == (405, "GET, HEAD, OPTIONS")


def test_compression_leaves_ranges_alone(ask, root):
    gzip = ("django.middleware.gzip.GZipMiddleware",)
    (root / "notes.txt").write_bytes(b"words " * 100)
    headers = {"Accept-Encoding": "gzip", "Range": "bytes=0-299"}
    answer = ask("notes.txt", headers, middleware=gzip)
    assert (answer.status, answer.body) == (206, b"words " * 50)
    assert (answer["content-encoding"], answer["content-length"]) == ("identity", "300")


def test_a_login_that_the_site_asks_for_is_asked_for_here(ask):
    sessions = (
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "security.middleware.LoginRequiredMiddleware",
    )
    answer = ask("photo.png", middleware=sessions)
    assert (answer.status, answer.body) == (302, b"")
