from __future__ import annotations

import pytest
from tests.grade.advising.advised import (
    INLINE,
    READY,
    SITE,
    STRICT,
    a_site,
    advice_for,
    lines,
    work_on,
)
from tests.grade.exchanges import a_page, an_exchange

from security.grade.advice.advise import advise
from security.grade.advice.change import PRESET, Advice, Assign, Change, settings_overrides
from security.grade.advice.improved import improved
from security.grade.card import grade
from security.grade.exchange import Exchange, Reply


@pytest.mark.parametrize(
    ("body", "what"),
    {
        INLINE: "an inline script without a nonce",
        '<p onclick="buy()">': "a handler such as onclick=",
        '<a href="javascript:buy()">': "a javascript: link",
        '<img src="https://cdn.test/a.png">': "files of other sites",
        '<iframe src="/map/"></iframe>': "a frame or a plug-in",
        '<script nonce="" src="/a.js"></script>': "an empty nonce",
    }.items(),
    ids=["script", "handler", "link", "image", "frame", "nonce"],
)
def test_a_page_that_the_strict_preset_would_break_gets_the_balanced_one(body, what):
    advice = advice_for(a_site(body))
    assert lines(advice)[PRESET] == "balanced"
    (text,) = work_on(advice, "csp-implemented-with-unsafe-inline")
    assert what in text
    assert text.endswith("; then take the strict preset.")


def test_inline_code_is_work_with_the_command_that_helps():
    (text,) = work_on(advice_for(a_site(INLINE)), "csp.MISSING_DIRECTIVES")
    assert "'manage.py csp inline --fix'" in text
    assert advice_for(a_site(INLINE)).work[0].docs == "csp_inline.md"


def test_once_the_pages_are_ready_the_strict_preset_takes_the_place_of_the_balanced():
    first = advice_for(a_site(INLINE))
    after = improved(a_site("<script nonce='a'>basket()</script>"), first)
    held = {**SITE, **settings_overrides(first)}
    second = advise(grade(after), after, installed=held)
    assert lines(second)[PRESET] == "strict"
    assert grade(improved(after, second)).observatory.grade == "A+"


def test_pages_that_need_a_little_more_get_it_beside_the_preset():
    body = '<script src="/a.js"></script><style>p {}</style><img src="data:image/gif,">'
    advice = advice_for(a_site(body))
    additions = {
        "SECURITY_CSP_REMOVE": {"script-src": ["'strict-dynamic'"]},
        "SECURITY_CSP_ADD": {"script-src": ["'self'"], "img-src": ["data:"]},
        "SECURITY_CSP_REPLACE": {"style-src": ["'self'", "'unsafe-inline'"]},
    }
    assert lines(advice) == {**STRICT, **additions}
    after = improved(a_site(body), advice)
    words = after.response.value("content-security-policy").split("; ")
    assert {"script-src 'self'", "style-src 'self' 'unsafe-inline'"} <= set(words)
    assert grade(after).observatory.grade == "A+"


def test_all_pages_of_a_site_count():
    pages = [a_site(), a_site(INLINE)]
    advice = advise([grade(page) for page in pages], pages, installed=SITE)
    assert lines(advice)[PRESET] == "balanced"


def test_a_page_of_an_error_needs_nothing():
    page = a_site()
    error = Exchange("shop.test", Reply(500, page.response.headers, a_page(INLINE)))
    advice = advise([grade(page), grade(error)], [page, error], installed=SITE)
    assert lines(advice)[PRESET] == "strict"


ADMIN = '<script src="/static/admin/js/theme.js"></script>'


def test_the_scripts_of_the_admin_need_no_exception_of_the_project():
    advice = advice_for(a_site(ADMIN))
    assert lines(advice) == STRICT
    policy = improved(a_site(ADMIN), advice).response.value("content-security-policy")
    assert "script-src 'self';" in policy


POLICY = {"default-src": ["'self'"], "script-src": ["'self'", "'unsafe-inline'"]}
TEXT = "default-src 'self'; script-src 'self' 'unsafe-inline'; form-action 'self'"


def test_a_policy_of_the_project_is_edited_and_not_replaced():
    best = an_exchange(Content_Security_Policy=TEXT)
    advice = advice_for(best, {**READY, "SECURE_CSP": POLICY})
    parts = lines(advice)
    assert parts["SECURITY_CSP_REMOVE"] == {"script-src": ["'unsafe-inline'"]}
    assert parts["SECURITY_CSP_REPLACE"] == {"frame-ancestors": ["'none'"]}
    assert PRESET not in parts
    assert grade(improved(best, advice)).observatory.grade == "A+"


def test_parts_of_a_policy_that_the_project_has_are_its_own_to_change():
    own = {**READY, "SECURE_CSP": POLICY, "SECURITY_CSP_REMOVE": {"img-src": ["data:"]}}
    advice = advice_for(an_exchange(Content_Security_Policy=TEXT), own)
    assert "SECURITY_CSP_REMOVE" not in lines(advice)
    (text,) = work_on(advice, "csp.SCRIPT_UNSAFE_INLINE")
    assert text == 'Add {"script-src": ["\'unsafe-inline\'"]} to your SECURITY_CSP_REMOVE.'


def test_inline_code_of_the_page_keeps_unsafe_inline_in_the_policy():
    best = an_exchange(Content_Security_Policy=TEXT, body=a_page(INLINE))
    advice = advice_for(best, {**READY, "SECURE_CSP": POLICY})
    assert "SECURITY_CSP_REMOVE" not in lines(advice)
    assert "csp inline --fix" in work_on(advice, "csp.SCRIPT_UNSAFE_INLINE")[0]


def test_a_policy_that_the_project_turned_off_is_its_own_to_turn_on():
    best = an_exchange(without="Content-Security-Policy")
    advice = advice_for(best, {**READY, "SECURE_CSP": None})
    assert not advice.changes
    assert work_on(advice, "csp.missing") == ["Write the policy as a header: SECURE_CSP."]
    asleep = advice_for(a_site(), {**SITE, "SECURE_CSP": None})
    assert not improved(a_site(), asleep).response.has("content-security-policy")


@pytest.mark.parametrize(("option", "end"), [("SAMEORIGIN", "'self'"), (None, "")])
def test_the_policy_of_the_preset_says_of_frames_what_the_project_says(option, end):
    preset = Change(Assign(PRESET, "strict"), (), "None.", "presets.md")
    after = improved(a_site(), Advice((preset,), installed={"X_FRAME_OPTIONS": option}))
    policy = after.response.value("content-security-policy")
    assert policy.partition("frame-ancestors ")[2] == end


def test_a_site_that_nobody_knows_keeps_its_frames():
    site = a_site(X_Frame_Options="SAMEORIGIN")
    policy = improved(site, advise(grade(site), site)).response.value("content-security-policy")
    assert policy.endswith("frame-ancestors 'self'")
