from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.reports.corpus import captures

from security.reports.browsers import Browser, classify

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "browser"),
    [
        (f"Mozilla/5.0 (X11) {WEBKIT} Chrome/156.0.0.0 Safari/537.36", Browser("Chrome", 156)),
        (f"Mozilla/5.0 (X11) {WEBKIT} HeadlessChrome/156.0 Safari/537.36", Browser("Chrome", 156)),
        (f"Mozilla/5.0 {WEBKIT} Chrome/156.0 Safari/537.36 Edg/156.0", Browser("Edge", 156)),
        (f"Mozilla/5.0 {WEBKIT} Chrome/156.0 Safari/537.36 OPR/120.1", Browser("Opera", 120)),
        (f"Mozilla/5.0 {WEBKIT} SamsungBrowser/28.0 Chrome/130.0 Mobile Safari/537.36",
         Browser("Samsung Internet", 28)),
        ("Mozilla/5.0 (X11; rv:153.0) Gecko/20100101 Firefox/153.0", Browser("Firefox", 153)),
        (f"Mozilla/5.0 (iPhone) {WEBKIT} FxiOS/149.0 Mobile Safari/605.1", Browser("Firefox", 149)),
        (f"Mozilla/5.0 (iPhone) {WEBKIT} CriOS/150.0 Mobile Safari/604.1", Browser("Chrome", 150)),
        (f"Mozilla/5.0 (Macintosh) {WEBKIT} Version/26.1 Safari/605.1.15", Browser("Safari", 26)),
        (f"Mozilla/5.0 (iPhone) {WEBKIT} Mobile/15E148 [FBAN/FBIOS;FBAV/500.0.0]",
         Browser("Facebook app", 500)),
        (f"Mozilla/5.0 (iPhone) {WEBKIT} Mobile/15E148 Instagram 437.2.0",
         Browser("Instagram app", 437)),
        ("Mozilla/5.0 (Windows NT 10.0; Trident/7.0; rv:11.0) like Gecko",
         Browser("Internet Explorer", 7)),
        ("curl/8.0", Browser("", 0)),
        ("", Browser("", 0)),
        ("Safari", Browser("Safari", 0)),
    ],
)  # fmt: skip
def test_a_user_agent_tells_family_and_major_version(user_agent, browser):
    assert classify(user_agent) == browser


@given(st.text())
def test_the_text_of_a_browser_reads_as_that_browser(text):
    for user_agent in (text, f"Firefox/{text}", f"Version/{text} Safari/1"):
        browser = classify(user_agent)
        assert classify(str(browser)) == browser


def test_every_browser_of_the_corpus_is_recognised():
    agents = {found.about["headers"]["User-Agent"] for found in captures()}
    assert {str(classify(agent)) for agent in agents} == {"Chrome 156", "Firefox 153", "Safari 60"}
