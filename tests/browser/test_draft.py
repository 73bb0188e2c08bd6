from __future__ import annotations

import subprocess
import sys

import pytest
from playwright.sync_api import expect
from tests.browser.servers import PASSWORD, SHOP, Servers, serving
from tests.browser.visitor import give_credentials, sign_in, sign_out
from tests.browser.watch import crawl
from tests.demo.running import MANAGE, PATIENCE, ROOT, environment

pytestmark = pytest.mark.requires("chromium")

READY = """import django; django.setup()
from demo import prepare; prepare.build_tables(); prepare.let_people_in()"""
PATHS = {"PYTHONPATH": f"{ROOT}:{ROOT / 'src'}", "DJANGO_SETTINGS_MODULE": "demo.settings"}
DRAFT = (MANAGE, "csp", "draft", "--user", "alice", "--user", "admin")


@pytest.fixture(scope="module")
def servers(tmp_path_factory):
    """Return the shop, twice, with the drafted policy in place of the preset's."""
    folder = tmp_path_factory.mktemp("drafted")
    variables = environment(folder) | PATHS
    for command in (("-c", READY), DRAFT):
        done = subprocess.run(
            [sys.executable, *command],
            env=variables,
            stdout=subprocess.PIPE,
            text=True,
            timeout=PATIENCE,
            check=True,
        )
    (folder / "drafted_policy.py").write_text(done.stdout)
    with serving(folder, "tests.browser.drafted", ".example.test") as shop:
        yield Servers(shop, shop)


def test_the_shop_sends_the_drafted_policy(page):
    policy = page.goto(SHOP + "/").headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'nonce-")
    assert "manifest-src" not in policy  # the preset has it; the shop does not need it


def test_the_drafted_policy_is_enforced(watch, page):
    page.goto(SHOP + "/test/noise/")
    watch.heard(page)
    assert len(set(watch.violations)) == 2  # an inline script, a picture of another site


def test_the_drafted_policy_breaks_no_page_for_a_stranger(watch, page):
    statuses = crawl(page, SHOP + "/")
    assert watch.heard(page) == []
    assert {"/", "/about/", "/basket/", "/pieces/tide-mug/", "/accounts/login/"} <= set(statuses)


def test_the_drafted_policy_breaks_no_page_for_a_customer_who_buys(watch, page):
    page.goto(SHOP + "/pieces/tide-mug/")
    page.get_by_label("How many?").fill("2")
    expect(page.locator("#total")).to_contain_text("2 for")
    page.get_by_role("button", name="Put in the basket").click()
    page.get_by_role("link", name="Sign in to order").click()
    give_credentials(page, "alice", PASSWORD)
    page.get_by_role("button", name="Place the order").click()
    expect(page.locator(".messages")).to_contain_text("We have started to wrap")
    sign_out(page)
    sign_in(page, SHOP, "alice")
    assert "/accounts/orders/" in crawl(page, SHOP + "/")
    assert watch.heard(page) == []


def test_the_drafted_row_breaks_no_page_of_the_admin(watch, page):
    page.goto(SHOP + "/admin/")
    give_credentials(page, "admin", PASSWORD)
    statuses = crawl(page, SHOP + "/admin/")
    assert watch.heard(page) == []
    assert {"/admin/", "/admin/shop/product/add/"} <= set(statuses)
