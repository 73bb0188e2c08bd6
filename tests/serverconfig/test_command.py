from __future__ import annotations

import os
import re
import stat
import subprocess
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from tests.programs import program
from tests.serverconfig import fronts

from security.management.commands import securityserver

SERVERS = ["nginx", "apache", "caddy"]
FILES = {"certificate": "/etc/tls/chain.pem", "key": "/etc/tls/key.pem"}


@pytest.fixture(autouse=True)
def site(settings):
    settings.ALLOWED_HOSTS = ["www.example.com"]
    settings.SECURITY_PRESET = "strict"
    settings.SECURITY_TRUSTED_PROXIES = ["127.0.0.1"]
    settings.SECURE_SSL_REDIRECT = True
    settings.STATIC_ROOT, settings.STATIC_URL = "/srv/static", "/static/"
    settings.MEDIA_ROOT, settings.MEDIA_URL = Path("/srv/media"), "/media/"
    return settings


def run(server="nginx", **options):
    """Return what is printed, and what is said about it."""
    out, error = StringIO(), StringIO()
    call_command("securityserver", server, **options, stdout=out, stderr=error, no_color=True)
    return out.getvalue(), error.getvalue()


def refusal(server="nginx", **options):
    with pytest.raises(CommandError) as caught:
        run(server, **options)
    assert caught.value.returncode == 2
    return str(caught.value)


@pytest.mark.parametrize("server", SERVERS)
def test_the_file_says_what_it_is_made_from_and_how_to_test_it(server):
    text, said = run(server)
    first, last = text.split("\n\n")[0].replace("\n#", ""), text.splitlines()[-3:]
    assert "ALLOWED_HOSTS" in first
    assert "SECURE_SSL_REDIRECT" in first
    assert re.search(r" of django-bulwark (\d+\.\d+\.\d+|\(not installed\))\.", first)
    assert "EDIT these lines before use" in first
    assert "# Test it before the server reads it:" in last
    assert text.endswith("\n")
    assert said == ""


@pytest.mark.parametrize("server", SERVERS)
def test_with_all_options_nothing_is_left_to_edit(server):
    text, _ = run(server, **FILES, upstream="127.0.0.1:9000")
    assert "EDIT" not in text
    assert all(path in text for path in FILES.values())


@pytest.mark.parametrize("server", SERVERS)
def test_the_same_settings_make_the_same_file(server):
    assert run(server) == run(server)


