from __future__ import annotations

import pytest
from tests.answers.reported import NOW, arrive, violation

pytestmark = pytest.mark.django_db


def test_forged_reports_add_no_wildcard_and_one_of_webassembly_adds_nothing(
    run, settings, monkeypatch
):
    settings.SECURE_CSP = {"default-src": ["'self'"]}
    monkeypatch.setattr("time.time", lambda: NOW)
    arrive(violation("script-src-elem", "https://*.com/x.js"), at=NOW, count=2)
    arrive(violation("script-src", "wasm-eval"), at=NOW, count=1)
    arrive(violation("img-src", "wasm-eval"), at=NOW, count=900)
    ran = run("csp", "suggest")
    assert ran.out.startswith("# No change of SECURE_CSP is suggested.\n")
    assert ran.code == 0
