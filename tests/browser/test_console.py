from __future__ import annotations

import pytest
from playwright.sync_api import expect
from tests.browser.servers import PASSWORD, SHOP
from tests.browser.visitor import give_credentials, sign_in, sign_out
from tests.browser.watch import crawl

pytestmark = pytest.mark.requires("chromium")

PRIVATE = {"/accounts/orders/", "/accounts/password/", "/accounts/profile/", "/upload/"}


def test_the_watch_hears_every_kind_of_complaint(watch, page):
    page.goto(SHOP + "/test/noise/")
    kinds = [complaint.partition(" ")[0] for complaint in watch.heard(page)]
    assert set(kinds) == {"error", "exception", "failure", "violation", "warning"}
    assert len(set(watch.violations)) == 2  # an inline script, a picture of another site
    assert any("missing.png" in complaint for complaint in watch.complaints)


def test_the_watch_forgives_only_the_missing_page_itself(watch, page):
    page.goto(SHOP + "/test/nothing/")
    assert watch.heard(page) == []
    page.goto(SHOP + "/")
    page.evaluate("fetch('/test/nothing/')")
    assert len(watch.heard(page)) == 1


def test_no_page_makes_the_console_of_a_stranger_speak(watch, page):
    statuses = crawl(page, SHOP + "/")
    assert watch.heard(page) == []
    assert {path for path in statuses if path.startswith("/pieces/")} >= {"/pieces/tide-mug/"}
    assert {statuses.pop("/no-such-shelf/"), statuses.pop("/oops/")} == {404, 500}
    assert set(statuses.values()) == {200}


def test_no_page_makes_the_console_of_a_customer_speak(watch, page):
    sign_in(page, SHOP, "alice")
    statuses = crawl(page, SHOP + "/")
    assert watch.heard(page) == []
    assert set(statuses) >= PRIVATE


def test_buying_is_quiet_and_the_scripts_of_the_shop_run(watch, page):
    page.goto(SHOP + "/about/")
    page.get_by_role("link", name="The kiln yard").click()
    expect(page.locator("#place-kiln")).to_have_class("chosen")
    page.get_by_role("button", name="Use the dark colours").click()
    page.goto(SHOP + "/pieces/tide-mug/")
    page.get_by_label("How many?").fill("2")
    expect(page.locator("#total")).to_contain_text("2 for")
    page.get_by_role("button", name="Put in the basket").click()
    count = page.get_by_label("How many of Tide Mug?")
    count.fill("3")
    with page.expect_navigation():
        count.press("Tab")  # the form sends itself
    expect(page.locator("#basket-count")).to_contain_text("3")
    page.get_by_role("link", name="Sign in to order").click()
    give_credentials(page, "alice", PASSWORD)
    page.get_by_role("button", name="Place the order").click()
    expect(page.locator(".messages")).to_contain_text("We have started to wrap")
    sign_out(page)
    assert watch.heard(page) == []


def test_sending_a_photo_is_quiet(watch, page):
    sign_in(page, SHOP, "alice")
    page.goto(SHOP + "/upload/")
    photo = page.screenshot()  # a real picture
    for name, content, answer in (
        ("table.txt", b"soup", "Please choose a JPEG"),
        ("table.png", photo, "We look at every photo"),
    ):
        page.get_by_label("Which piece is it?").select_option(index=1)
        page.get_by_label("Your photo").set_input_files(
            {"name": name, "mimeType": "image/png", "buffer": content}
        )
        page.get_by_role("button", name="Send the photo").click()
        expect(page.locator("body")).to_contain_text(answer)
    assert watch.heard(page) == []


def test_a_wrong_and_a_first_and_a_new_password_are_quiet(watch, page):
    page.goto(SHOP + "/accounts/login/")
    give_credentials(page, "newcomer", "a gull")
    expect(page.locator(".errorlist")).to_be_visible()
    give_credentials(page, "newcomer", PASSWORD)
    for old, where in (("a gull", "password"), (PASSWORD, "profile")):
        page.goto(SHOP + "/accounts/orders/")  # not before the first password is changed
        expect(page).to_have_url(f"{SHOP}/accounts/password/")
        page.locator("[name=old_password]").fill(old)
        page.locator("[name=new_password1]").fill(f"new {PASSWORD}")
        page.locator("[name=new_password2]").fill(f"new {PASSWORD}")
        page.get_by_role("button", name="Change it").click()
        expect(page).to_have_url(f"{SHOP}/accounts/{where}/")
    assert watch.heard(page) == []


def test_a_refused_form_is_quiet(watch, page, context):
    page.goto(SHOP + "/accounts/login/")
    context.clear_cookies()
    give_credentials(page, "alice", PASSWORD)
    expect(page.get_by_role("heading")).to_have_text("We could not tell who sent that.")
    assert watch.heard(page) == []
