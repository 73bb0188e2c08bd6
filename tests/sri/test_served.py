"""The page, and the files that it names, through the whole Django handler."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys

import pytest
from tests.sri.site import FILES, OF_WHITENOISE, OURS, hashed, in_page

from security.policy.csp import CSP

SECURITY = "security.middleware.SecurityMiddleware"
WHITENOISE = "whitenoise.middleware.WhiteNoiseMiddleware"
ELEMENTS = ["script", "link"]
# Whitenoise has no async mode: Django reads its files in a thread, and says so.
pytestmark = pytest.mark.filterwarnings(
    "ignore:StreamingHttpResponse must consume synchronous iterators:Warning"
)


@pytest.fixture
def served(folders, get):
    """Run a site behind whitenoise; return what answers to an address."""
    folders.collect(OF_WHITENOISE)
    with folders.settings(
        OF_WHITENOISE,
        MIDDLEWARE=[SECURITY, WHITENOISE],
        SECURITY_INTEGRITY_POLICY={"blocked-destinations": ["script", "style"]},
        SECURE_CSP={"script-src": [CSP.NONCE]},
    ):
        yield get


def content(response):
    body = response.getvalue() if hasattr(response, "getvalue") else response.content
    response.close()
    return body


@pytest.mark.parametrize("element", ELEMENTS)
def test_whitenoise_answers_with_the_bytes_of_the_hash(served, element):
    address, integrity = in_page(element, served("/").content.decode())
    response = served(address)
    assert "Content-Encoding" not in response
    assert hashed(content(response)) == integrity


@pytest.mark.parametrize("element", ELEMENTS)
def test_a_compressed_answer_has_the_hash_once_it_is_unpacked(served, element):
    address, integrity = in_page(element, served("/").content.decode())
    response = served(address, headers={"Accept-Encoding": "gzip"})
    packed = content(response)
    assert response["Content-Encoding"] == "gzip"
    assert hashed(packed) != integrity
    assert hashed(gzip.decompress(packed)) == integrity


@pytest.mark.parametrize("element", ELEMENTS)
def test_whitenoise_answers_another_site_too_and_forever(served, element):
    address, _ = in_page(element, served("/").content.decode())
    response = served(address)
    response.close()
    assert response["Access-Control-Allow-Origin"] == "*"
    assert "immutable" in response["Cache-Control"]


def test_the_nonce_and_the_hash_stand_in_one_element(served):
    response = served("/")
    text = response.content.decode()
    address, integrity = in_page("script", text)
    nonce = response["Content-Security-Policy"].partition("'nonce-")[2].partition("'")[0]
    assert nonce
    assert (
        f'<script nonce="{nonce}" src="{address}" integrity="{integrity}" '
        'crossorigin="anonymous"></script>'
    ) in text
    assert response["Integrity-Policy"] == "blocked-destinations=(script style), sources=(inline)"


def test_only_hashed_files_may_be_kept(folders, get):
    kept = {"WHITENOISE_KEEP_ONLY_HASHED_FILES": True}
    folders.collect(OF_WHITENOISE, **kept)
    assert not (folders.collected / "app.js").exists()
    with folders.settings(OF_WHITENOISE, MIDDLEWARE=[WHITENOISE], **kept):
        address, integrity = in_page("script", get("/").content.decode())
        assert hashed(content(get(address))) == integrity


def test_in_debug_whitenoise_answers_with_the_source(folders, get):
    with folders.settings(OF_WHITENOISE, MIDDLEWARE=[WHITENOISE], DEBUG=True):
        address, integrity = in_page("script", get("/").content.decode())
        assert address == "/static/app.js"
        assert hashed(content(get(address))) == integrity == hashed(FILES["app.js"])


def test_the_page_of_a_site_without_manifest_fails(folders, get):
    with folders.settings(OURS), pytest.raises(ValueError, match="collectstatic"):
        get("/")


def test_without_whitenoise_its_storage_says_what_to_install(tmp_path):
    (tmp_path / "whitenoise.py").write_text("raise ImportError('not here')")
    paths = os.pathsep.join([str(tmp_path), *filter(None, sys.path)])
    done = subprocess.run(
        [sys.executable, "-c", "import security.sri.whitenoise"],
        env=os.environ | {"PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "security.sri.whitenoise needs whitenoise, which is not installed." in done.stderr
    assert "pip install whitenoise" in done.stderr
