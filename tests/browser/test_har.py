from __future__ import annotations

import json
from importlib import import_module

import pytest
from tests.meta.tree import ROOT

from security import cli

pytestmark = pytest.mark.requires("chromium")


@pytest.fixture
def recorder(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "scripts")
    return import_module("record_har")


def test_what_chromium_recorded_gets_the_grade_of_the_live_site(recorder, tmp_path, capsys):
    def graded(*words):
        assert cli.main(["grade", "--format", "json", *words]) == 0
        return json.loads(capsys.readouterr().out)

    file = tmp_path / "visit.har"
    with recorder.shop(tmp_path / "shop") as facts:
        recorder.record(facts, file, recorder.PATHS)
        addresses = [facts["https"] + path for path in recorder.PATHS]
        port = facts["http"].rpartition(":")[2]
        live = graded(*addresses, "--ca", facts["authority"], "--http-port", port)
    archived = graded("--har", str(file))
    assert [card["target"] for card in archived] == [card["target"] for card in live]
    for one, other in zip(archived, live, strict=True):
        assert one == other
