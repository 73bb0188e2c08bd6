"""From a violation in a browser to the line of the settings that ends it, in the demo shop."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import expect
from tests.browser.chromium import running
from tests.browser.servers import SHOP, Servers, serving
from tests.browser.visitor import host, sign_in, until

pytestmark = pytest.mark.requires("chromium")

EVIL = "http://framing.other.test"
FRAME = f'<!doctype html><title>Evil</title><iframe src="{SHOP}/"></iframe>'.encode()
DASHBOARD = f"{SHOP}/admin/security/reportgroup/"
SITE = "tests.browser.site"
# The policy of the demo is that of its preset, so what is suggested is added to it.
APPLIED = "from tests.browser.site import *\nSECURITY_CSP_ADD = SECURITY_CSP_ADD | {!r}\n"
COMMAND = [sys.executable, "-m", "django", "csp", "suggest", "--format", "json"]
COMMAND += ["--min-reports", "1"]  # each violation happens once here, and counts once
SUGGESTED, NOTHING = 1, 0  # exit codes
PATIENCE = 60  # seconds for a command
WIDTH = 16  # pixels of the picture that /violation/ has in it
# Kept with the query and the nonces off: by which of the two policies of a page it came.
BY_NAME, BY_ADDRESS = "report-to csp", "report-uri /reports/"


@pytest.fixture(scope="module")
def framing():
    """Return the port of a server whose one page frames the shop."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(FRAME)))
            self.end_headers()
            self.wfile.write(FRAME)

        def log_message(self, *arguments): ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.fixture
def visit(tmp_path, framing):
    """Return a visit to the shop, run with some settings: a new browser, the same database."""

    def visit(settings, errand):
        rule = f"MAP {host(EVIL)}:80 127.0.0.1:{framing}"
        with (
            serving(tmp_path, settings, ".example.test") as shop,
            running(Servers(shop, shop), rule) as browser,
        ):
            page = browser.new_page()
            page.set_default_timeout(15_000)  # milliseconds
            return errand(page)

    return visit


@pytest.fixture
def suggested(tmp_path):
    """Return what ``manage.py csp suggest`` exits with and prints."""

    def suggested(settings):
        environment = {
            "DEMO_VAR": str(tmp_path),
            "DJANGO_SETTINGS_MODULE": settings,
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        }
        done = subprocess.run(
            COMMAND,
            env=os.environ | environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.stderr == ""
        return done.returncode, json.loads(done.stdout)

    return suggested


def dashboard(page):
    """Sign in as staff and return what is on the dashboard, once it has both violations."""
    sign_in(page, SHOP, "admin")
    top = page.get_by_role("region", name="Most reported")

    def is_there():
        page.goto(DASHBOARD)
        return top.get_by_text("img-src").count() and top.get_by_text("frame-ancestors").count()

    until(page, is_there)
    return page.locator("#content-main").inner_text()


def offend(page):
    """Violate the policy: one report comes by both ways, the other by report-uri alone."""
    page.goto(SHOP + "/violation/")
    assert page.evaluate("document.getElementById('gull').naturalWidth") == 0
    page.goto(EVIL)
    return dashboard(page)


def behave(page):
    """Visit the page that violated the policy; return its picture's width and the complaints."""
    violated = []
    page.expose_binding("violated", lambda source, url: violated.append(url))
    page.add_init_script(
        "document.addEventListener('securitypolicyviolation', e => violated(e.blockedURI))"
    )
    page.goto(SHOP + "/violation/")
    expect(page.locator("#gull")).to_have_js_property("naturalWidth", WIDTH)
    shown = dashboard(page)
    return violated, shown


def reports(shown):
    """Return how many reports the dashboard counts."""
    return int(shown.partition("\nReports\n")[2].split()[0])


def test_a_violation_is_reported_shown_and_ended(visit, suggested, tmp_path, monkeypatch):
    shown = visit(SITE, offend)
    assert reports(shown) == 2  # though one of them comes by both ways
    assert BY_NAME in shown
    assert BY_ADDRESS in shown
    code, found = suggested(SITE)
    assert (code, found["SECURE_CSP"]["img-src"]) == (SUGGESTED, ["'self'", "data:"])
    added = {
        line["directive"]: [line["source"]]
        for line in found["lines"]
        if line["advice"] == "add source"
    }
    (tmp_path / "applied.py").write_text(APPLIED.format(added), encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    violated, after = visit("applied", behave)
    assert violated == []
    assert reports(after) == reports(shown)
    code, found = suggested("applied")
    assert (code, found["changed"]) == (NOTHING, False)
