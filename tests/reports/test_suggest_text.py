from __future__ import annotations

import ast
import json
from datetime import date
from functools import partial

from hypothesis import given
from hypothesis import strategies as st
from tests.policy.strategies import any_text, law

from security.policy.csp import ContentSecurityPolicy
from security.policy.csp.vocabulary import NONCE
from security.reports.evidence import Violation
from security.reports.replay import Outcome, replay
from security.reports.suggest import suggest
from security.reports.suggest_advice import Advice
from security.reports.suggest_text import difference, objects, text

PAGE = "https://shop.example/basket/"
SELF = ContentSecurityPolicy.parse("default-src 'self'; object-src 'none'; base-uri 'none'")
STRICT = ContentSecurityPolicy.from_mapping(
    {"script-src": [NONCE, "'strict-dynamic'"], "object-src": ["'none'"], "base-uri": ["'none'"]}
)
seen = partial(Violation, document=PAGE, count=5, pages=("/basket/",), browsers=("Firefox",))

EXAMPLE = (
    seen(
        "img-src",
        "https://cdn.example",
        count=1_204,
        pages=("/a/", "/b/", "/c/", "/d/", "/e/"),
        first_seen=date(2026, 11, 1),
        last_seen=date(2026, 11, 6),
    ),
    seen("script-src-attr", "inline", count=3),
    seen("base-uri", "https://evil.example/"),
    seen("img-src", "https://shop.example/old.png", key="f1"),
)


def test_the_change_is_written_as_a_difference_of_the_settings():
    assert (
        text(suggest(SELF, EXAMPLE))
        == """\
--- SECURE_CSP
+++ SECURE_CSP (suggested)
@@ -9,3 +9,7 @@
         CSP.NONE,
     ],
+    "img-src": [
+        CSP.SELF,
+        "https://cdn.example",  # 1,204 reports, 5 pages, 1 browser, 6 days: on /a/, /b/, /c/ and 2 more
+    ],
 }

# Use a nonce or hash:
# - script-src-attr inline: 3 reports, 1 page, 1 browser, on /basket/. Replace the on... attribute
#   by addEventListener() in a script.

# Probably an attack or noise: do not add:
# - base-uri https://evil.example: 5 reports, 1 page, 1 browser, on /basket/. An injected <base>
#   moves the page's relative URLs to another server.

# Already fixed:
# - img-src https://shop.example/old.png: 5 reports, 1 page, 1 browser, on /basket/. Allowed by
#   'self'.
"""  # noqa: E501 - as it is written for people
    )


def test_the_suggestion_is_json():
    found = json.loads(objects(suggest(SELF, EXAMPLE)))
    assert found["changed"] is True
    assert found["SECURE_CSP"]["img-src"] == ["'self'", "https://cdn.example"]
    assert [line["advice"] for line in found["lines"]] == [
        "add source",
        "use a nonce or hash",
        "probably an attack or noise: do not add",
        "already fixed",
    ]
    assert found["lines"][3]["groups"] == ["f1"]
    assert found["lines"][0] | {"pages": []} == {
        "advice": "add source",
        "directive": "img-src",
        "source": "https://cdn.example",
        "why": "",
        "reports": 1_204,
        "pages": [],
        "browsers": ["Firefox"],
        "days": 6,
        "visitors": None,
        "groups": [],
        "warnings": [],
    }


def test_nothing_to_change_is_said_in_one_line():
    assert text(suggest(SELF, [])) == "# No change of SECURE_CSP is suggested.\n"
    assert json.loads(objects(suggest(SELF, [])))["changed"] is False


def test_a_long_list_of_what_not_to_add_is_cut_for_people():
    violations = [seen("img-src", f"https://10.0.0.{n}/") for n in range(150)]
    written = text(suggest(SELF, violations))
    assert written.count("An IP address") == 100
    assert "# ... and 50 more." in written


def test_directives_without_values_and_the_nonce_are_written_as_settings():
    current = ContentSecurityPolicy.from_mapping(
        {"img-src": [NONCE], "upgrade-insecure-requests": True}
    )
    assert difference(suggest(current, [seen("img-src", "https://cdn.example")]))[3:] == [
        '     "img-src": [',
        "         CSP.NONCE,",
        '+        "https://cdn.example",  # 5 reports, 1 page, 1 browser: on /basket/',
        "     ],",
        '     "upgrade-insecure-requests": True,',
    ]


hostile = st.builds(
    Violation,
    st.sampled_from(["img-src", "script-src-elem", "style-src-attr", "form-action", "base-uri"])
    | any_text(),
    st.sampled_from(["inline", "eval", "data", "https://cdn.example", "https://a.test/\n*"])
    | any_text(),
    st.sampled_from([PAGE, "about", "http://shop.example/"]) | any_text(),
    count=st.integers(0, 10**9),
    pages=st.lists(any_text(), max_size=3).map(tuple),
    browsers=st.lists(any_text(), max_size=3).map(tuple),
    policy=any_text(),
    source_file=any_text(),
    sample=any_text(),
    noise=st.sampled_from(["", "", "toolbar"]),
)


@law
@given(st.lists(hostile, max_size=6), st.sampled_from([SELF, STRICT]))
def test_whatever_is_reported_the_output_is_comments_around_valid_settings(violations, current):
    suggestion = suggest(current, violations)
    written = text(suggestion)
    assert written.isascii()
    parts = written.split("\n\n")
    for line in "\n".join(parts[1:]).splitlines():
        assert line.startswith("#") or not line
    json.loads(objects(suggestion))
    after = [line[1:] for line in difference(suggestion) if line[:1] in "+ "][1:]
    assert all(line.isprintable() for line in after)


@law
@given(st.lists(hostile, max_size=6), st.sampled_from([SELF, STRICT]))
def test_a_suggestion_lets_through_what_it_says_and_adds_nothing_unsafe(violations, current):
    suggestion = suggest(current, violations)
    groups = [group for line in suggestion.of(Advice.ADD) for group in line.groups]
    for found in replay(str(suggestion.proposed), groups):
        assert found.outcome is Outcome.ALLOWED
    for directive in suggestion.proposed.directives:
        fresh = set(directive.values) - set(current.get(directive.name) or ())
        assert not fresh & {"'unsafe-inline'", "'unsafe-eval'", "*", "https:", "http:"}
    assert len([one for line in suggestion.lines for one in line.groups]) == len(violations)


def test_the_settings_after_the_change_are_valid_python():
    suggestion = suggest(SELF, [seen("img-src", f"https://h{n}.example") for n in range(9)])
    lines = [line[1:] for line in difference(suggestion)[3:] if line[0] in "+ "]
    start = lines.index('    "img-src": [')
    ast.parse("{\n" + "\n".join(lines[start:]))


def test_what_lint_says_of_a_source_is_in_the_json():
    found = json.loads(
        objects(suggest(SELF, [seen("script-src-elem", "https://cdn.jsdelivr.net")]))
    )
    [warning] = found["lines"][0]["warnings"]
    assert warning.pop("message")
    assert warning == {
        "type": "SCRIPT_ALLOWLIST_BYPASS",
        "severity": "HIGH",
        "directive": "script-src",
        "value": "https://cdn.jsdelivr.net",
    }
