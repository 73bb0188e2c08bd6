from __future__ import annotations

import json
import os
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

import security
from security.grade import cookies
from security.policy.csp.parse import read

SOURCE = str(Path(security.__file__).parents[1])
SCRIPT = Path(__file__).with_name("suggesting.py")
ROUNDS = 2
GRADES = ["--fail-under", "A+"]

DEPLOYED = '\nDEBUG = False\nALLOWED_HOSTS = ["shop.example"]\n'
SHOP = '\nINSTALLED_APPS += ["shop"]\n'
URLS = """
from django.contrib import admin
from django.shortcuts import render
from django.urls import path


def home(request):
    return render(request, "shop/home.html")


urlpatterns = [path("", home), path("admin/", admin.site.urls)]
"""
HOME = """{% load static %}<!doctype html><html lang="en"><title>Shop</title>
<link rel="stylesheet" href="{% static 'shop/shop.css' %}"><p>Tea and mugs.</p>
"""
FILES = f"""{HOME}<script src="{{% static 'shop/shop.js' %}}"></script>
<style>p {{ color: green }}</style><img src="data:image/gif," alt="">
"""
INLINE = f"{HOME}<script>document.title += '!'</script>\n"
PROCESSOR = """
TEMPLATES[0]["OPTIONS"]["context_processors"].append("security.context_processors.csp")
"""


class Site:
    """A project of a user, in a folder of its own; everything runs in processes of their own."""

    def __init__(self, folder, *, settings="", home=None):
        self.folder = folder
        self.python("-m", "django", "startproject", "shop", ".")
        self.settings = folder / "shop" / "settings.py"
        self.append(settings)
        if home is not None:
            self.append(SHOP)
            (folder / "shop" / "urls.py").write_text(URLS)
            template = folder / "shop" / "templates" / "shop" / "home.html"
            template.parent.mkdir(parents=True)
            template.write_text(home)
        subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True)

    def append(self, text):
        with self.settings.open("a", encoding="utf-8") as file:
            file.write(text)

    def python(self, *arguments, check=True):
        variables = {"PYTHONPATH": SOURCE, "DJANGO_SETTINGS_MODULE": "shop.settings"}
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=self.folder,
            env={**os.environ, **variables},
            capture_output=True,
            text=True,
            check=check,
        )

    def manage(self, *arguments, check=True):
        return self.python("manage.py", *arguments, check=check)

    def suggest(self, *arguments):
        return self.python(str(SCRIPT), *arguments).stdout

    def grades(self):
        return {path: page[0] for path, page in json.loads(self.suggest("now")).items()}

    def follow(self):
        """Apply what is suggested, and tell whether that was anything."""
        patch = self.suggest("patch")
        if patch:
            command = ["git", "apply", "-"]
            subprocess.run(command, cwd=self.folder, input=patch, text=True, check=True)
            self.manage("migrate", "--verbosity=0")
        return bool(patch)


class Code(HTMLParser):
    """What of a page a policy may stop: inline code, and the addresses of scripts and styles."""

    def __init__(self, text):
        super().__init__()
        self.inline, self.scripts, self.styles = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        named = dict(attrs)
        self.inline += [name for name in named if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and "src" not in named):
            self.inline.append(tag)
        if tag == "script" and "src" in named:
            self.scripts.append((named["src"], named.get("nonce")))
        if tag == "link" and named.get("rel") == "stylesheet":
            self.styles.append(named["href"])


def is_allowed(page):
    """Tell whether the policy of a page lets through all that the page is made of."""
    _, headers, text = page
    policy, code = read(headers["Content-Security-Policy"]), Code(text)
    scripts, styles = policy.values("script-src"), policy.values("style-src")
    nonces = {nonce for _, nonce in code.scripts if nonce}
    for source, nonce in code.scripts:
        assert source.startswith("/")
        assert "'self'" in scripts or f"'nonce-{nonce}'" in scripts
    assert len(nonces) <= 1
    assert all(href.startswith("/") for href in code.styles)
    assert not code.styles or "'self'" in styles
    return not code.inline


BARE = {
    "of-startproject": {},
    "with-a-home-page": {"settings": DEPLOYED, "home": HOME},
    "with-files-and-styles": {"settings": DEPLOYED, "home": FILES},
}


@pytest.fixture
def site(request, tmp_path):
    made = Site(tmp_path, **BARE[request.param])
    made.manage("migrate", "--verbosity=0")
    return made


@pytest.mark.parametrize("site", BARE, indirect=True)
def test_the_advice_leads_to_the_best_grade_in_two_rounds_and_the_site_goes_on_working(site):
    before = site.grades()
    assert before.keys() >= {"/admin/", "/admin/login/"}
    assert "A+" not in before.values()
    rounds = 0
    while rounds < ROUNDS and site.follow():
        rounds += 1
    done = site.manage("gradesite", *GRADES, check=False)
    assert (done.returncode, done.stderr.count("Traceback")) == (0, 0), done.stdout
    site.manage("check", "--fail-level", "ERROR")

    paths = ["/"] if (site.folder / "shop" / "templates").exists() else []
    pages = json.loads(site.suggest("use", *paths))
    assert pages.pop("login")[0] == 302
    assert {path: page[0] for path, page in pages.items()} == dict.fromkeys(pages, 200)
    assert "logout" in pages["/admin/"][2]
    assert is_allowed(pages["/admin/login/"])
    assert is_allowed(pages["/admin/"])
    assert all(Code(page[2]).styles for page in pages.values())


def essence(lines):
    """Return header lines without what differs from one answer to the next."""
    kept = {}
    for name, value in lines:
        if name == "Set-Cookie":
            kept.setdefault(name, []).append(cookies.read(value))
        elif name not in {"Content-Length", "Expires"}:
            kept.setdefault(name, []).append(value)
    return kept


@pytest.mark.parametrize("site", ["with-files-and-styles"], indirect=True)
def test_the_forecast_has_the_headers_that_the_site_sends_once_the_advice_is_taken(site):
    forecast = json.loads(site.suggest("after"))
    assert site.follow()
    sent = json.loads(site.suggest("now"))
    assert forecast.keys() <= sent.keys()
    pages = {path: page for path, page in forecast.items() if page[1] == 200}
    assert len(pages) >= 2
    for path, (grade, status, lines) in pages.items():
        assert (grade, status) == tuple(sent[path][:2])
        assert essence(lines) == essence(sent[path][2])


def test_inline_code_is_mended_by_the_command_of_the_advice_and_then_the_grade_is_the_best(
    tmp_path,
):
    site = Site(tmp_path, settings=DEPLOYED, home=INLINE)
    site.manage("migrate", "--verbosity=0")
    work = site.python(str(SCRIPT), "patch").stderr
    assert "'manage.py csp inline --fix'" in work
    assert site.follow()
    assert site.grades()["/"] == "B+"
    site.append(PROCESSOR)
    site.manage("csp", "inline", "--fix")
    assert site.follow()
    assert set(site.grades().values()) == {"A+"}
    page = json.loads(site.suggest("use", "/"))["/"]
    (nonce,) = [
        word
        for word in read(page[1]["Content-Security-Policy"]).values("script-src")
        if word.startswith("'nonce-")
    ]
    assert f'<script nonce="{nonce[7:-1]}">' in page[2]
