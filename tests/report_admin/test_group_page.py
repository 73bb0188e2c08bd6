from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.html import escape
from tests.report_admin.conftest import FRONT, LIST, SUGGEST, page_of, shown
from tests.report_admin.rows import HOST, POLICY, SITE, entry, fill

from security.models import ReportExemplar, ReportGroup, ReportPolicy
from security.report_admin.group import policy_lines
from security.report_admin.pages_of_site import page_of as view_of
from security.report_admin.words import in_words
from security.reports.report import Disposition, Kind

MOST_QUERIES = 16
URLS = "tests.report_admin.urls"
HOSTILE = (
    "<script>alert(1)</script>",
    "\"><img src=x onerror='alert(1)'>",
    "</script><script>alert(1)</script>",
    "{% csrf_token %}{{ request }}",
    "%(what)s %s {0}",
    "&lt;b&gt;",
)
TURNED = "https://safe.example/\N{RIGHT-TO-LEFT OVERRIDE}gpj.exe\N{ZERO WIDTH SPACE}"


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_what_was_reported_is_never_markup(editor, group, text):
    one = group(
        subject=text,
        blocked=text,
        document=text,
        source=text,
        sample=text,
        referrer=text,
        user_agent=text,
        policy=f"default-src {text}",
        details=((text, text),),
        row={"host": text, "browsers": [text], "rule": text[:64], "pack": text[:64]},
    )
    for page in (FRONT, LIST, SUGGEST, page_of(one), f"{FRONT}{one.pk}/history/"):
        found = shown(editor, page)
        for sign in ("alert(1)</script>", "<img src=x", "<b>", "{% csrf"):
            assert sign not in found.replace(escape(sign), ""), page
    assert escape(text) in shown(editor, page_of(one))


def test_a_name_of_a_kind_is_never_markup_in_a_chart(viewer, group):
    group(kind="</script><script>", row={"verdict": "kept"})
    from tests.report_admin.test_dashboard import counted

    counted(ReportGroup.objects.get(), h1=3)
    page = shown(viewer, FRONT)
    assert "\\u003C/script\\u003E\\u003Cscript\\u003E" in page
    assert "</script><script>" not in page


@pytest.mark.parametrize("page", ["front", "list", "group"])
def test_a_text_that_turns_the_line_round_is_shown_as_an_escape(viewer, group, page):
    one = group(blocked=TURNED, document=TURNED, row={"blocked": TURNED, "document": TURNED})
    found = shown(viewer, {"front": FRONT, "list": LIST, "group": page_of(one)}[page])
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in found
    assert "\N{ZERO WIDTH SPACE}" not in found
    assert "\\u202egpj.exe" in found


def test_a_long_address_is_shown_in_part_where_there_are_many(viewer, group):
    long = "https://long.example/" + "x" * 3000
    group(row={"blocked": long, "document": "/" + "y" * 3000})
    for page in (FRONT, LIST):
        found = shown(viewer, page)
        assert "x" * 200 in found
        assert "x" * 400 not in found
        assert "y" * 400 not in found


def test_the_page_tells_what_was_kept(viewer, group):
    one = group(
        subject="script-src-elem",
        blocked="inline",
        document=f"{SITE}/about/",
        source=f"{SITE}/about/",
        line=88,
        column=3,
        sample="window.kiln = 1",
        details=(("phase", "load"),),
    )
    found = shown(viewer, page_of(one))
    assert "A script written into the page was blocked." in found
    for text in (f"{SITE}/about/:88:3", "window.kiln = 1", "phase", HOST, "Chrome 156"):
        assert text in found


def test_a_report_that_cannot_be_read_any_more_is_told(viewer, group):
    one = group()
    ReportExemplar.objects.update(text="{}")
    assert "This report cannot be read any more." in shown(viewer, page_of(one))


def test_the_verdict_is_explained_by_its_rule(viewer, group):
    one = group(blocked="chrome-extension")
    assert one.verdict == "noise"
    found = shown(viewer, page_of(one))
    assert one.rule in found
    assert "Chromium extensions" in found
    assert "An extension, an app or a program on the visitor&#x27;s machine did it." in found


def test_a_rule_that_is_not_known_is_named_all_the_same(viewer, group):
    found = shown(viewer, page_of(group(row={"verdict": "noise", "rule": "house-rule"})))
    assert "house-rule" in found
    assert "not in the built-in pack" in found


@pytest.mark.parametrize(
    ("subject", "marked"),
    [
        ("script-src-elem", "script-src 'nonce-removed' 'strict-dynamic'"),
        ("img-src", "img-src 'self'"),
        ("media-src", "default-src 'none'"),
        ("navigate-to", None),
    ],
)
def test_the_directive_that_was_violated_is_marked(group, subject, marked):
    found = policy_lines(group(subject=subject))
    assert "; ".join(line.text for line in found) == POLICY
    assert [line.text for line in found if line.violated] == ([marked] if marked else [])


