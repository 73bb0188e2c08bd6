from __future__ import annotations

import pytest
from tests.browser import csp_frames, csp_pairs, csp_pairs_code
from tests.browser.csp_frames import Frame
from tests.browser.csp_pairs import HTTP, HTTPS, frames

from security.policy.csp.match import Request, allows

pytestmark = pytest.mark.requires("chromium")

TOPICS = {
    **csp_pairs.TOPICS,
    "scripts": csp_pairs_code.scripts,
    "styles": csp_pairs_code.styles,
}


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    with csp_frames.running(tmp_path_factory.mktemp("frames")) as shown:
        yield shown


@pytest.mark.parametrize("topic", TOPICS)
def test_chromium_decides_the_same(shown, topic):
    rows = list(frames(TOPICS[topic]()))
    differing = []
    for site in (HTTP, HTTPS):
        mine = [(frame, row) for frame, row in rows if frame.site == site]
        seen = shown.show(site, [frame for frame, _ in mine])
        for (_, row), one in zip(mine, seen, strict=True):
            assert one.shown
            for pair in row:
                blocked = pair.violation in one.heard
                ours = not allows(pair.policy, pair.request).allowed
                if blocked != ours:
                    where = f"{pair.site}: {pair.policy} | {pair.request.url}"
                    differing.append(f"{where} | Chromium {'blocks' if blocked else 'allows'}")
    assert differing == []


ANCESTORS = ["'none'", "'self'", "*", "top.test", "http://top.test", "https:", "http:", "*.test"]
ANCESTORS += ["top.test:80", "top.test/path", "'self' top.test", "page.test", "top.test:8080"]


@pytest.mark.parametrize("top", [HTTP, "http://top.test", "http://top.test:8080"])
def test_chromium_lets_the_same_ancestors_frame_a_page(shown, top):
    policies = [f"frame-ancestors {sources}" for sources in ANCESTORS] + ["default-src 'none'"]
    seen = shown.show(top, [Frame(HTTP, policy, embedded=True) for policy in policies])
    for policy, one in zip(policies, seen, strict=True):
        decision = allows(policy, Request("frame-ancestors", top, HTTP))
        assert (policy, decision.allowed) == (policy, one.shown)


def test_more_than_two_hundred_pairs_are_compared():
    pairs = [pair for topic in TOPICS.values() for pair in topic()]
    assert len({(one.site, one.policy, one.request) for one in pairs}) > 1000
