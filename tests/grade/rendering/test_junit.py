from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import pytest
from tests.grade.rendering.cards import Stream, card, everything, hostile, refused, written
from tests.meta.tree import ROOT

from security import cli
from security.grade.finding import Severity
from security.grade.render import junit

XS = "{http://www.w3.org/2001/XMLSchema}"
SCHEMA = ElementTree.parse(ROOT / "tests/data/junit/junit-10.xsd").getroot()  # noqa: S314
KNOWN = {one.get("name"): one for one in SCHEMA.findall(f"{XS}element")}


def suites(cards, **options):
    return ElementTree.fromstring(written(junit.write, cards, **options))  # noqa: S314


def faults(element):
    """Say where a report breaks the schema: an element or an attribute that it does not have."""
    declared = KNOWN[element.tag]
    attributes = {one.get("name"): one.get("use") for one in declared.iter(f"{XS}attribute")}
    allowed = {one.get("ref") for one in declared.iter(f"{XS}element")}
    found = [f"{element.tag}/@{name}" for name in element.attrib if name not in attributes]
    found += [
        f"{element.tag} lacks {name}"
        for name, use in attributes.items()
        if use == "required" and name not in element.attrib
    ]
    is_mixed = declared.find(f"{XS}complexType").get("mixed") == "true"
    if (element.text or "").strip() and not is_mixed:
        found.append(f"{element.tag} has text")
    for child in element:
        found += faults(child) if child.tag in allowed else [f"{element.tag}/{child.tag}"]
    return found


@pytest.mark.parametrize("number", [0, 1, -1])
def test_every_report_keeps_to_the_schema_of_jenkins(number):
    cards = [[], [card()], everything()][number]
    assert faults(suites(cards)) == []


def test_the_schema_is_no_paper_tiger():
    broken = ElementTree.fromstring('<testsuites><testsuite x=""><a/></testsuite></testsuites>')  # noqa: S314
    assert faults(broken) == [
        "testsuite/@x",
        "testsuite lacks name",
        "testsuite lacks tests",
        "testsuite lacks failures",
        "testsuite lacks errors",
        "testsuite/a",
    ]


def test_a_test_of_the_observatory_and_a_finding_are_test_cases():
    one = card(55)
    (suite,) = suites([one])
    cases = suite.findall("testcase")
    tests = [verdict.test for verdict in one.observatory.verdicts]
    bad = [found for found in one.findings if found.severity >= Severity.MEDIUM]
    assert [case.get("name") for case in cases[:12]] == tests
    assert [case.get("name").split()[0] for case in cases[12:]] == [found.id for found in bad]
    assert {case.get("classname") for case in cases} == {one.target}


def test_what_fails_is_counted():
    for suite in suites(everything()):
        cases = suite.findall("testcase")
        assert int(suite.get("tests")) == len(cases)
        assert int(suite.get("failures")) == len(suite.findall("testcase/failure"))
        assert int(suite.get("errors")) == len(suite.findall("testcase/error"))


@pytest.mark.parametrize("level", list(Severity), ids=lambda level: level.name)
def test_findings_below_the_level_are_left_out(level):
    one = card()
    (suite,) = suites([one], level=level)
    wanted = sum(found.severity >= level for found in one.findings)
    assert len(suite.findall("testcase")) == 12 + wanted


def test_a_target_that_could_not_be_graded_is_an_error():
    (suite,) = suites([refused()])
    (case,) = suite.findall("testcase")
    assert suite.get("errors") == "1"
    assert case.find("error").get("message") == "The site does not answer."


def test_no_two_test_cases_have_the_same_name():
    one = hostile()
    twice = replace(one, findings=one.findings * 2)
    for suite in suites([twice, card()], level=Severity.INFO):
        names = [case.get("name") for case in suite.findall("testcase")]
        assert sorted(set(names)) == sorted(names)


def test_what_xml_cannot_hold_can_be_seen():
    text = written(junit.write, [hostile("\x00\x1b\ud800\ufffe]]>&\"'<a>")])
    assert text.isascii()
    assert "\x1b" not in text
    (suite,) = ElementTree.fromstring(text)  # noqa: S314
    assert suite.get("name") == "\\x00\\x1b\\ud800\\ufffe]]>&\"'<a>"


def test_no_card_is_held():
    cards = Stream(200)
    suites(cards)
    assert cards.most <= 2


def test_the_command_writes_it(capsys):
    sample = ROOT / "tests/data/observatory-sample.json"
    assert cli.main(["grade", "--recorded", str(sample), "--format=junit"]) == 2
    root = ElementTree.fromstring(capsys.readouterr().out)  # noqa: S314
    assert (len(root), faults(root)) == (104, [])
