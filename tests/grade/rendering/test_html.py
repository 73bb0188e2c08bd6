from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import path
from tests.grade.exchanges import chain
from tests.grade.rendering.cards import EVIL, Stream, card, everything, hostile, refused, written

from security import cli
from security.grade.card import grade
from security.grade.exchange import Exchange, Reply
from security.grade.finding import Severity
from security.grade.render import html
from security.grade.render.html_style import STYLE, STYLE_HASH

LOADING = {"src", "srcset", "data", "background", "poster", "action", "formaction", "style", "ping"}


def page(request):
    return HttpResponse(written(html.write, [card(), hostile()]))


urlpatterns = [path("", page)]


class Seen(HTMLParser):
    """The tags, attributes and words of a page, and whether each end has a beginning."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.words, self.open = [], [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, *pair) for pair in attrs]
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


def seen(cards):
    return Seen(written(html.write, cards))


@pytest.mark.parametrize("number", [0, 1, 2, -1])
def test_the_page_holds_nothing_that_runs_or_loads(number):
    cards = [[], [hostile()], [hostile(), refused()], everything()][number]
    found = seen(cards)
    assert found.open == []
    assert not {"script", "link", "img", "iframe", "form", "object", "base"} & set(found.tags)
    assert not LOADING & {name for _, name, _ in found.attributes}
    assert not [name for _, name, _ in found.attributes if name.startswith("on")]
    links = [value for tag, name, value in found.attributes if (tag, name) == ("a", "href")]
    assert all(re.fullmatch(r"#site-\d+", link) for link in links)


def test_a_stranger_s_text_can_be_read():
    assert "<script>alert(1)</script>" in "".join(seen([hostile()]).words)
    assert written(html.write, [hostile()]).isascii()
    assert "\x1b" not in written(html.write, [hostile()])


def test_the_page_s_own_policy_allows_its_style_and_nothing_else():
    text = written(html.write, [card()])
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="(.*?)"', text)
    own = "base-uri 'none'; form-action 'none'"
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; {own}"
    assert (style, f"'sha256-{digest}'") == (STYLE, STYLE_HASH)


def test_every_link_of_the_summary_leads_somewhere():
    found = seen(everything())
    ids = [value for _, name, value in found.attributes if name == "id"]
    links = [value[1:] for tag, name, value in found.attributes if tag == "a" and name == "href"]
    assert len(links) == len(everything())
    assert links == ids


def test_the_summary_stands_first_and_has_every_grade():
    text = written(html.write, [card(150, "a.test"), card(80, "b.test"), refused()])
    assert "<title>Security of 3 sites</title>" in text
    summary = text.partition("</table>")[0]
    assert re.findall(r'class="grade \w+">([^<]+)', summary) == ["A+", "B+", "not graded"]
    assert text.count("<details>") == 3


def test_one_site_needs_no_summary():
    text = written(html.write, [card(80, "b.test")])
    assert "<h1>Security of b.test</h1>" in text
    assert "<details>" not in text


def test_no_site_is_said():
    assert "<p>Nothing was graded.</p>" in written(html.write, [])


def test_every_verdict_and_finding_is_on_the_page():
    one = card(55)
    words = "".join(seen([one]).words)
    for verdict in one.observatory.verdicts:
        assert verdict.result in words
    for finding in one.findings:
        assert finding.message in words
        assert finding.hint in words
    assert one.observatory.arithmetic in words


def test_a_site_with_endless_findings_is_cut():
    one = hostile()
    many = one.__class__(EVIL, one.observatory, one.securityheaders, one.findings * 999)
    assert "more, of less weight, are not shown." in written(html.write, [many])


def test_no_card_is_held_and_a_long_page_waits_on_disk(monkeypatch):
    monkeypatch.setattr(html, "MAX_IN_MEMORY", 1000)
    cards = Stream(200)
    assert written(html.write, cards).count("<details>") == 200
    assert cards.most <= 4


STRICT = {
    "ROOT_URLCONF": __name__,
    "MIDDLEWARE": ["security.middleware.SecurityMiddleware"],
    "SECURITY_PRESET": "strict",
    "SECURITY_CSP_ADD": {"style-src": [STYLE_HASH]},
    "ALLOWED_HOSTS": ["shop.test"],
}


def test_the_page_passes_its_own_grade():
    with override_settings(**STRICT):
        response = Client().get("/", secure=True, headers={"host": "shop.test"})
    reply = Reply(200, tuple(response.headers.items()), response.content.decode())
    site = chain("http://shop.test/", "https://shop.test/")
    one = grade(Exchange("shop.test", reply, http=site))
    assert STYLE_HASH in response["Content-Security-Policy"]
    assert one.observatory.grade == "A+"
    assert [found for found in one.findings if found.severity >= Severity.MEDIUM] == []


def test_the_command_writes_it(capsys):
    sample = Path("tests/data/observatory-sample.json")
    cli.main(["grade", "--recorded", str(sample), "--format=html"])
    assert "<title>Security of 104 sites</title>" in capsys.readouterr().out