@pytest.mark.requires("caddy")
def test_without_files_caddy_gets_a_certificate_itself(tmp_path):
    (tmp_path / "Caddyfile").write_text(run("caddy", upstream="127.0.0.1:9000")[0])
    home = {"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path)}
    words = [program("caddy"), "validate", "--adapter", "caddyfile", "--config", "Caddyfile"]
    done = subprocess.run(
        words, cwd=tmp_path, env=os.environ | home, capture_output=True, text=True, check=False
    )
    assert (done.returncode, "Valid configuration" in done.stdout) == (0, True)


def test_a_file_is_written_in_one_step(tmp_path, monkeypatch):
    target = tmp_path / "site.conf"
    target.write_text("before")
    target.chmod(0o600)
    assert run(output=target)[0] == ""
    assert target.read_text() == run()[0]
    assert stat.S_IMODE(target.stat().st_mode) == 0o600

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(securityserver.os, "fsync", full)
    before = target.read_text()
    assert "No space left on device" in refusal("caddy", output=target)
    assert [target.read_text(), *tmp_path.iterdir()] == [before, target]


def test_a_new_file_is_for_the_server_to_read(tmp_path):
    run(output=tmp_path / "new.conf")
    assert stat.S_IMODE((tmp_path / "new.conf").stat().st_mode) == 0o644


def test_a_folder_that_is_not_there_is_told(tmp_path):
    path = tmp_path / "no" / "site.conf"
    assert refusal(output=path) == f"{path} cannot be written: No such file or directory."


def test_a_mistake_leaves_the_file_alone(tmp_path, site):
    site.ALLOWED_HOSTS = ["*"]
    refusal(output=tmp_path / "site.conf")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("peers", [[], ["10.0.0.0/8"], ["unix"]])
def test_a_server_that_django_would_not_believe_is_told(site, peers):
    site.SECURITY_TRUSTED_PROXIES = peers
    assert "SECURITY_TRUSTED_PROXIES must name '127.0.0.1'" in run()[1]


@pytest.mark.parametrize(
    ("upstream", "peers"),
    [
        ("unix:/run/site.sock", ["unix"]),
        ("localhost:8000", ["127.0.0.0/8"]),
        ("[::1]:8000", ["::1"]),
        ("app:8000", ["10.0.0.0/8"]),
    ],
)
def test_a_server_that_django_believes_is_not_talked_about(site, upstream, peers):
    site.SECURITY_TRUSTED_PROXIES = peers
    assert run(upstream=upstream)[1] == ""
    site.SECURITY_TRUSTED_PROXIES = []
    assert "SECURITY_TRUSTED_PROXIES must name" in run(upstream=upstream)[1]


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("ALLOWED_HOSTS", ["*"], "ALLOWED_HOSTS[0] must be a host name or an address (got '*')."),
        ("ALLOWED_HOSTS", [], "ALLOWED_HOSTS must be a list of hosts (got [])."),
        ("ALLOWED_HOSTS", ["a.test; return 200"], "ALLOWED_HOSTS[0] must be a host name"),
        ("ALLOWED_HOSTS", ["a.test", "b\n.test"], "ALLOWED_HOSTS[1] must be a host name"),
        ("ALLOWED_HOSTS", [7], "ALLOWED_HOSTS[0] must be a host name"),
        ("STATIC_URL", "/a{b}/", "STATIC_URL must be a path below that of the site"),
        ("STATIC_URL", "/", "STATIC_URL must be a path below that of the site (got '/')."),
        ("MEDIA_URL", "/x/../y/", "MEDIA_URL must be a path below that of the site"),
        ("MEDIA_URL", "/static/up/", "MEDIA_URL must be neither inside STATIC_URL nor around it"),
        ("MEDIA_ROOT", "/srv/static/up", "MEDIA_ROOT must be neither inside STATIC_ROOT"),
        ("MEDIA_ROOT", "/srv", "MEDIA_ROOT must be neither inside STATIC_ROOT nor around it"),
        ("MEDIA_ROOT", "up", "MEDIA_ROOT must be the absolute path of a folder (got 'up')."),
        ("MEDIA_ROOT", "/", "MEDIA_ROOT must be the absolute path of a folder (got '/')."),
        ("MEDIA_ROOT", "/srv/a\nb", "MEDIA_ROOT must be a path of printable ASCII"),
        ("MEDIA_ROOT", "/srv/a$b", "MEDIA_ROOT must be a path without '$'"),
        ("SECURE_SSL_HOST", "a{b}.test", "SECURE_SSL_HOST must be a host name"),
        ("SECURE_PROXY_SSL_HEADER", ("HTTP_X; y", "1"), "SECURE_PROXY_SSL_HEADER[0] must be"),
        ("SECURE_PROXY_SSL_HEADER", ("HTTP_X",), "SECURE_PROXY_SSL_HEADER must be a header and"),
        ("SECURE_PROXY_SSL_HEADER", ("HTTP_X", "1\n2"), "SECURE_PROXY_SSL_HEADER[1] must be"),
        ("SECURE_HSTS_SECONDS", "1 year", "SECURE_HSTS_SECONDS must be a whole number of seconds"),
    ],
)
def test_a_setting_that_cannot_be_written_is_refused_by_name(site, name, value, said):
    setattr(site, name, value)
    assert refusal().startswith(said)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"certificate": "/x.pem"}, "--key must be given too: a certificate has a key."),
        ({"key": "/x.pem"}, "--certificate must be given too: a certificate has a key."),
        ({**FILES, "key": "k.pem"}, "--key must be an absolute path (got 'k.pem')."),
        ({**FILES, "key": "/k.pem "}, "--key must be a path with no blank at its end"),
        ({"max_body": "0"}, "--max-body must be a size such as 500k or 20m"),
        ({"max_body": "3g"}, "--max-body must be a size such as 500k or 20m"),
        ({"max_body": "1e9"}, "--max-body must be a size such as 500k or 20m"),
        ({"upstream": "app"}, "--upstream must be a host and a port, or unix:/path/of/a/socket"),
        ({"upstream": "app:80;"}, "--upstream must be a host and a port"),
        ({"upstream": "app:99999"}, "--upstream must be a port, 1 to 65535 (got 99999)."),
        ({"upstream": "unix:x"}, "--upstream must be a host and a port, or unix:/path"),
        ({"address": "eth0"}, "--address must be an address to listen on"),
        ({"http_port": 0}, "--http-port must be a port, 1 to 65535 (got 0)."),
        ({"https_port": 65_536}, "--https-port must be a port, 1 to 65535 (got 65536)."),
    ],
)
def test_an_option_that_cannot_be_written_is_refused_by_name(options, said):
    assert refusal(**options).startswith(said)


