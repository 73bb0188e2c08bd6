from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.test import RequestFactory
from tests.uploads.serving.conftest import BYTES

from security.uploads.serve import MediaView, files, headers, links, ranges, sendfile

PAGE = (Path(__file__).parents[3] / "docs" / "uploads_serve.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)(?:\+django)?\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
PYTHON = [text for language, text in BLOCKS if language == "python"]


def run(text):
    place = {}
    exec(text, place)  # noqa: S102
    return place


@pytest.fixture
def asked(settings, root, wire):
    """Serve the addresses of an example over the media root, and ask."""

    def asked(place, target, query=""):
        settings.MEDIA_ROOT = root
        settings.ROOT_URLCONF = tuple(place["urlpatterns"])
        return wire()(path=target, query=query)

    return asked


def test_the_first_example_serves(asked):
    answer = asked(run(PYTHON[0]), "/media/photo.png")
    assert (answer.status, answer.body) == (200, BYTES)
    assert answer["content-security-policy"] == headers.POLICY


def test_the_permission_of_the_example_decides():
    may_read = run(PYTHON[1])["may_read"]

    def asked(user, path):
        request = RequestFactory().get("/")

        async def auser():
            return user

        request.auser = auser
        return asyncio.run(may_read(request, path))

    assert asked(User(pk=7), "invoices/7/a.pdf") is True
    assert asked(User(pk=7), "invoices/70/a.pdf") is False
    assert asked(AnonymousUser(), "invoices/None/a.pdf") is False


def test_the_link_of_the_example_opens_its_file(asked, settings):
    class Upload:
        name = "photo.png"

    place = run(PYTHON[2])
    assert asked(place, "/private/photo.png").status == 404
    target, _, query = place["link"](Upload, None).partition("?")
    assert asked(place, target, query).body == BYTES


def test_the_page_shows_the_block_that_is_written():
    block = next(text for language, text in BLOCKS if language == "nginx")
    assert block == sendfile.nginx_location("/protected/", "/srv/shop/media")


def test_the_page_lists_every_option_and_its_default():
    section = PAGE.partition("## Options")[2].partition("##")[0]
    rows = dict(re.findall(r"^\| `(\w+)` \| (`.+?`|see above) \|", section, re.MULTILINE))
    own = {name for name in vars(MediaView) if name in MediaView.__annotations__}
    assert set(rows) == own - {"http_method_names"}
    del rows["inline"]
    defaults = {name: f"`{getattr(MediaView, name)!r}`".replace("'", '"') for name in rows}
    assert rows == defaults


def test_the_page_lists_every_type_and_what_becomes_of_it():
    rows = re.findall(r"^\| ((?:`\w+` )+)\| .+ \| (shown|played|saved).* \|$", PAGE, re.MULTILINE)
    listed = {name: fate for names, fate in rows for name in re.findall(r"`(\w+)`", names)}
    assert set(listed) == set(headers.TYPES)
    assert {name for name, fate in listed.items() if fate != "saved"} == headers.INLINE


@pytest.mark.parametrize(
    "text",
    [
        f"at most {files.MAX_PATH:,} characters",
        f"At most {headers.MAX_NAME} characters",
        f"at most {ranges.MAX_RANGES}.",
        f"{files.CHUNK // 1024} kB for each answer",
        f"up to {links.MAX_AGE // 86_400} days",
        f"more than {links.SKEW} seconds",
        f"max_age={links.DEFAULT_AGE}",
        headers.POLICY,
        headers.PLAYER_POLICY,
    ],
)
def test_the_page_tells_the_limits(text):
    assert text in PAGE
