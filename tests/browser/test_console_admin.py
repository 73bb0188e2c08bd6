from __future__ import annotations

import pytest
from playwright.sync_api import expect
from tests.browser.servers import PASSWORD, SHOP
from tests.browser.visitor import give_credentials
from tests.browser.watch import crawl, shape

pytestmark = pytest.mark.requires("chromium")

ADMIN = SHOP + "/admin/"
MODELS = ("auth/group", "auth/user", "shop/order", "shop/photo", "shop/product")
NO_ADDING = "/admin/shop/photo/add/"
PAGES = {
    f"/admin/{model}/{page}"
    for model in MODELS
    for page in ("", "add/", "0/change/", "0/delete/", "0/history/")
} - {NO_ADDING}


@pytest.fixture
def admin(watch, page):
    """Return the stockroom with somebody in it who may do everything."""
    page.goto(ADMIN)
    give_credentials(page, "admin", PASSWORD)
    return page


def save(page):
    with page.expect_navigation():
        page.locator("[name=_save]").first.click()
    expect(page.locator(".messagelist .success")).to_be_visible()


def test_no_page_of_the_admin_makes_the_console_speak(watch, admin):
    admin.goto(ADMIN + "auth/group/add/")
    admin.locator("#id_name").fill("Throwers")
    save(admin)
    admin.goto(SHOP + "/upload/")
    admin.get_by_label("Which piece is it?").select_option(index=1)
    photo = {"name": "table.png", "mimeType": "image/png", "buffer": admin.screenshot()}
    admin.get_by_label("Your photo").set_input_files(photo)
    admin.get_by_role("button", name="Send the photo").click()
    statuses = crawl(admin, ADMIN)
    assert watch.heard(admin) == []
    assert set(statuses.values()) == {200}
    visited = {shape(path)[0] for path in statuses}
    assert visited >= PAGES | {"/admin/", "/admin/shop/", "/admin/password_change/"}


def test_editing_a_product_is_quiet(watch, admin):
    admin.goto(ADMIN + "shop/product/add/")
    admin.locator("#id_name").press_sequentially("Fog Horn")
    expect(admin.locator("#id_slug")).to_have_value("fog-horn")  # a script of the admin
    admin.locator("#id_kind").select_option("home")
    for name in ("summary", "story", "size"):
        admin.locator(f"#id_{name}").fill("Loud.")
    admin.locator("#id_price_cents").fill("9900")
    admin.locator("#id_glaze").fill("not a colour")
    admin.locator("[name=_save]").first.click()
    expect(admin.locator(".errornote")).to_be_visible()
    admin.locator("#id_glaze").fill("#445566")
    save(admin)
    admin.goto(ADMIN + "shop/product/?q=fog")
    admin.locator("[name=form-0-available]").uncheck()
    save(admin)
    admin.locator(".action-select").first.check()
    admin.locator("[name=action]").first.select_option("delete_selected")
    admin.locator("[name=index]").first.click()
    admin.get_by_role("button", name="Yes, I\N{RIGHT SINGLE QUOTATION MARK}m sure").click()
    expect(admin.locator(".messagelist .success")).to_be_visible()
    assert watch.heard(admin) == []


def test_the_widgets_of_an_order_are_quiet(watch, admin):
    admin.goto(ADMIN + "shop/order/add/")
    with admin.expect_popup() as popup:
        admin.locator("#lookup_id_customer").click()
    popup.value.wait_for_load_state()  # until then a link is but a link
    popup.value.get_by_role("link", name="alice").click()
    expect(admin.locator("#id_customer")).to_have_value(r"2")
    admin.locator("#calendarlink0").click()
    admin.locator("#calendarin0 td a").first.click()
    admin.locator("#clocklink0").click()
    admin.locator("#clockbox0 li a").first.click()
    admin.locator(".add-row a, .addlink[role=button]").last.click()
    admin.locator(".select2-selection").first.click()
    admin.locator(".select2-search__field").fill("mug")
    admin.locator(".select2-results__option", has_text="Tide Mug").click()
    admin.locator("#id_lines-0-price_cents").fill("2400")
    save(admin)
    assert watch.heard(admin) == []


def test_choosing_permissions_is_quiet(watch, admin):
    admin.goto(ADMIN + "auth/group/add/")
    admin.locator("#id_name").fill("Glazers")
    admin.locator("#id_permissions_input").fill("product")
    admin.locator("#id_permissions_from option").first.click()
    admin.locator(".selector-add, #id_permissions_add_link").first.click()
    expect(admin.locator("#id_permissions_to option")).to_have_count(1)
    save(admin)
    admin.locator("#header .theme-toggle").click()
    assert watch.heard(admin) == []


def test_signing_out_of_the_admin_is_quiet(watch, admin):
    admin.locator("#logout-form button").click()
    expect(admin).to_have_url(SHOP + "/")
    assert watch.heard(admin) == []
