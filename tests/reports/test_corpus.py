from __future__ import annotations

import base64
import csv
import json

import pytest
from benchmarks.fuzz import laws
from tests.reports.corpus import FOLDER, capture, captures

from security.reports import grouping, wire
from security.reports.noise import Verdict, builtin
from security.reports.report import Disposition, Kind, Shape
from security.reports.scrub import scrub
from security.reports.spelling import KINDS

SHAPES = {
    "csp-report": Shape.LEGACY,
    "reports-json": Shape.ARRAY,
    "report-to-as-csp-report": Shape.SINGLE,
}


def reports_of(name):
    return wire.parse(capture(name).body).reports


def row(found, report):
    """One line of the expectations: what a reader of the corpus can check by eye."""
    clean = scrub(report, template=str)
    verdict = builtin().judge(report)
    position = f"{report.line or '-'}:{report.column or '-'}"
    return [
        found.name, report.kind, report.disposition.value or "-", report.subject or "-",
        clean.blocked or "-", clean.source or "-", clean.document, position,
        str(report.status or "-"), json.dumps(report.sample), str(verdict.verdict),
        verdict.rule or "-",
    ]  # fmt: skip


def test_every_body_of_every_engine_is_read_without_a_refusal():
    for found in captures():
        parsed = wire.parse(found.body)
        assert (found.name, dict(parsed.refused)) == (found.name, {})
        assert len(parsed.reports) == len(found.items)


def test_every_body_keeps_the_laws():
    for found in captures():
        laws.check(found.body)


def test_every_report_has_the_kind_the_shape_and_the_disposition_that_were_provoked():
    for found in captures():
        reports = wire.parse(found.body).reports
        types = {Kind.CSP if t == "csp-report" else KINDS[t] for t in found.about["report_types"]}
        assert (found.name, {report.kind for report in reports}) == (found.name, types)
        shape = SHAPES[found.name.split("--")[1]]
        assert (found.name, {report.shape for report in reports}) == (found.name, {shape})
        if found.about["disposition"] == "report":
            dispositions = {report.disposition for report in reports}
            assert dispositions <= {Disposition.REPORT, Disposition.UNKNOWN}


def test_what_is_read_of_every_body_is_what_was_written_down():
    with (FOLDER / "expected.tsv").open(encoding="utf-8", newline="") as lines:
        expected = list(csv.reader(lines, dialect="excel-tab"))
    found = [row(each, report) for each in captures() for report in wire.parse(each.body).reports]
    assert expected[1:] == found


def test_one_violation_is_one_group_however_often_and_in_whichever_format_it_is_sent():
    names = ("csp-report--img--enforce", "reports-json--img--enforce")
    reports = [scrub(reports_of(f"chromium-156--{n}")[0], template=str) for n in names * 2]
    reports.append(
        scrub(reports_of("webkitgtk-2.50--report-to-as-csp-report--img--enforce")[0], template=str)
    )
    keys = {grouping.key(report)._replace(line=None, source="") for report in reports}
    assert len(keys) == 1


@pytest.mark.parametrize(
    ("name", "sample"),
    [
        ("chromium-156--csp-report--trusted-types-sample-lone-surrogate--enforce", "\ufffd"),
        ("firefox-153--csp-report--trusted-types-sample-lone-surrogate--enforce", "\ufffd"),
        ("chromium-156--csp-report--sample-control-chars--enforce", "\ufffd"),
    ],
)
def test_a_character_that_cannot_be_stored_is_replaced(name, sample):
    assert sample in reports_of(name)[0].sample


def test_the_bytes_of_invalid_utf_8_are_read_as_sent():
    found = capture("chromium-156--csp-report--sample-surrogate-split--enforce")
    raw = base64.b64decode(found.about["raw_body_base64"])
    with pytest.raises(UnicodeDecodeError):
        raw.decode()
    assert len(wire.parse(raw).reports) == 1


def test_a_frame_of_data_leaves_what_was_blocked_unsaid():
    for form in ("csp-report", "reports-json"):
        report = reports_of(f"chromium-156--{form}--frame-data--enforce")[0]
        assert (report.subject, report.blocked) == ("frame-src", "")


def test_the_credentials_in_a_malformed_address_do_not_leave_the_parser():
    report = reports_of("webkitgtk-2.50--report-to-as-csp-report--img-userinfo--enforce")[0]
    assert "user:pass" not in repr(report)
    assert scrub(report, template=str).blocked == "https://cdn.other.test/i.png"


def test_the_reports_of_an_extension_are_told_from_the_site_s_own():
    name = "chromium-156--csp-report--extension-noise--enforce--{}"
    verdicts = [builtin().judge(reports_of(name.format(n))[0]).verdict for n in range(1, 7)]
    unmarked = Verdict.KEPT  # the fourth says nothing of the extension that caused it
    assert verdicts == [*[Verdict.DEFECT] * 3, unmarked, *[Verdict.DEFECT] * 2]


def test_a_favicon_that_firefox_itself_loads_is_not_taken_for_noise():
    report = reports_of("firefox-153--csp-report--favicon--enforce--1")[0]
    assert (report.source, builtin().judge(report).verdict) == ("resource", Verdict.OWN)


def test_a_mixed_array_gives_every_kind_in_it():
    name = "chromium-156--reports-json--mixed-batch--enforce--2"
    kinds = {report.kind for report in reports_of(name)}
    assert kinds == {
        Kind.CSP, Kind.DEPRECATION, Kind.INTEGRITY, Kind.INTERVENTION, Kind.PERMISSIONS,
    }  # fmt: skip
