from __future__ import annotations

import json

import pytest
from tests.reports.parsed import LEGACY, MODERN, legacy, modern, one, parse

from security.reports import wire
from security.reports.report import Disposition, Kind, Report, Shape


def test_a_legacy_report_is_read():
    assert legacy() == Report(
        kind=Kind.CSP,
        shape=Shape.LEGACY,
        document="https://shop.example/cart",
        subject="script-src-elem",
        blocked="https://evil.example/x.js",
        source="https://shop.example/app.js",
        disposition=Disposition.ENFORCE,
        line=12,
        column=3,
        status=200,
        policy="default-src 'self'; report-uri /csp/",
    )


def test_a_report_of_the_reporting_api_is_read():
    assert modern(user_agent="Mozilla/5.0") == Report(
        kind=Kind.CSP,
        shape=Shape.ARRAY,
        document="https://shop.example/cart",
        subject="script-src-elem",
        blocked="https://evil.example/x.js",
        disposition=Disposition.REPORT,
        status=200,
        policy="default-src 'self'; report-to main",
        user_agent="Mozilla/5.0",
        age=420,
    )


def test_a_single_object_is_read_whatever_its_declared_type():
    report = one({"type": "csp-violation", "url": "https://shop.example/", "body": MODERN})
    assert (report.shape, report.subject) == (Shape.SINGLE, "script-src-elem")


def test_a_csp_report_beside_type_and_url_is_read_as_a_legacy_report():
    report = one({"type": "csp-violation", "url": "https://a.example/", "csp-report": LEGACY})
    assert (report.shape, report.line) == (Shape.LEGACY, 12)


def test_legacy_reports_in_an_array_are_read():
    assert len(parse([{"csp-report": LEGACY}, {"csp-report": LEGACY}]).reports) == 2


@pytest.mark.parametrize("text", ["  12", "12.5", "twelve", "-1", "1" * 40, "\u0661"])
def test_a_number_written_as_odd_text_is_no_number(text):
    assert legacy(line_number=text).line is None


@pytest.mark.parametrize("value", [12, "12", 12.0])
def test_a_number_may_be_written_as_text_or_fraction(value):
    assert legacy(line_number=value).line == 12


@pytest.mark.parametrize("value", [0, "0", None, -1, True, 2**31, 1e300, [], {}], ids=str)
def test_a_number_that_says_nothing_is_none(value):
    report = legacy(status_code=value, line_number=value, column_number=value)
    assert (report.status, report.line, report.column) == (None, None, None)


def test_a_missing_effective_directive_is_the_first_word_of_the_violated_one():
    whole = "script-src 'self' https://cdn.example"
    report = legacy(effective_directive=None, violated_directive=whole)
    assert (report.subject, report.detail("violated-directive")) == ("script-src", whole)


def test_the_whole_violated_directive_is_kept_beside_the_effective_one():
    report = legacy(violated_directive="default-src 'self'")
    assert (report.subject, report.details) == (
        "script-src-elem",
        (("violated-directive", "default-src 'self'"),),
    )


@pytest.mark.parametrize("keyword", ["inline", "eval", "self", "data", "blob", "null", ""])
def test_what_was_blocked_may_be_a_keyword(keyword):
    assert legacy(blocked_uri=keyword).blocked == keyword


def test_a_legacy_report_without_what_was_blocked_means_the_own_origin():
    members = {name: value for name, value in LEGACY.items() if name != "blocked-uri"}
    assert one({"csp-report": members}).blocked == "self"


def test_the_url_of_the_report_stands_in_for_a_missing_document():
    report = modern(body=MODERN | {"documentURL": None}, url="https://shop.example/other")
    assert report.document == "https://shop.example/other"


