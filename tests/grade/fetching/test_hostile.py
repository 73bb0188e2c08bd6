"""Sites that mean harm: each is a real server, and each has a bounded end."""

from __future__ import annotations

import asyncio
import gzip
import itertools
import tracemalloc
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.grade.fetching.servers import HTML, Server, answer, redirect

from security.grade.fetch import body
from security.grade.fetch.ask import ask_now
from security.grade.fetch.session import Terms
from security.grade.fetch.site import read_target
from security.grade.fetch.trust import trust

TRUST = trust()

PAGE = b"<!doctype html><title>t</title><script src='https://x.test/a.js'></script>"
HEAD = f"HTTP/1.1 200 S\r\n{HTML}\r\n".encode()


def endless(part):
    return itertools.repeat(part)


def bomb(size):
    """Pack zeros, a thousand to one."""
    stream = zlib.compressobj(wbits=31)
    zeros = bytes(1_048_576)
    packed = [stream.compress(zeros) for _ in range(size // len(zeros))]
    return b"".join([*packed, stream.flush()])


def drip(request):
    """Send one byte at a time, each within the time-out of one read."""
    yield HEAD
    for _ in range(600):
        yield b"X"
        request.over.wait(0.05)


def silence(request):
    """Send nothing until the server ends."""
    request.over.wait(20)
    yield b""


# What a server sends, and why it is not graded.
REFUSED = {
    "endless headers": (
        lambda request: itertools.chain([HEAD], endless(b"X-Long: " + b"a" * 4000 + b"\r\n")),
        "no HTTP/1.1 that can be read (receive buffer too long)",
    ),
    "one endless header": (
        lambda request: itertools.chain([HEAD, b"X-Long: "], endless(b"a" * 4096)),
        "no HTTP/1.1 that can be read (receive buffer too long)",
    ),
    "many headers": (
        lambda request: HEAD + b"".join(b"x%d: 1\r\n" % n for n in range(2000)) + b"\r\n",
        "more than 1,000 header lines",
    ),
    "a redirect loop": (lambda request: redirect("/"), "more than 10 redirects"),
    "a redirect with a new name each time": (
        lambda request: redirect(f"/{request.count}"),
        "more than 10 redirects",
    ),
    "HTTP/0.9": (
        lambda request: b"<html>hello</html>\r\n\r\n",
        "no HTTP/1.1 that can be read (illegal status line)",
    ),
    "another protocol": (
        lambda request: b"SSH-2.0-OpenSSH_9.2\r\n",
        "no HTTP/1.1 that can be read (server disconnected without sending a response)",
    ),
    "noise": (
        lambda request: bytes(range(256)) * 100,
        "no HTTP/1.1 that can be read (illegal request line)",
    ),
    "nothing": (
        lambda request: b"",
        "no HTTP/1.1 that can be read (server disconnected without sending a response)",
    ),
    "a zero in a header": (
        lambda request: HEAD + b"X-A: a\0b\r\n\r\n",
        "no HTTP/1.1 that can be read (illegal header line)",
    ),
    "a name that is none": (
        lambda request: HEAD + b"X A\x1b[2J: b\r\n\r\n",
        "no HTTP/1.1 that can be read (illegal header line)",
    ),
    "two lengths": (
        lambda request: answer(PAGE, "Content-Length: 5"),
        "no HTTP/1.1 that can be read (conflicting content-length headers)",
    ),
    "a length that is none": (
        lambda request: HEAD + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n",
        "no HTTP/1.1 that can be read (bad content-length)",
    ),
    "a body that is shorter than it says": (
        lambda request: HEAD + b"Content-Length: 500\r\n\r\nabc",
        "no HTTP/1.1 that can be read "
        "(peer closed connection without sending complete message body)",
    ),
    "broken gzip": (
        lambda request: answer(b"not packed", "Content-Encoding: gzip"),
        "its page cannot be unpacked",
    ),
    "packing that was not asked for": (
        lambda request: answer(b"x", "Content-Encoding: br"),
        "its page is packed in a way that was not asked for",
    ),
    "packed twice": (
        lambda request: answer(gzip.compress(b"x" * 9), "Content-Encoding: gzip, gzip"),
        "its page is packed in a way that was not asked for",
    ),
    "silence": (silence, "no answer in time"),
    "a slow drip": (drip, "no answer in time"),
    "endless promises": (
        lambda request: endless(b"HTTP/1.1 103 Early Hints\r\n\r\n"),
        "no answer in time",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_not_graded_and_the_reason_is_named(graded, name):
    respond, reason = REFUSED[name]
    with Server(respond) as server:
        code, [card], errors = graded(server.url, "--timeout=0.5")
    assert (code, card["observatory"]["score"]) == (2, None)
    assert errors == f"grade: {server.url}: http: {reason}.\n"
    assert server.errors == []


@pytest.mark.parametrize("name", ["endless headers", "noise", "silence"])
def test_it_counts_as_no_https(graded, authority, name):
    with Server(REFUSED[name][0], authority.tls()) as server, Server(lambda _: answer()) as plain:
        code, [card], errors = graded(server.url, "--http-port", plain.port, "--timeout=0.5")
    assert (code, card["observatory"]["tests"]["strict-transport-security"]["result"]) == (
        0,
        "hsts-not-implemented-no-https",
    )
    assert (
        errors == f"grade: {server.url}: https: {REFUSED[name][1]}; the page over http is graded.\n"
    )


def test_a_server_that_never_shakes_hands_is_given_up(graded):
    with Server(silence, is_rude=True) as server:
        code, _, errors = graded(f"localhost:{server.port}", "--timeout=0.5")
    assert (code, errors) == (2, f"grade: localhost:{server.port}: https: no connection in time.\n")


@pytest.mark.parametrize(
    "respond",
    [
        lambda request: itertools.chain([HEAD, b"\r\n", PAGE], endless(b"a" * 65_536)),
        lambda request: itertools.chain(
            [HEAD, b"Transfer-Encoding: chunked\r\n\r\n", b"%x\r\n%b\r\n" % (len(PAGE), PAGE)],
            endless(b"10000\r\n" + b"a" * 65_536 + b"\r\n"),
        ),
        lambda request: answer(gzip.compress(PAGE), "Content-Encoding: x-gzip"),
        lambda request: answer(zlib.compress(PAGE), "Content-Encoding: deflate"),
        lambda request: answer(zlib.compress(PAGE, wbits=-15), "Content-Encoding: deflate"),
        lambda request: answer(gzip.compress(PAGE)[:-8], "Content-Encoding: gzip"),
    ],
    ids=["endless", "chunked", "gzip", "zlib", "deflate", "cut"],
)
def test_the_beginning_of_a_page_is_graded(graded, respond):
    with Server(respond) as server:
        code, [card], errors = graded(server.url)
    assert (code, errors) == (0, "")
    assert card["observatory"]["tests"]["subresource-integrity"]["result"] == (
        "sri-not-implemented-but-external-scripts-loaded-securely"
    )


def test_a_bomb_is_unpacked_up_to_the_limit_only():
    async def measured(packed):
        tracemalloc.start()
        try:
            unpacked = await body.read_body(chunks(packed), "gzip")
            return len(unpacked), tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    length, most = asyncio.run(measured(bomb(256 * 1_048_576)))
    assert length == body.MAX_BODY
    assert most < 2 * body.MAX_BODY


def test_what_never_unpacks_to_anything_has_an_end_too():
    stream = zlib.compressobj(wbits=31)
    head = stream.compress(b"x") + stream.flush(zlib.Z_FULL_FLUSH)
    empty = b"\x00\x00\x00\xff\xff"  # a stored block of no bytes. RFC 1951 section 3.2.4
    pieces = iter([head, *[empty * 10_000] * 400])
    assert asyncio.run(body.read_body(each(pieces), "gzip")) == b"x"
    taken = 400 - len(list(pieces))
    assert (taken - 1) * 50_000 < body.MAX_BODY <= taken * 50_000 + len(head)


def test_a_site_that_hostile_data_comes_from_cannot_command_the_terminal(graded):
    lines = ("Location: \x1b]0;x\x07", "X-A: \x1b[2J", "Set-Cookie: \x1b[2J=\x1b[2J")
    with Server(lambda request: answer("", *lines, status=302)) as server:
        code, out, errors = graded(server.url, form="text")
    assert code in {0, 2}
    assert "\x1b" not in out + errors


@given(st.binary(max_size=400))
@settings(max_examples=60)
def test_no_answer_whatever_stops_the_run(data):
    def respond(request):
        return data if request.count % 2 else b"HTTP/1.1 302 x\r\n" + data + b"\r\n\r\n"

    with Server(respond) as server:
        terms = Terms(TRUST, timeout=0.5)
        fetched = ask_now(read_target(server.url), terms)
    assert fetched.card().target == server.url


async def each(pieces):
    for piece in pieces:
        yield piece


def chunks(data):
    return each(data[place : place + 65_536] for place in range(0, len(data), 65_536))
