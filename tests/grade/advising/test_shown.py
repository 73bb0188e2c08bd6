from __future__ import annotations

import json

from tests.grade.advising.settings_texts import ADVICE, executed
from tests.grade.exchanges import a_page, an_exchange

from security.grade.advice.advise import advise
from security.grade.advice.shown import as_json, render
from security.grade.card import grade

SITE = an_exchange(
    without=("Permissions-Policy", "Referrer-Policy"),
    body=a_page('<script src="https://cdn.test/a.js"></script>'),
)
INSTALLED = {"MIDDLEWARE": ["security.middleware.SecurityMiddleware"]}


def test_text_tells_each_change_with_its_reason_its_risk_and_its_page():
    lines = list(render(advise(grade(SITE), SITE, installed=INSTALLED), width=70))
    assert lines == [
        'SECURE_REFERRER_POLICY = "same-origin"',
        "    mends referrer.missing, Referrer-Policy",
        "    Other sites no longer learn where their visitors come from.",
        "    docs: headers/referrer.md",
        "",
        'PERMISSIONS_POLICY = {"camera": [], "geolocation": [], "microphone": []}',
        "    mends permissions.missing, Permissions-Policy",
        "    Pages that use a feature named here lose it.",
        "    docs: headers/permissions.md",
        "",
        "What no setting mends:",
        "  scripts.no-integrity, sri-not-implemented-but-external-scripts-loaded-securely",
        "    Serve the script from your own static files, or give it integrity",
        "    and crossorigin; 'manage.py scriptinventory' lists what browsers",
        "    ran.",
        "    docs: headers/integrity.md",
    ]


def test_data_holds_python_that_makes_each_change():
    data = json.loads(json.dumps(as_json(ADVICE)))
    names = executed("MIDDLEWARE = INSTALLED_APPS = []\n" + data["changes"][0]["python"])
    assert names["INSTALLED_APPS"] == ["security"]
    assert [change["setting"] for change in data["changes"]] == [
        edit.setting for edit in ADVICE.edits
    ]
    assert data["work"] == []


def test_a_site_without_a_fault_has_no_lines():
    best = an_exchange()
    assert list(render(advise(grade(best), best, installed=INSTALLED), width=70)) == []
