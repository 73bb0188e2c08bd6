from __future__ import annotations

import pytest
from tests.browser.servers import BARE, EVIL, SHOP
from tests.browser.visitor import with_text

pytestmark = pytest.mark.requires("chromium")

HARBOUR = {"latitude": 50.1, "longitude": -5.5}
DENIED = 1  # GeolocationPositionError.PERMISSION_DENIED

WHERE = """new Promise(done => navigator.geolocation.getCurrentPosition(
  position => done(position.coords.latitude), error => done({code: error.code})))"""
FILM = """navigator.mediaDevices.getUserMedia({video: true}).then(
  stream => stream.getVideoTracks().length, error => error.name)"""


@pytest.fixture
def referer(page):
    """Return the Referer that a server sees after a click."""

    def referer(start, end):
        page.goto(with_text(start, "link", end + "/test/landing/"))
        page.get_by_text("Follow").click()
        page.wait_for_url(end + "/test/landing/")
        return page.locator("#referer").inner_text(), page.evaluate("document.referrer")

    return referer


def test_another_site_does_not_learn_where_a_visitor_came_from(referer):
    assert referer(SHOP, EVIL) == ("", "")
    assert referer(BARE, EVIL) == (BARE + "/", BARE + "/")


def test_the_shop_itself_learns_where_a_visitor_came_from(referer):
    address = with_text(SHOP, "link", SHOP + "/test/landing/")
    assert referer(SHOP, SHOP) == (address, address)


@pytest.fixture
def generous(context):
    """Return a page of a visitor who lets every site look."""
    context.grant_permissions(["geolocation", "camera"])
    context.set_geolocation(HARBOUR)
    return context.new_page()


@pytest.mark.parametrize("feature", ["camera", "geolocation", "microphone", "payment", "usb"])
def test_no_page_may_use_a_feature_that_no_shop_needs(page, feature):
    def is_allowed(site):
        page.goto(site + "/")
        return page.evaluate("name => document.featurePolicy.allowsFeature(name)", feature)

    assert is_allowed(SHOP) is False
    assert is_allowed(BARE) is True


def test_no_page_learns_where_the_visitor_is(generous):
    generous.goto(SHOP + "/")
    assert generous.evaluate(WHERE) == {"code": DENIED}
    generous.goto(BARE + "/")
    assert generous.evaluate(WHERE) == HARBOUR["latitude"]


def test_no_page_switches_the_camera_on(generous):
    generous.goto(SHOP + "/")
    assert generous.evaluate(FILM) == "NotAllowedError"
    generous.goto(BARE + "/")
    assert generous.evaluate(FILM) == 1


@pytest.fixture
def opened(page):
    """Return what the opening and the opened window know of each other."""

    def opened(url, by):
        page.goto(by + "/test/landing/")
        with page.expect_popup() as popup:
            page.evaluate("url => { window.child = window.open(url); }", url)
        popup.value.wait_for_load_state()
        known = popup.value.evaluate("window.opener !== null"), not page.evaluate("child.closed")
        popup.value.close()
        return known

    return opened


def test_a_site_that_opens_the_shop_keeps_no_hold_of_its_window(opened):
    assert opened(SHOP + "/", by=EVIL) == (False, False)
    assert opened(BARE + "/", by=EVIL) == (True, True)


def test_a_site_that_the_shop_opens_gets_no_hold_of_its_window(opened):
    assert opened(EVIL + "/", by=SHOP) == (False, False)
    assert opened(EVIL + "/", by=BARE) == (True, True)


def test_windows_of_the_shop_know_each_other(opened):
    assert opened(SHOP + "/", by=SHOP) == (True, True)
