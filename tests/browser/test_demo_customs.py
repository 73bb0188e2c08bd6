"""The customs house of the demo: every attack through its form, and what is shown afterwards."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from demo.customs.samples import ATTACKS, SAMPLES
from demo.customs.verdict import Verdict, search
from playwright.sync_api import expect
from tests.browser.servers import SHOP
from tests.browser.visitor import until

pytestmark = pytest.mark.requires("chromium")

HALL = f"{SHOP}/customs/"
AXE = Path(__file__).parent.parent / "data/axe-core-4.14.1/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RUN = """(rules) => axe.run(document, {runOnly: rules}).then((found) => found.violations.map(
  (one) => one.id + ": " + one.nodes.map((node) => node.html + node.failureSummary).join("\\n")))"""
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
HIDING = [sample for sample in ATTACKS if sample.expected == Verdict.HARMLESS]
of_name = {"ids": lambda sample: sample.name}


def send(page, sample):
    """Click on the sample's button; the form sends it, and the visitor arrives at its card."""
    page.goto(HALL)
    card = page.locator(f"#sample-{sample.slug}")
    with page.expect_navigation():
        card.get_by_role("button", name="Send it").click()
    expect(page).to_have_url(f"{HALL}#sample-{sample.slug}")
    return card


def declare(page, name, media_type, content):
    """Choose a file of one's own and send it, as everybody does."""
    page.get_by_label("A file of yours").set_input_files(
        {"name": name, "mimeType": media_type, "buffer": content}
    )
    page.get_by_role("button", name="Hand it over").click()


def seal(page, sample, seconds=""):
    """Send a sample under seal, and return the address that opens it."""
    page.goto(HALL)
    page.get_by_label("Seal it").check()
    page.locator(f"#sample-{sample.slug}").get_by_role("button", name="Send it").click()
    expect(page).to_have_url(f"{HALL}#sample-{sample.slug}")
    page.goto(f"{HALL}?for={seconds}#ashore")
    return SHOP + page.get_by_role("link", name="Open the seal").get_attribute("href")


def complaints(watch, page):
    """Return those of the hall; a picture that is opened alone is Chromium's own page."""
    alone = re.compile(rf"\w+ at {HALL}(?:files|private)/")
    return [complaint for complaint in watch.heard(page) if not alone.match(complaint)]


def status(page, address):
    """Return how the site answers this visitor, in a tab of its own."""
    tab = page.context.new_page()
    answer = tab.goto(address).status
    tab.close()
    return answer


def test_a_click_sends_a_sample_and_its_verdict_is_shown(watch, page):
    seen = {}
    for sample in SAMPLES.values():
        card = send(page, sample)
        seen[sample.name] = card.get_attribute("data-verdict"), card.locator(".stamp").inner_text()
        if sample.expected == Verdict.REFUSED:
            expect(card.locator(".rule")).to_have_text(re.compile(r"^[a-z]+\.[a-z_]+$"))
    assert seen == {
        sample.name: (sample.expected, sample.expected.label.upper()) for sample in SAMPLES.values()
    }
    assert watch.heard(page) == []


@pytest.mark.parametrize("sample", HIDING, **of_name)
def test_what_a_picture_hid_is_not_in_the_bytes_that_are_served(page, sample):
    assert search(sample.content, sample.name).things
    send(page, sample)
    picture = page.locator("#ashore img")
    picture.scroll_into_view_if_needed()
    until(page, lambda: picture.evaluate("(image) => image.naturalWidth") == 480)
    address = SHOP + picture.get_attribute("src")
    assert search(page.goto(address).body(), address).things == ()
    assert page.evaluate("self.origin") == "null"


def test_all_attacks_at_once_and_none_gets_through(watch, page):
    page.goto(HALL)
    page.get_by_role("button", name="Send all 15").click()
    tally = "15 of 15 sent: 11 refused, 4 made harmless, none got through."
    expect(page.locator("#tally")).to_have_text(tally, timeout=60_000)
    expect(page.locator(".log li")).to_have_count(11)
    expect(page.locator(".goods")).to_have_count(4)
    page.wait_for_load_state("networkidle")  # nothing that is thrown away is still asked for
    page.get_by_role("button", name="Throw away all that I sent").click()
    expect(page.locator("#verdict")).to_have_count(0)
    assert watch.heard(page) == []


def test_a_file_of_one_s_own_is_shown_and_nobody_else_gets_it(watch, page, chromium):
    page.goto(SHOP)
    photo = page.screenshot()  # a real picture
    page.goto(HALL)
    declare(page, "My table.PNG", "image/png", photo)
    expect(page).to_have_url(f"{HALL}#verdict")
    expect(page.locator("#verdict .stamp")).to_have_text("Let ashore")
    picture = page.get_by_alt_text("My_table.png, as it is kept")
    address = SHOP + picture.get_attribute("src")
    assert status(page, address) == 200
    stranger = chromium.new_context()
    assert status(stranger.new_page(), address) == 404
    stranger.close()
    assert complaints(watch, page) == []


