from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.urls import path
from tests.accounts.running_site import FORGETFUL, HOST, PROXY, RIGHT, WRONG, asgi, nginx, wsgi
from tests.accounts.selftest_site import HEADERS, NOTHING, ask, installed

__all__ = ["installed"]

SERVERS = {"wsgi": wsgi, "asgi": asgi}


@pytest.fixture(params=SERVERS)
def server(request):
    return SERVERS[request.param]


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
