from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft4Validator, FormatChecker
from tests.grade.exchanges import an_exchange
from tests.grade.rendering.cards import Stream, card, everything, hostile, refused, written
from tests.meta.tree import ROOT

from security import cli
from security.grade.card import grade
from security.grade.render import sarif
from security.grade.render.locations import Location

SCHEMA = json.loads((ROOT / "tests/data/sarif/sarif-2.1.0-rtm.5.json").read_text("utf-8"))
VALID = Draft4Validator(SCHEMA, format_checker=FormatChecker())


def log(cards, **options):
    return json.loads(written(sarif.write, cards, **options))


def run(cards, **options):
    return log(cards, **options)["runs"][0]


def faults(document):
    return [f"{error.json_path}: {error.message}" for error in VALID.iter_errors(document)]


@pytest.mark.parametrize("number", [0, 1, -1])
def test_every_log_keeps_to_the_schema_of_the_standard(number):
    cards = [[], [card()], everything()][number]
    assert faults(log(cards)) == []


def test_the_schema_is_no_paper_tiger():
    broken = log([card()])
    broken["runs"][0]["results"][0]["level"] = "bad"
    assert faults(broken) != []


def test_each_failed_test_and_each_finding_is_a_result():
    one = card()
    names = [result["ruleId"] for result in run([one])["results"]]
    failed = [f"observatory.{one.test}" for one in one.observatory.verdicts if not one.passes]
    assert failed
    assert names == [*failed, *(finding.id for finding in one.findings)]


def test_the_level_goes_by_the_severity():
    found = {
        result["ruleId"]: result["level"]
        for result in run([grade(an_exchange(without="Strict-Transport-Security"))])["results"]
    }
    assert found["hsts.missing"] == "error"
    assert found["observatory.strict-transport-security"] == "error"
    without = ("X-Content-Type-Options", "Referrer-Policy", "Cross-Origin-Embedder-Policy")
    weak = run([grade(an_exchange(without=without))])["results"]
    levels = {result["ruleId"]: result["level"] for result in weak}
    assert levels["nosniff.missing"] == levels["observatory.x-content-type-options"] == "warning"
    assert levels["referrer.missing"] == levels["coep.missing"] == "note"


def test_every_result_points_at_a_rule_that_helps():
    one = run(everything())
    rules = one["tool"]["driver"]["rules"]
    for result in one["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    for rule in rules:
        assert rule["helpUri"].startswith("https://developer.mozilla.org/")
        assert rule["help"]["text"].endswith(".md of django-bulwark has more.")


def test_every_page_that_a_rule_names_is_there():
    for rule in run(everything())["tool"]["driver"]["rules"]:
        page = rule["help"]["text"].rpartition("docs/")[2].partition(" of ")[0]
        assert (ROOT / "docs" / page).is_file()


def test_a_target_that_could_not_be_graded_is_an_error_of_the_run():
    (call,) = run([refused()])["invocations"]
    assert call["executionSuccessful"] is False
    (note,) = call["toolExecutionNotifications"]
    assert note == {"level": "error", "message": {"text": "gone.test: The site does not answer."}}


def prints(cards):
    return [result["partialFingerprints"] for result in run(cards)["results"]]


def test_the_same_fault_has_the_same_fingerprint_whatever_the_nonce():
    one, other = (
        grade(an_exchange(Content_Security_Policy=f"script-src 'nonce-{nonce}' 'unsafe-eval'"))
        for nonce in ("bm9uY2U", "c2Vjb25")
    )
    assert any("nonce-" in (finding.subject or "") for finding in one.findings)
    assert prints([one]) == prints([other])


def test_no_two_results_have_the_same_fingerprint():
    lines = [found["primaryLocationLineHash"] for found in prints([card(), card(), hostile()])]
    assert sorted(set(lines)) == sorted(lines)
    both = [{found["bulwarkGrade/v1"] for found in prints([card(target=name)])} for name in "ab"]
    assert both[0].isdisjoint(both[1])


def places(cards, **options):
    return {
        result["ruleId"]: (
            found["artifactLocation"]["uri"],
            found["region"]["startLine"],
        )
        for result in run(cards, **options)["results"]
        for found in [result["locations"][0]["physicalLocation"]]
    }


@pytest.mark.parametrize(
    ("target", "address"),
    [
        ("shop.test", "https://shop.test/"),
        ("http://shop.test/a?b#c", "http://shop.test/a?b#c"),
        ("shop.test/\r\n<\u202e", "https://shop.test/%0D%0A%3C%E2%80%AE/"),
    ],
)
def test_without_settings_a_result_points_at_the_target(target, address):
    assert set(places([card(target=target)]).values()) == {(address, 1)}


def test_with_a_settings_file_a_result_points_at_the_setting(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "shop" / "settings.py"
    file.parent.mkdir()
    file.write_text("DEBUG = False\nSECURE_CSP = {}\nX_FRAME_OPTIONS = 'DENY'\n")
    found = places([grade(an_exchange(without=("X-Frame-Options", "Referrer-Policy"),
        Content_Security_Policy="script-src 'unsafe-inline'"))], settings_file=file)  # fmt: skip
    assert found["csp.SCRIPT_UNSAFE_INLINE"] == ("shop/settings.py", 2)
    assert found["observatory.content-security-policy"] == ("shop/settings.py", 2)
    assert found["frames.missing"] == ("shop/settings.py", 3)
    assert found["referrer.missing"] == ("shop/settings.py", 1)


def test_who_knows_better_says_where():
    asked = []

    def locate(name):
        asked.append(name)
        return Location("by/me.py", 7) if name == "nosniff" or name.startswith("X-Cont") else None

    found = places([grade(an_exchange(without="X-Content-Type-Options"))], locate=locate)
    assert found["nosniff.missing"] == ("by/me.py", 7)
    assert found["observatory.x-content-type-options"] == ("https://shop.test/", 1)
    assert "x-content-type-options" in asked


def test_more_than_others_read_is_left_out_and_said(monkeypatch):
    monkeypatch.setattr(sarif, "MAX_RESULTS", 3)
    one = run([card()])
    assert len(one["results"]) == 3
    text = one["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]
    assert text.endswith(" results beyond 3 are left out.")


def test_complaints_come_to_an_end(monkeypatch):
    monkeypatch.setattr(sarif, "MAX_NOTES", 2)
    notes = run([refused()] * 5)["invocations"][0]["toolExecutionNotifications"]
    assert [note["message"]["text"] for note in notes][2:] == ["3 more could not be graded."]


def test_no_card_is_held():
    cards = Stream(200)
    run(cards)
    assert cards.most <= 2


def test_the_command_writes_it(tmp_path, capsys):
    sample = Path(ROOT / "tests/data/observatory-sample.json")
    cli.main(["grade", "--recorded", str(sample), "--format=sarif"])
    out = capsys.readouterr().out
    assert out.isascii()
    assert faults(json.loads(out)) == []