def test_a_refusal_says_why_and_a_large_file_is_told_before_it_is_sent(watch, page):
    page.goto(HALL)
    warning = page.get_by_role("alert")
    expect(warning).to_be_hidden()
    chosen = {"name": "a.txt", "mimeType": "text/plain", "buffer": b"a" * 8_388_609}
    page.get_by_label("A file of yours").set_input_files(chosen)
    expect(warning).to_be_visible()
    page.get_by_role("button", name="Hand it over").click()
    expect(page.locator("#verdict .rule")).to_have_text("size.most")
    expect(page.locator("#verdict .because")).to_contain_text("8 MB")
    assert watch.heard(page) == []


def test_the_form_needs_no_script(chromium):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(HALL)
    expect(page.get_by_role("button", name="Send")).to_have_count(0)
    sample = SAMPLES["smuggled-crest-svg"]
    with page.expect_download() as saved:
        page.get_by_role("button", name=f"Save it {sample.name}").click()
    assert saved.value.suggested_filename == sample.name
    assert saved.value.path().read_bytes() == sample.content
    declare(page, sample.name, sample.media_type, sample.content)
    expect(page.locator("#verdict .stamp")).to_have_text("Refused")
    context.close()


def test_a_document_is_saved_under_its_name(page):
    send(page, SAMPLES["honest-letter-pdf"])
    with page.expect_download() as saved:
        page.get_by_role("link", name="Open honest-letter.pdf").click()
    assert saved.value.suggested_filename == "honest-letter.pdf"
    assert saved.value.path().read_bytes() == SAMPLES["honest-letter-pdf"].content


def test_a_recording_is_played(watch, page):
    send(page, SAMPLES["honest-silence-mp3"])
    page.get_by_role("link", name="Open honest-silence.mp3").click()
    player = page.locator("video, audio")
    until(page, lambda: player.evaluate("(player) => player.duration") > 3)
    assert complaints(watch, page) == []


def test_a_part_of_a_file_is_asked_for_and_its_headers_are_shown(watch, page):
    send(page, SAMPLES["smuggled-sunset-png"])
    page.get_by_text("How it is served").click()
    told = page.locator("#ashore dl")
    expect(told).to_contain_text("status 206: 89 50 4e 47 0d 0a 1a 0a")
    expect(told).to_contain_text(re.compile(r"bytes 0-15/\d+"))
    expect(told).to_contain_text("default-src 'none'; sandbox")
    expect(told).to_contain_text('inline; filename="smuggled-sunset.png"')
    assert watch.heard(page) == []


def test_a_sealed_file_opens_for_who_has_the_link(watch, page, chromium):
    address = seal(page, SAMPLES["honest-photo-jpg"])
    expect(page.locator("[data-expires] span")).to_contain_text("more seconds")
    stranger = chromium.new_context()
    other = stranger.new_page()
    assert status(other, address) == 200
    plain = urlsplit(address)._replace(query="").geturl()
    assert {status(other, plain), status(page, plain), status(other, address[:-1])} == {404}
    stranger.close()
    assert complaints(watch, page) == []


def test_a_link_expires_and_a_longer_one_does_not(watch, page):
    longer = seal(page, SAMPLES["honest-tide-webp"], seconds=600)
    page.goto(f"{HALL}?for=10#ashore")
    link = page.get_by_role("link", name="Open the seal")
    address = SHOP + link.get_attribute("href")
    assert urlsplit(address).path == urlsplit(longer).path
    expect(page.locator("[data-expires] span")).to_contain_text("expired")
    until(page, lambda: status(page, address) == 404)
    assert status(page, longer) == 200
    assert complaints(watch, page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_read_it(chromium, scheme):
    context = chromium.new_context(viewport=WIDE, color_scheme=scheme, reduced_motion="reduce")
    page = context.new_page()
    for slug in ("smuggled-fog-jpg", "smuggled-form-pdf"):
        send(page, SAMPLES[slug])
    seal(page, SAMPLES["honest-prices-csv"])
    page.evaluate(AXE.read_text(encoding="utf-8"))
    assert page.evaluate(RUN, RULES) == []
    context.close()


def test_nothing_hangs_over_the_edge_of_a_phone(chromium):
    context = chromium.new_context(viewport=PHONE, is_mobile=True)
    page = context.new_page()
    for slug in ("smuggled-fog-jpg", "smuggled-offer-docx", "honest-shed-zip"):
        send(page, SAMPLES[slug])
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    context.close()