def test_apache_takes_no_patterns_for_paths(site):
    site.MEDIA_ROOT = "/srv/up[1]"
    assert refusal("apache").startswith("MEDIA_ROOT must be a path without '*'")


def test_caddy_gets_no_certificate_for_all_subdomains(site):
    site.ALLOWED_HOSTS = [".example.com"]
    said = "--certificate must be given for all subdomains (ALLOWED_HOSTS has '.example.com')."
    assert refusal("caddy") == said


@pytest.mark.parametrize(
    ("given", "limit", "said"),
    [
        ("20m", 5, 20 * 1024 * 1024),
        ("7", 5, 7),
        (None, 5_000, 5_000),
        (None, None, 2_621_440),
        (None, 0, 2_621_440),
    ],
)
def test_the_limit_of_a_body_is_never_off(site, given, limit, said):
    site.DATA_UPLOAD_MAX_MEMORY_SIZE = limit
    assert f"client_max_body_size {said};" in run(max_body=given)[0]


LIMITS = {"nginx": "client_max_body_size {};", "apache": "LimitRequestBody {}",
          "caddy": "max_size {}"}  # fmt: skip
MIB = 1024 * 1024


def limit_of(server, text):
    """Return the one limit that a file has, in the places where it stands."""
    (size,) = set(re.findall(LIMITS[server].format(r"(\d+)"), text))
    if server == "apache":
        assert f'"%{{HTTP:Content-Length}} -gt {size}"' in text
    return int(size)


@pytest.mark.parametrize("server", SERVERS)
@pytest.mark.parametrize(
    ("values", "size"),
    [
        ({"SECURITY_UPLOADS": {"MAX_SIZE": 5 * MIB}}, 5 * MIB + 2_621_440),
        ({"SECURITY_UPLOADS": {}}, 10 * MIB + 2_621_440),
        ({"SECURITY_UPLOADS": {"MAX_SIZE": 7}, "DATA_UPLOAD_MAX_MEMORY_SIZE": 5}, 12),
        (
            {"SECURITY_UPLOADS": {"MAX_SIZE": 7}, "DATA_UPLOAD_MAX_MEMORY_SIZE": None},
            2_621_440 + 7,
        ),
        ({"SECURITY_UPLOADS": {"MAX_SIZE": 2**40}}, 2**31 - 1),
        (
            {"FILE_UPLOAD_HANDLERS": ["tests.checks.classes.OwnHandler", "no.Such"]},
            10 * MIB + 2_621_440,
        ),
        ({"FILE_UPLOAD_HANDLERS": ["no.Such"]}, 2_621_440),
    ],
)
def test_the_largest_file_that_is_allowed_passes_the_server(site, server, values, size):
    for name, value in values.items():
        setattr(site, name, value)
    text, _ = run(server)
    assert limit_of(server, text) == size
    head = " ".join(text.split("\n\n")[0].replace("\n#", "").split())
    assert f"A body has at most {size} bytes: " in head
    assert ('SECURITY_UPLOADS["MAX_SIZE"] for one file' in head) == (size != 2_621_440)


@pytest.mark.parametrize("server", SERVERS)
def test_the_command_line_wins_over_the_limit_of_uploads(site, server):
    site.SECURITY_UPLOADS = {"MAX_SIZE": 5 * MIB}
    text, _ = run(server, max_body="20m")
    assert limit_of(server, text) == 20 * MIB
    assert "bytes: --max-body." in text


@pytest.mark.parametrize("url", ["https://media.example.net/", ""])
def test_files_of_another_host_or_of_none_are_not_sent(site, url):
    site.MEDIA_URL = url
    text, _ = run()
    assert "/srv/media" not in text
    assert "No files of MEDIA_ROOT" in text


def test_an_address_and_an_ipv6_host_are_written_with_brackets(site):
    site.ALLOWED_HOSTS = ["[::1]", "10.0.0.1"]
    text, _ = run(address="::1")
    assert "listen [::1]:443 ssl" in text
    assert "server_name [::1] 10.0.0.1;" in text


def test_a_long_name_of_a_host_needs_a_line_elsewhere(site):
    assert "server_names_hash_bucket_size" not in run()[0]
    site.ALLOWED_HOSTS = [f"{'x' * 40}.example.com"]
    assert "server_names_hash_bucket_size 128" in run()[0]


def test_a_project_is_asked_by_its_own_command(folder):
    done = fronts.command(folder, "nginx", "--upstream", "app")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "CommandError: --upstream must be a host and a port, or unix:/path/of/a/socket "
        "(got 'app').\n"
    )
