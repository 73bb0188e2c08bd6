from __future__ import annotations

import socket
import threading
from contextlib import contextmanager, suppress
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.http import HttpResponse
from django.urls import path
from tests.accounts.running_site import FORGETFUL, HOST, PROXY, RIGHT, WRONG, asgi, nginx, wsgi

from security.management.commands.proxyselftest import Command
from security.management.spoofing import MAX_BODY

HEADERS = [
    "X-Forwarded-For",
    "X-Forwarded-Proto",
    "X-Forwarded-Host",
    "X-Forwarded-Port",
    "Forwarded",
    "X-Real-IP",
    "Host",
]
NOTHING = dict.fromkeys(HEADERS, "ok: changes nothing")
SERVERS = {"wsgi": wsgi, "asgi": asgi}


@pytest.fixture(autouse=True)
def installed(settings):
    settings.MIDDLEWARE = ["security.middleware.SecurityMiddleware"]
    settings.ROOT_URLCONF = (path("", lambda request: HttpResponse(b"ok")),)
    settings.ALLOWED_HOSTS = [HOST]
    settings.SECURITY_TRUSTED_PROXIES = [PROXY]


@pytest.fixture(params=SERVERS)
def server(request):
    return SERVERS[request.param]


def ask(port, **options):
    """Return the exit code, what is said of each header, and the other lines."""
    out, code = StringIO(), 0
    try:
        call_command("proxyselftest", f"http://{HOST}:{port}/", stdout=out, **options)
    except SystemExit as error:
        code = error.code
    lines = out.getvalue().splitlines()
    said = dict(line.split(": ", 1) for line in lines if line.partition(":")[0] in HEADERS)
    return code, said, [line for line in lines if line.partition(":")[0] not in HEADERS]


def test_a_site_that_clients_reach_directly_believes_nothing(server):
    with server() as port:
        code, said, others = ask(port)
    assert (code, said) == (0, NOTHING)
    assert others == [
        f"The site takes this for a request from '127.0.0.1' over 'http' for the host "
        f"'{HOST}:{port}'.",
        "Nothing that a client forges is believed.",
    ]


def test_a_site_that_believes_everybody_is_found_out(server, settings):
    settings.SECURITY_TRUSTED_PROXIES = ["127.0.0.0/8"]
    settings.USE_X_FORWARDED_HOST = settings.USE_X_FORWARDED_PORT = True
    with server() as port:
        code, said, others = ask(port)
    assert code == 1
    refused = "the site refuses the request (status 400), so it reads the header"
    assert said == NOTHING | {
        "X-Forwarded-For": "BELIEVED: the address of the client is taken to be '192.0.2.66'",
        "X-Forwarded-Proto": "BELIEVED: the scheme is taken to be 'https'",
        "X-Forwarded-Host": f"BELIEVED: {refused}",
        "X-Forwarded-Port": "BELIEVED: the port is taken to be '4443'",
        "Forwarded": "BELIEVED: the address of the client is taken to be '192.0.2.66'; "
        "the scheme is taken to be 'https'",
    }
    assert "Ask from where your visitors are." in others[1]
    assert others[-1] == "A client can forge what is marked BELIEVED."


def test_a_host_that_nobody_refuses_is_found_out(server, settings):
    settings.ALLOWED_HOSTS = ["*"]
    with server() as port:
        code, said, _ = ask(port)
    host = "the site answers (status 200); the host is taken to be 'spoofed.invalid'"
    assert (code, said) == (1, NOTHING | {"Host": f"BELIEVED: {host}"})


def test_a_redirect_to_the_host_of_a_client_is_found_out(server, settings):
    settings.ALLOWED_HOSTS = ["*"]
    settings.USE_X_FORWARDED_HOST = settings.SECURE_SSL_REDIRECT = True
    settings.SECURITY_TRUSTED_PROXIES = ["127.0.0.1"]
    with server() as port:
        code, said, _ = ask(port)
    moved = "the site redirects to https://spoofed.invalid/"
    assert code == 1
    assert said["X-Forwarded-Host"].startswith(f"BELIEVED: {moved}; the host is taken")
    assert said["Host"].startswith(f"BELIEVED: {moved}; the host is taken")
    assert said["X-Forwarded-Proto"] == (
        "BELIEVED: the redirect disappears (status 200); the scheme is taken to be 'https'"
    )


