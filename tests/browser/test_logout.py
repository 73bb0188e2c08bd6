from __future__ import annotations

import pytest
from playwright.sync_api import expect
from tests.browser.servers import BARE, SHOP
from tests.browser.visitor import sign_in, sign_out

pytestmark = pytest.mark.requires("chromium")

LEAVE = """() => {
  localStorage.setItem("draft", "kept");
  document.cookie = "draft=kept; Secure; Path=/";
}"""
LEFT = """() => ({
  storage: localStorage.getItem("draft"),
  cookie: document.cookie.includes("draft=kept"),
})"""


@pytest.mark.parametrize(
    ("site", "left"),
    [
        pytest.param(SHOP, {"storage": None, "cookie": False}, id="shop"),
        pytest.param(BARE, {"storage": "kept", "cookie": True}, id="without the header"),
    ],
)
def test_signing_out_takes_what_scripts_had_kept(page, site, left):
    sign_in(page, site, "alice")
    page.evaluate(LEAVE)
    page.goto(site + "/accounts/profile/")
    assert page.evaluate(LEFT) == {"storage": "kept", "cookie": True}
    sign_out(page)
    assert page.evaluate(LEFT) == left


def test_signing_out_leaves_no_cookie_behind(page, context):
    def kept(site):
        sign_in(page, site, "alice")
        assert "__Host-sessionid" in {cookie["name"] for cookie in context.cookies(site)}
        sign_out(page)
        return [cookie["name"] for cookie in context.cookies(site)]

    assert kept(SHOP) == []
    assert kept(BARE) == ["__Host-csrftoken"]


@pytest.mark.parametrize("path", ["/accounts/profile/", "/accounts/orders/"])
def test_back_does_not_show_a_private_page_after_signing_out(page, path):
    def back(site, to):
        sign_in(page, site, "alice")
        page.goto(site + path)
        page.evaluate("window.stamp = 1")
        sign_out(page)
        page.go_back(wait_until="commit")
        expect(page).to_have_url(site + to)
        return page.evaluate("window.stamp ?? null"), "BW-0000" in page.inner_text("main")

    assert back(SHOP, to=f"/accounts/login/?next={path}") == (None, False)
    assert back(BARE, to=path) == (1, True)
