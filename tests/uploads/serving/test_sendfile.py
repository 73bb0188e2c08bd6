"""The web server sends the file: by headers alone, and by the real nginx."""

from __future__ import annotations

import http.client
import subprocess
from contextlib import contextmanager

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, InMemoryStorage
from django.urls import path
from tests.accounts.running_site import ATTEMPTS, HOST, PATIENCE, asgi, is_serving, wsgi
from tests.programs import program
from tests.serverconfig.fronts import free_ports, site_folder
from tests.uploads.serving.conftest import BYTES, FILES, PAGE

from security.policy.errors import PolicyError
from security.uploads.serve import MediaView
from security.uploads.serve.sendfile import nginx_location

CONFIGURATION = """
daemon off; master_process off; pid {folder}/pid; error_log {folder}/log;
events {{ worker_connections 32; }}
http {{
    access_log off; server_tokens off; default_type text/html;
    client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
    uwsgi_temp_path {folder}; scgi_temp_path {folder};
    server {{
        listen {host}:{port};
        location / {{ proxy_pass http://{host}:{upstream}; proxy_set_header Host $http_host; }}
        {location}
    }}
}}
"""
HEADERS = {
    "content-security-policy": "default-src 'none'; sandbox",
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "unsafe-none",
    "cache-control": "no-store",
}


def test_nginx_is_told_where_the_file_is(ask):
    answer = ask("\u00e9t\u00e9 100%?.png", accel="/protected/")
    assert (answer.status, answer.body) == (200, b"")
    assert answer["x-accel-redirect"] == "/protected/%C3%A9t%C3%A9%20100%25%3F.png"
    assert {name: answer[name] for name in HEADERS} == HEADERS
    assert answer["content-type"] == "image/png"


def test_others_are_told_the_path(ask, root):
    answer = ask("deep/er/photo.JPEG", x_sendfile=True)
    assert (answer.status, answer.body) == (200, b"")
    assert answer["x-sendfile"] == str(root / "deep/er/photo.JPEG")
    assert answer["content-type"] == "image/jpeg"


@pytest.mark.parametrize("options", [{"accel": "/protected/"}, {"x_sendfile": True}], ids=str)
@pytest.mark.parametrize("name", ["none.png", ".hidden.png", "../x.png", "link.png", "deep"])
def test_no_server_is_told_of_what_is_not_there(ask, root, name, options):
    (root / "link.png").symlink_to("/etc/hostname")
    answer = ask(name, **options)
    assert answer.status == 404
    assert not {header for header, _ in answer.headers} & {"x-accel-redirect", "x-sendfile"}


def test_permission_comes_first(ask):
    answer = ask("photo.png", accel="/protected/", allow=lambda request, path: False)
    assert (answer.status, answer["x-accel-redirect"]) == (404, None)


def test_a_storage_without_paths_cannot_tell_one(rf):
    memory = InMemoryStorage()
    memory.save("a.png", ContentFile(BYTES))
    view = MediaView.as_view(storage=memory, x_sendfile=True)
    with pytest.raises(ImproperlyConfigured, match=r"^MediaView.x_sendfile must be off in a stor"):
        view(rf.get("/"), path="a.png")


@pytest.mark.parametrize("folder", ["media", '/a"b', "/a\nb", "/$uri", "/a\\b"])
def test_a_folder_that_nginx_would_read_otherwise_is_refused(folder):
    with pytest.raises(PolicyError, match="must be an absolute path"):
        nginx_location("/protected/", folder)


@contextmanager
def nginx(folder, upstream, location):
    for attempt in range(1, ATTEMPTS + 1):
        port = free_ports()[0]
        text = CONFIGURATION.format(
            folder=folder, host=HOST, port=port, upstream=upstream, location=location
        )
        (folder / "nginx.conf").write_text(text)
        command = [program("nginx"), "-e", str(folder / "log"), "-c", str(folder / "nginx.conf")]
        with subprocess.Popen(command, stdin=subprocess.DEVNULL) as process:
            try:
                if is_serving(process, port):
                    yield port
                    return
            finally:
                process.terminate()
        assert attempt < ATTEMPTS, (folder / "log").read_text()


@pytest.fixture
def place():
    """Return a media root that nginx may read, with a quoted character in its path."""
    with site_folder() as folder:
        root = folder / "up loads"
        for name, content in FILES.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(content)
        (folder / "secret.png").write_bytes(b"secret")
        yield root


@pytest.fixture(params=[wsgi, asgi], ids=["wsgi", "asgi"])
def front(request, place, settings, tmp_path):
    """Ask nginx, which asks Django, which lets nginx send the file."""
    view = MediaView.as_view(
        storage=FileSystemStorage(place),
        accel="/protected/",
        allow=lambda request, path: path != "paper.pdf",
    )
    settings.ALLOWED_HOSTS = [HOST]
    settings.MIDDLEWARE = ["security.middleware.SecurityMiddleware"]
    settings.ROOT_URLCONF = (path("media/<path:path>", view),)
    location = nginx_location("/protected/", str(place))

    def ask(target, method="GET", **headers):
        connection = http.client.HTTPConnection(HOST, port, timeout=PATIENCE)
        try:
            connection.request(method, target, headers=headers)
            response = connection.getresponse()
            return response.status, response.headers, response.read()
        finally:
            connection.close()

    with request.param() as upstream, nginx(tmp_path, upstream, location) as port:
        yield ask


@pytest.mark.requires("nginx")
@pytest.mark.parametrize(
    ("target", "media_type", "kind", "body"),
    [
        ("/media/photo.png", "image/png", "inline", BYTES),
        ("/media/page.html", "application/octet-stream", "attachment", PAGE),
        ("/media/%C3%A9t%C3%A9%20100%25%3F.png", "image/png", "inline", BYTES),
    ],
    ids=["picture", "page", "odd name"],
)
def test_nginx_sends_the_file_with_the_headers_of_django(front, target, media_type, kind, body):
    status, headers, sent = front(target)
    assert (status, sent) == (200, body)
    assert {name: headers.get_all(name) for name in HEADERS} == {k: [v] for k, v in HEADERS.items()}
    assert headers.get_all("Content-Type") == [media_type]
    assert headers["Content-Disposition"].startswith(f"{kind}; filename=")
    assert headers.get_all("Referrer-Policy") == ["same-origin"]  # of the middleware
    assert headers["X-Accel-Redirect"] is None
    assert headers["Content-Length"] == str(len(body))


@pytest.mark.requires("nginx")
def test_nginx_answers_ranges_conditions_and_head(front):
    status, headers, body = front("/media/photo.png", Range="bytes=10-19")
    assert (status, headers["Content-Range"], body) == (206, "bytes 10-19/100", BYTES[10:20])
    assert front("/media/photo.png", "HEAD")[2] == b""
    again = front("/media/photo.png", **{"If-None-Match": headers["ETag"]})
    assert (again[0], again[2]) == (304, b"")
    assert again[1]["Content-Security-Policy"] == HEADERS["content-security-policy"]


@pytest.mark.requires("nginx")
@pytest.mark.parametrize(
    "target",
    [
        "/protected/photo.png",
        "/protected/",
        "/media/paper.pdf",
        "/media/none.png",
        "/media/.hidden.png",
        "/media/%2e%2e/secret.png",
        "/media/..%2fsecret.png",
        "/media/",
    ],
)
def test_nobody_passes_by_django(front, target):
    status, _, body = front(target)
    assert status == 404
    assert b"secret" not in body
    assert BYTES not in body
