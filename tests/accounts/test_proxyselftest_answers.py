from __future__ import annotations

import socket
import threading
from contextlib import contextmanager, suppress
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.http import HttpResponse
from django.urls import path
from tests.accounts.running_site import HOST, wsgi
from tests.accounts.selftest_site import NOTHING, ask, installed

from security.management.commands.proxyselftest import Command
from security.management.spoofing import MAX_BODY

__all__ = ["installed"]


@contextmanager
def answering(*answers):
    """Serve these bytes, one connection after the other; the last one again and again."""

    def serve():
        for number in range(100):
            connection, _ = listener.accept()
            with connection, suppress(OSError):  # the client may have read enough
                if connection.recv(65536) and (data := answers[min(number, len(answers) - 1)]):
                    connection.sendall(data)
            if stopped.is_set():
                return

    stopped = threading.Event()
    with socket.create_server((HOST, 0)) as listener:
        port = listener.getsockname()[1]
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield port
        finally:
            stopped.set()
            socket.create_connection((HOST, port)).close()
            thread.join()


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def test_a_site_that_hangs_up_on_forgeries_believes_nothing():
    told = b'{"address": "127.0.0.1", "scheme": "http", "host": "x", "port": "80"}'
    probed = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(told), told)
    with answering(OK, probed, b"") as port:
        assert ask(port)[:2] == (0, NOTHING)


def test_a_site_that_takes_http_for_https_is_told_how_to_mend_it():
    told = b'{"address": "x", "scheme": "https", "host": "x", "port": "80"}'
    probed = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(told), told)
    with answering(OK, probed, b"") as port:
        _, _, others = ask(port)
    assert others[1].startswith("    HINT: It came over http. Let the proxy set X-Forwarded-Proto")


STRANGE = {
    "no-json": b"ok",
    "no-object": b"[1]",
    "other-keys": b'{"address": "x"}',
    "deep": b"[" * MAX_BODY,
    "long": b'{"address": "' + b"x" * 10_000_000,
}


@pytest.mark.parametrize("kind", STRANGE)
def test_an_answer_that_is_not_ours_tells_nothing(kind):
    with answering(b"HTTP/1.1 200 OK\r\n\r\n" + STRANGE[kind]) as port:
        code, said, _ = ask(port)
    assert code == 1
    assert said["Host"] == "BELIEVED: the site answers (status 200)"
    assert said["X-Forwarded-For"] == "unseen: nothing shows outside"


@pytest.mark.parametrize(
    "url",
    [
        "www.example.com",
        "ftp://www.example.com/",
        "file:///etc/passwd",
        "http://",
        "http:///path",
        "http://[::1",
        "http://a..b/",
        "http://www.example.com:99999/",
        "http://user:password@www.example.com/",
        "",
    ],
)
def test_an_address_that_is_none_is_refused_kindly(url):
    with pytest.raises(CommandError) as caught:
        call_command("proxyselftest", url)
    assert str(caught.value).startswith("URL must be an")
    assert caught.value.returncode == 2


@pytest.mark.parametrize("timeout", [0.0, -1.0, 301.0, float("nan"), float("inf")], ids=str)
def test_a_timeout_must_be_one(timeout):
    with pytest.raises(CommandError, match=r"--timeout must be") as caught:
        call_command("proxyselftest", "http://localhost/", timeout=timeout)
    assert caught.value.returncode == 2


def test_a_site_that_does_not_answer_cannot_be_asked():
    with socket.create_server((HOST, 0)) as closed:
        port = closed.getsockname()[1]
        with pytest.raises(CommandError, match="cannot be asked") as caught:
            ask(port, timeout=0.05)
    assert caught.value.returncode == 2


@pytest.mark.parametrize("answer", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 20"], ids=ascii)
def test_what_does_not_speak_http_cannot_be_asked(answer):
    with answering(answer) as port, pytest.raises(CommandError, match="cannot be asked"):
        ask(port)


def test_no_redirect_is_followed_and_no_address_of_it_is_an_error():
    for location, code in ((b"http://[", 1), (b"https://elsewhere.invalid/", 2)):
        moved = b"HTTP/1.1 302 Found\r\nLocation: " + location + b"\r\nContent-Length: 0\r\n\r\n"
        with answering(moved) as port:
            assert ask(port)[0] == code


def test_the_exit_codes_are_in_the_help():
    for number, meaning in enumerate(("nothing believed", "something believed", "could not ask")):
        assert f"{number} {meaning}" in Command.help


def test_every_page_may_be_asked_for(settings):
    asked = []

    def view(request, **captured):
        asked.append(request.get_full_path().partition("selftest=")[0])
        return HttpResponse()

    settings.ROOT_URLCONF = (path("<path:page>", view),)
    with wsgi() as port:
        call_command(
            "proxyselftest", f"http://{HOST}:{port}/men\u00fc x?q=\u00e9", stdout=StringIO()
        )
    assert set(asked) == {"/men%C3%BC%20x?q=%C3%A9&"}