@pytest.mark.parametrize(
    ("kind", "body", "subject", "blocked"),
    [
        ("coep", {"type": "corp", "blockedURL": "https://o.example/i"}, "corp", "https://o.example/i"),
        ("coop", {"type": "navigation-to-response", "openerURL": "https://o.example/"},
         "navigation-to-response", "https://o.example/"),
        ("permissions-policy-violation", {"policyId": "camera"}, "camera", ""),
        ("permissions-policy-violation", {"featureId": "camera"}, "camera", ""),
        ("potential-permissions-policy-violation",
         {"policyId": "camera", "srcAttribute": "https://o.example/"}, "camera", "https://o.example/"),
        ("document-policy-violation", {"policyId": "sync-xhr"}, "sync-xhr", ""),
        ("integrity-violation", {"destination": "script", "blockedURL": "https://o.example/a.js"},
         "script", "https://o.example/a.js"),
        ("connection-allowlist", {"connection": "https://o.example/p"}, "", "https://o.example/p"),
        ("deprecation", {"id": "Unload"}, "Unload", ""),
        ("intervention", {"id": "Vibrate"}, "Vibrate", ""),
        ("crash", {"reason": "oom"}, "oom", ""),
        ("crash", None, "", ""),
        ("network-error", {"type": "dns.name_not_resolved"}, "dns.name_not_resolved", ""),
        ("csp-hash", {"hash": "sha256-abc=", "subresourceURL": "https://o.example/a.js"},
         "sha256-abc=", "https://o.example/a.js"),
        ("never-heard-of", {"id": "x", "blockedURL": "https://o.example/"}, "", "https://o.example/"),
    ],
)  # fmt: skip
def test_every_type_gives_its_subject_and_what_was_blocked(kind, body, subject, blocked):
    report = one([{"type": kind, "url": "https://shop.example/", "body": body}])
    assert (report.kind, report.subject, report.blocked) == (kind, subject, blocked)
    assert report.document == "https://shop.example/"


@pytest.mark.parametrize(
    ("sent", "kind"),
    [
        ("csp", Kind.CSP),
        ("hash-report", Kind.CSP_HASH),
        ("feature-policy-violation", Kind.PERMISSIONS),
    ],
)
def test_former_names_of_types_are_known(sent, kind):
    assert one([{"type": sent, "url": "", "body": MODERN}]).kind == kind


def test_a_reporting_api_body_with_legacy_members_is_read():
    assert one([{"type": "csp", "body": LEGACY}]).line == 12


def test_hash_reports_and_crashes_are_no_violations():
    kinds = [kind for kind in Kind if not one([{"type": kind, "body": MODERN}]).is_violation]
    assert kinds == [Kind.CSP_HASH, Kind.DEPRECATION, Kind.INTERVENTION, Kind.CRASH, Kind.NETWORK]


@pytest.mark.parametrize(
    ("body", "disposition"),
    [
        ({"disposition": "reporting"}, Disposition.REPORT),
        ({"disposition": "enforce"}, Disposition.ENFORCE),
        ({"disposition": "else"}, Disposition.UNKNOWN),
        ({"disposition": 1}, Disposition.UNKNOWN),
        ({"reportOnly": True}, Disposition.REPORT),
        ({"reportOnly": False}, Disposition.ENFORCE),
        ({}, Disposition.UNKNOWN),
    ],
)
def test_the_disposition_has_three_spellings(body, disposition):
    assert one([{"type": "coep", "body": body}]).disposition is disposition


def test_members_without_a_field_are_details_in_their_order():
    body = {"b": "x", "a": 1, "none": None, "list": [1], "object": {}, "yes": True, "half": 0.5}
    assert one([{"type": "crash", "body": body}]).details == (
        ("b", "x"), ("a", "1"), ("yes", "true"), ("half", "0.5"),
    )  # fmt: skip


def test_of_two_members_with_one_name_the_last_counts():
    body = b'{"csp-report":1,"csp-report":{"effective-directive":"a","effective-directive":"b"}}'
    assert wire.parse(body).reports[0].subject == "b"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be", "utf-32", "utf-32-le"])
def test_other_encodings_of_unicode_are_understood(encoding):
    body = json.dumps({"csp-report": LEGACY | {"script-sample": "\u00e9"}}, ensure_ascii=False)
    assert wire.parse(body.encode(encoding)).reports[0].sample == "\u00e9"


def test_invalid_utf_8_is_replaced():
    body = json.dumps({"csp-report": LEGACY | {"script-sample": "abc"}}).encode()
    report = wire.parse(body.replace(b"abc", b"a\xed\xa0\xbdc")).reports[0]
    assert report.sample == "a\ufffd\ufffd\ufffdc"


def test_raw_control_characters_do_not_cost_the_report():
    body = json.dumps({"csp-report": LEGACY | {"script-sample": "abc"}}).encode()
    assert wire.parse(body.replace(b"abc", b"a\0\n\x1bc")).reports[0].sample == "a\ufffd \ufffdc"


@pytest.mark.parametrize("member", ["document_uri", "blocked_uri", "source_file", "referrer"])
def test_no_address_carries_a_password(member):
    report = legacy(**{member: "https://user:pass@cdn.example:443cdn.example/i.png"})
    assert "pass" not in repr(report)


def test_a_password_does_not_survive_in_a_detail():
    body = {"message": "see https://user:pass@a.example/ and //b", "nextResponseURL": "x"}
    report = one([{"type": "intervention", "body": body}])
    assert report.detail("message") == "see https://a.example/ and //b"


def test_an_absent_detail_is_empty():
    assert legacy().detail("message") == ""