def test_without_our_middleware_only_the_outside_is_judged(server, settings):
    settings.MIDDLEWARE = ["django.middleware.security.SecurityMiddleware"]
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    with server() as port:
        code, said, others = ask(port)
        settings.SECURE_PROXY_SSL_HEADER = None
        blind = ask(port)
    unseen = "unseen: nothing shows outside"
    believed = "BELIEVED: the redirect disappears (status 200)"
    nothing = dict.fromkeys(HEADERS, unseen) | {"Host": "ok: changes nothing"}
    assert (code, said) == (1, nothing | {"X-Forwarded-Proto": believed})
    assert others[0].startswith("The site does not answer the signed probe")
    assert blind[:2] == (2, nothing)
    assert blind[2][-1].startswith("Nothing was seen to be believed, and not everything")


def naive(request):
    """Believe everything."""
    if proto := request.headers.get("X-Forwarded-Proto"):
        return HttpResponse(status=302, headers={"Location": f"{proto}://{HOST}/"})
    if port := request.headers.get("X-Forwarded-Port"):
        return HttpResponse(status=302, headers={"Location": f"http://{HOST}:{port}/"})
    return HttpResponse(b"ok")


def test_a_redirect_that_appears_is_found_out(server, settings):
    settings.MIDDLEWARE = []
    settings.ROOT_URLCONF = (path("", naive),)
    with server() as port:
        code, said, _ = ask(port)
    appears = "a redirect appears (status 302)"
    assert (code, said["X-Forwarded-Proto"]) == (1, f"BELIEVED: {appears}")
    assert said["X-Forwarded-Port"] == f"BELIEVED: the site redirects to port 4443; {appears}"


def test_a_server_that_takes_the_client_from_the_header_itself_is_found_out():
    with asgi(proxy_headers=True) as port:
        code, said, _ = ask(port)
    address = "BELIEVED: the address of the client is taken to be '192.0.2.66'"
    scheme = "BELIEVED: the scheme is taken to be 'https'"
    assert (code, said["X-Forwarded-For"], said["X-Forwarded-Proto"]) == (1, address, scheme)


@pytest.mark.requires("nginx")
def test_behind_an_nginx_that_says_who_the_client_is_nothing_is_believed(
    server, settings, tmp_path
):
    settings.USE_X_FORWARDED_HOST = False
    with server() as upstream, nginx(tmp_path, upstream, RIGHT) as port:
        code, said, others = ask(port)
    assert (code, said) == (0, NOTHING)
    assert others[0].startswith("The site takes this for a request from '127.0.0.1' over 'http'")


@pytest.mark.requires("nginx")
def test_behind_an_nginx_that_passes_on_what_clients_claim_it_is_found_out(server, tmp_path):
    with server() as upstream, nginx(tmp_path, upstream, WRONG) as port:
        code, said, others = ask(port)
    address = "the address of the client is taken to be '192.0.2.66'"
    scheme = "the scheme is taken to be 'https'"
    assert (code, said) == (
        1,
        NOTHING
        | {
            "X-Forwarded-For": f"BELIEVED: {address}",
            "X-Forwarded-Proto": f"BELIEVED: {scheme}",
            "Forwarded": f"BELIEVED: {address}; {scheme}",
        },
    )
    assert sum("$proxy_add_x_forwarded_for" in line for line in others) == 1


@pytest.mark.requires("nginx")
def test_behind_an_nginx_that_forgets_one_header_it_is_found_out(server, tmp_path):
    with server() as upstream, nginx(tmp_path, upstream, FORGETFUL) as port:
        code, said, _ = ask(port)
    hidden = f"BELIEVED: the address of the client is taken to be '{PROXY}'"
    assert (code, said) == (1, NOTHING | {"Forwarded": hidden})


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