def test_a_group_without_policy_example_and_host_has_a_page(viewer):
    now = timezone.now()
    one = ReportGroup.objects.create(
        fingerprint="f" * 32, kind="csp-violation", verdict="kept", first_seen=now, last_seen=now
    )
    found = shown(viewer, page_of(one))
    assert "No report was kept whole." in found
    assert "The reports did not name it." in found


def test_the_overflow_says_what_it_is(viewer, group):
    found = shown(viewer, page_of(group(row={"overflow": True})))
    assert "Reports beyond the number of new violations" in found
    assert "Add to the policy" not in found


@pytest.mark.parametrize("kind", [*Kind, "made-up"])
def test_every_kind_has_a_sentence(group, kind):
    for blocked in ("", "https://a.example", "inline", "eval", "self"):
        for disposition in Disposition:
            one = ReportGroup(
                kind=kind, subject="script-src", blocked=blocked, disposition=disposition.value
            )
            words = in_words(one)
            assert words[0].isupper() or words.startswith(blocked)
            assert words.endswith(".")
            assert "%" not in words


@pytest.mark.parametrize(
    ("members", "words"),
    [
        (("img-src", "data"), "An image from data was blocked."),
        (("trusted-src", "wasm-eval"), "WebAssembly that was to be compiled was blocked."),
        (("style-src-attr", "inline"), "A style attribute was blocked."),
        (("frame-ancestors", ""), "Another site tried to frame the page; it was blocked."),
        (("made-up-src", "self"), "made-up-src of the page's own origin was blocked."),
    ],
)
def test_words_say_what_happened(members, words):
    subject, blocked = members
    assert in_words(ReportGroup(kind="csp-violation", subject=subject, blocked=blocked)) == words


@pytest.mark.parametrize(
    ("path", "view", "name", "templates"),
    [
        ("/plain/<int>/", "plain", "plain", ("letters/plain.html",)),
        ("/plain/<int:pk>/", "plain", "plain", ("letters/plain.html",)),
        ("/wrapped/<slug>/", "plain", "wrapped", ("letters/plain.html",)),
        ("/partial/<uuid>/", "plain", "", ("letters/plain.html",)),
        ("/person/<int>/", "Person", "person", ("auth/user_detail.html",)),
        ("/about/", "TemplateView", "about", ("about.html",)),
        ("/letter/<path>", "Letter", "", ("letters/a.html", "letters/b.html")),
        ("/year/<year>/", "plain", "year", ("letters/plain.html",)),
        ("/bell/", "Bell", "", ()),
        ("/inbox/", "empty", "security_reports", ()),
    ],
)
def test_a_template_of_a_path_leads_to_the_view_and_its_templates(
    settings, path, view, name, templates
):
    settings.ROOT_URLCONF = URLS
    found = view_of(path)
    assert found is not None
    assert found.view.endswith(f".{view}")
    assert found.templates == templates
    assert found.name == name or (not name and found.name.startswith(("tests.", "functools.")))


@pytest.mark.parametrize("path", ["", "about:blank", "/nothing/", "/plain/<int>", "/" + "x" * 9999])
def test_what_is_no_page_of_the_site_leads_nowhere(settings, path):
    settings.ROOT_URLCONF = URLS
    assert view_of(path) is None


def test_the_view_is_on_the_page(viewer, group, settings):
    settings.ROOT_URLCONF = URLS
    found = shown(viewer, page_of(group(document=f"{SITE}/plain/<int>/")))
    assert "tests.report_admin.urls.plain" in found
    assert "letters/plain.html" in found


def test_a_converter_that_raises_leaves_the_view_out(viewer, group, settings):
    settings.ROOT_URLCONF = URLS
    found = shown(viewer, page_of(group(document=f"{SITE}/known/<known>/")))
    assert "tests.report_admin.urls" not in found


def test_the_number_of_queries_does_not_grow(viewer):
    fill()
    with CaptureQueriesContext(connection) as asked:
        shown(viewer, page_of(ReportGroup.objects.order_by("-count")[0]))
    assert len(asked) <= MOST_QUERIES


def test_policies_are_listed_with_their_time(viewer, group):
    group()
    now = timezone.now()
    times = {"first_seen": now - timedelta(days=9), "last_seen": now}
    ReportPolicy.objects.create(digest="a" * 32, text="img-src *", count=12345, **times)
    found = shown(viewer, FRONT)
    assert "2 versions were violated." in found
    assert "12,345" in found


def test_an_entry_written_by_the_helper_is_a_whole_one():
    assert entry().judgement.verdict == "unknown"
