from __future__ import annotations

import pytest
from tests.browser.servers import BARE, EVIL, SHOP
from tests.browser.visitor import until, with_text

pytestmark = pytest.mark.requires("chromium")

REFUSED = "chrome-error://chromewebdata/"


@pytest.fixture
def framed(page):
    """Return where a frame ends up that another site, or the same, has made."""

    def framed(url, by):
        page.goto(with_text(by, "frame", url))
        until(page, lambda: page.frames[1].url not in {"", "about:blank"})
        return page.frames[1].url

    return framed


@pytest.mark.parametrize("path", ["/", "/accounts/login/", "/admin/login/", "/no-such-shelf/"])
def test_another_site_cannot_frame_a_page(framed, path):
    assert framed(SHOP + path, by=EVIL) == REFUSED
    assert framed(BARE + path, by=EVIL) == BARE + path


@pytest.mark.parametrize("site", [SHOP, EVIL], ids=["itself", "another site"])
def test_the_shop_frames_nothing(framed, site):
    assert framed(site + "/about/", by=SHOP) == REFUSED
    assert framed(BARE + "/about/", by=BARE) == BARE + "/about/"
