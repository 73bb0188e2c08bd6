"""Every hostile upload, stored as it was sent and served by us, in a real browser: none runs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import BrowserContext, Error, Page
from tests.browser.chromium import running
from tests.browser.servers import SHOP, Servers, serving
from tests.uploads.corpus.browser_files import paths
from tests.uploads.corpus.hostile import hostile

from security.uploads.serve.headers import shown

pytestmark = pytest.mark.requires("chromium")

BATCH = 25  # files in one page
PATIENCE = 60_000  # milliseconds for one page, on a busy machine
QUIET = 300  # milliseconds; a script that runs does so at once
WAYS = ("frame", "object", "embed", "picture", "script", "module", "style")
LEAST_GUESSED = 30  # files that a careless site runs although nobody asked it to


@pytest.fixture(scope="module")
def chromium(tmp_path_factory):
    folder = tmp_path_factory.mktemp("corpus")
    with (
        serving(folder, "tests.uploads.corpus.browser_site", ".example.test") as server,
        running(Servers(server, server)) as browser,
    ):
        yield browser


def running_files() -> list[int]:
    """Return the numbers of those that a browser runs, if a site sends them as they want."""
    return [number for number, file in enumerate(hostile()) if file.runs_as]


class Thief:
    """What scripts did in the origin of the site: a line in the console, a request, a cookie."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        self.seen: set[str] = set()
        context.on("console", lambda message: self.seen.add(message.text.removeprefix("/stolen")))

    def loot(self, page: Page) -> set[str]:
        """Return whom a script ran for, and the cookie and the key that it left."""
        page.wait_for_timeout(QUIET)
        page.goto(f"{SHOP}/loot/")
        told = set(page.evaluate("JSON.parse(document.body.innerText).stolen"))
        cookies = {cookie["name"] for cookie in self.context.cookies(SHOP)}
        kept = {"cookie"} if "stolen" in cookies else set()
        kept |= {"key"} if page.evaluate("'stolen' in localStorage") else set()
        return {text for text in self.seen if text.startswith("/")} | told | kept

    def numbers(self) -> set[int]:
        """Return the files whose script ran."""
        found = (re.match(r"/\w+/(\d+)/", text) for text in self.seen)
        return {int(match[1]) for match in found if match}


@pytest.fixture
def context(chromium):
    """Return a visitor who saves nothing: a page of the corpus offers a hundred files."""
    context = chromium.new_context(accept_downloads=False)
    context.set_default_timeout(PATIENCE)
    yield context
    context.close()


@pytest.fixture
def thief(context):
    return Thief(context)


def batches(numbers: Iterable[int]) -> Iterator[str]:
    """Yield the numbers as a page takes them."""
    left = list(numbers)
    while left:
        yield ",".join(map(str, left[:BATCH]))
        left = left[BATCH:]


def embed(page: Page, kind: str, numbers: Iterable[int], ways: str, *, said: bool = False) -> None:
    for batch in batches(numbers):
        page.goto(f"{SHOP}/host/{kind}/?files={batch}&ways={ways}{'&as=1' if said else ''}")


def test_each_file_that_can_run_does_on_a_careless_site(page, thief):
    embed(page, "bare", running_files(), "frame", said=True)
    assert {"cookie", "key"} < thief.loot(page)
    assert [
        hostile()[number].id for number in running_files() if number not in thief.numbers()
    ] == []


def test_a_careless_site_runs_many_that_it_guesses_the_type_of(page, thief):
    embed(page, "bare", running_files(), "frame,object,script")
    assert {"cookie", "key"} < thief.loot(page)
    assert len(thief.numbers()) >= LEAST_GUESSED


def test_no_page_of_the_site_runs_one_by_embedding(page, thief):
    embed(page, "media", running_files(), ",".join(WAYS))
    assert thief.loot(page) == set()


def test_no_page_of_the_site_runs_one_of_those_that_no_browser_is_known_to_run(page, thief):
    others = [number for number, file in enumerate(hostile()) if not file.runs_as]
    for start, way in enumerate(WAYS):  # each file in one of the ways
        embed(page, "media", others[start :: len(WAYS)], way)
    assert thief.loot(page) == set()


@pytest.mark.parametrize(("kind", "ways"), [("open", "frame,object"), ("kept", "frame,script")])
def test_no_page_runs_one_where_more_is_shown_or_another_type_is_stored(page, thief, kind, ways):
    embed(page, kind, running_files(), ways)
    assert thief.loot(page) == set()


def open_alone(page: Page, number: int) -> str:
    """Return "shown" or, where the browser saves the file or cannot read it, what it says."""
    try:
        page.goto(f"{SHOP}/media/{quote(paths()[number])}")
    except Error as error:
        return error.message
    return "shown"


def test_what_a_visitor_opens_is_saved_or_has_no_origin(page, thief):
    for number in running_files():
        said = open_alone(page, number)
        if shown(paths()[number]).is_inline:
            assert said == "shown", hostile()[number].id
            assert page.evaluate("document.scripts.length") == 0
            is_played = shown(paths()[number]).media_type.startswith(("audio/", "video/"))
            assert page.evaluate("self.origin") == (SHOP if is_played else "null")
        else:
            assert "Download is starting" in said, hostile()[number].id
    assert thief.loot(page) == set()
