"""What an upload can do in a real browser: be seen, be saved, and nothing else."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import Error
from tests.browser.chromium import running
from tests.browser.servers import SHOP, Servers, serving
from tests.browser.visitor import until
from tests.uploads.serving.browser_files import FILES

pytestmark = pytest.mark.requires("chromium")

PAGES = ["page.html", "page.xhtml", "drawing.svg", "noname"]
WAYS = {
    "frame": '<iframe src="{}" width="99" height="99"></iframe>',
    "object": '<object data="{}" width="99" height="99"></object>',
    "embed": '<embed src="{}" width="99" height="99">',
    "picture": '<img src="{}" width="99" height="99">',
    "script": '<script src="{}"></script>',
    "module": '<script type="module" src="{}"></script>',
}
QUIET = 200  # milliseconds; a script that runs does so at once


@pytest.fixture(scope="module")
def chromium(tmp_path_factory):
    folder = tmp_path_factory.mktemp("uploads")
    with (
        serving(folder, "tests.uploads.serving.browser_site", ".example.test") as server,
        running(Servers(server, server)) as browser,
    ):
        yield browser


@pytest.fixture
def stolen(page, context):
    """Return a list of what scripts did in the origin of the site, and of requests for it."""
    asked = set()
    page.on("request", lambda request: asked.add(urlsplit(request.url).path))

    def stolen():
        page.wait_for_timeout(QUIET)
        kept = [cookie["name"] for cookie in context.cookies(SHOP) if cookie["name"] == "stolen"]
        return [page.title() == "RAN", bool(kept), "/stolen/" in asked]

    return stolen


NOTHING, EVERYTHING = [False, False, False], [True, True, True]


def address(kind, name):
    return f"{SHOP}/{kind}/{quote(name)}"


def visit(page, url):
    """Open an address; a file that is saved leaves the visitor where they were."""
    try:
        page.goto(url)
    except Error as error:
        if "Download is starting" not in error.message:
            raise
        return "saved"
    return "shown"


def embed(page, url, *ways):
    tags = "".join(WAYS[way].format(url) for way in ways)
    page.goto(f"{SHOP}/host/?tag={quote(tags)}")


@pytest.mark.parametrize("name", PAGES)
def test_a_careless_site_runs_the_script_of_an_upload(page, stolen, name):
    assert visit(page, address("bare", name)) == "shown"
    assert stolen() == EVERYTHING


@pytest.mark.parametrize("name", sorted(FILES), ids=ascii)
def test_no_upload_runs_a_script(page, stolen, name):
    visit(page, address("media", name))
    assert stolen() == NOTHING


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_saved(page, name):
    page.goto(f"{SHOP}/about/")
    assert visit(page, address("media", name)) == "saved"
    assert page.url == f"{SHOP}/about/"


@pytest.mark.parametrize("name", [*PAGES, "polyglot.gif", "words.txt"])
def test_a_page_that_is_shown_has_no_origin_and_no_script(page, stolen, name):
    assert visit(page, address("risky", name)) == "shown"
    assert stolen() == NOTHING
    assert page.evaluate("self.origin") == "null"
    with pytest.raises(Error, match="SecurityError"):
        page.evaluate("document.cookie")


def test_a_drawing_that_is_shown_is_drawn_and_runs_nothing(page, stolen):
    assert visit(page, address("open", "drawing.svg")) == "shown"
    assert stolen() == NOTHING
    assert page.evaluate("[document.documentElement.tagName, self.origin]") == ["svg", "null"]


@pytest.mark.parametrize("way", ["frame", "object", "embed"])
def test_a_careless_site_runs_an_upload_in_a_frame(page, stolen, way):
    embed(page, "/bare/page.html", way)
    assert stolen()[1:] == [True, True]


@pytest.mark.parametrize("kind", ["media", "open", "risky"])
@pytest.mark.parametrize("name", ["page.html", "drawing.svg", "polyglot.png", "words.txt"])
def test_no_page_of_the_site_runs_a_script_by_embedding(page, stolen, name, kind):
    embed(page, f"/{kind}/{name}", *WAYS)
    assert stolen() == NOTHING


@pytest.mark.parametrize("way", ["script", "module"])
def test_a_careless_site_runs_an_upload_as_its_script(page, stolen, way):
    embed(page, "/bare/code.js", way)
    assert stolen() == EVERYTHING


@pytest.mark.parametrize("name", ["code.js", "code.png", "polyglot.gif"])
def test_an_upload_is_no_script_of_the_site(page, stolen, name):
    embed(page, f"/media/{name}", "script", "module")
    assert stolen() == NOTHING


@pytest.mark.parametrize("name", ["pixel.png", "polyglot.png", "drawing.svg"])
def test_pictures_are_seen_in_the_pages_of_the_site(page, name):
    embed(page, f"/media/{name}", "picture")
    until(page, lambda: page.evaluate("document.images[0].complete"))
    assert page.evaluate("document.images[0].naturalWidth") > 0


def test_a_picture_is_seen_alone(page):
    assert visit(page, address("media", "pixel.png")) == "shown"
    assert page.evaluate("document.images[0].naturalWidth") == 1


def test_a_recording_is_heard_alone(page):
    assert visit(page, address("media", "sound.wav")) == "shown"
    until(page, lambda: page.evaluate("document.querySelector('video').readyState > 0"))
    assert page.evaluate("document.querySelector('video').duration") == 0.1


def test_the_browser_saves_a_file_under_its_name(page):
    name = "\u00e9t\u00e9 100%; \u65e5\u672c.html"
    with page.expect_download() as saved:
        visit(page, address("media", name))
    assert saved.value.suggested_filename == name
