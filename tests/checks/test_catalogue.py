from __future__ import annotations

import pytest
from tests.checks.cases import ERRORS, FIRST_WARNINGS
from tests.checks.catalogue import EVERY, ids, say
from tests.checks.more_cases import MORE

CASES = {**ERRORS, **FIRST_WARNINGS, **MORE}


@pytest.mark.parametrize("code", sorted(CASES))
def test_what_is_wrong_is_found(settings, monkeypatch, code):
    case = CASES[code]
    case.keep_out(monkeypatch)
    assert code in ids(say(settings, case.check, case.spoiled))


@pytest.mark.parametrize("code", sorted(CASES))
def test_what_is_mended_is_not(settings, monkeypatch, code):
    case = CASES[code]
    case.keep_out(monkeypatch)
    assert code not in ids(say(settings, case.check, case.spoiled, case.mended))


@pytest.mark.parametrize("check", sorted(EVERY))
def test_each_check_is_silent_in_a_safe_project(settings, check):
    assert say(settings, check) == []


@pytest.mark.parametrize("preset", ["strict", "balanced", "api"])
@pytest.mark.parametrize("check", sorted(EVERY))
def test_each_check_is_silent_with_each_preset(settings, check, preset):
    assert say(settings, check, {"SECURITY_PRESET": preset}) == []


def test_every_check_has_a_case():
    assert {case.check for case in CASES.values()} == set(EVERY)
