from __future__ import annotations

import json

import pytest
from tests.reports.parsed import LEGACY, legacy, one, parse

from security.reports import fields, wire
from security.reports.report import Refusal

LONG = "https://a.example/" + "x" * 200_000


def test_details_are_bounded():
    body = {f"{n}" * 100: "x" * 3_000 for n in range(100)}
    details = one([{"type": "crash", "body": body}]).details
    assert len(details) == wire.MAX_DETAILS
    assert {(len(name.encode()), len(text.encode())) for name, text in details} == {
        (fields.MAX_NAME, fields.MAX_TEXT)
    }


def test_an_unknown_type_is_bounded():
    assert len(one([{"type": "x" * 9_000, "body": {}}]).kind.encode()) == fields.MAX_NAME


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", Refusal.NOT_JSON),
        (b"csp-report", Refusal.NOT_JSON),
        (b'{"csp-report":', Refusal.NOT_JSON),
        (b'{"csp-report":{}} {}', Refusal.NOT_JSON),
        (b"1", Refusal.NOT_A_REPORT),
        (b"null", Refusal.NOT_A_REPORT),
        (b"NaN", Refusal.NOT_A_REPORT),
        (b"9" * 6_000, Refusal.NOT_A_REPORT),
        (b'"csp-report"', Refusal.NOT_A_REPORT),
        (b'["csp-report"]', Refusal.NOT_A_REPORT),
        (b"{}", Refusal.NOT_A_REPORT),
        (b"[[]]", Refusal.NOT_A_REPORT),
        (b'{"csp-report":null}', Refusal.NO_BODY),
        (b'{"csp-report":"x"}', Refusal.NO_BODY),
        (b'{"csp-report":{}}', Refusal.NO_DIRECTIVE),
        (b'{"csp-report":{"effective-directive":["x"]}}', Refusal.NO_DIRECTIVE),
        (b'{"csp-report":{"effective-directive":"  "}}', Refusal.NO_DIRECTIVE),
        (b'{"type":"coop"}', Refusal.NO_BODY),
        (b'{"type":"coop","body":[]}', Refusal.NO_BODY),
        (b'{"body":{}}', Refusal.NO_TYPE),
        (b'{"type":5,"body":{}}', Refusal.NO_TYPE),
        (b'{"type":"csp-violation","body":null}', Refusal.NO_DIRECTIVE),
        (b"[" * 100_000, Refusal.TOO_COMPLEX),
        (b"[" * 5_000, Refusal.TOO_COMPLEX),
        (b"[" * 21 + b"]" * 21, Refusal.TOO_COMPLEX),
        (b'{"a":' * 100_000, Refusal.TOO_COMPLEX),
        (b"[]," * 100_000, Refusal.TOO_COMPLEX),
        (b'["' + rb"\"[" * 30 + b'",' + b"[" * 100_000, Refusal.TOO_COMPLEX),
        (b'["' + b"\\\\" * 30 + b'",' + b"[" * 100_000, Refusal.TOO_COMPLEX),
        (b" " * (wire.MAX_BODY + 1), Refusal.TOO_LARGE),
    ],
    ids=lambda value: ascii(value)[:30] if isinstance(value, bytes) else str(value),
)
def test_what_is_no_report_is_refused_with_its_reason(body, reason):
    parsed = wire.parse(body)
    assert (parsed.reports, parsed.refused) == ((), {reason: 1})


def test_an_empty_array_holds_nothing_and_is_no_mistake():
    parsed = wire.parse(b"[]")
    assert (parsed.reports, parsed.refused) == ((), {})


def test_a_bad_item_drops_itself_alone():
    good = {"type": "crash", "url": "https://a.example/", "body": {}}
    parsed = parse([good, None, {"type": 1}, 5, {"csp-report": {}}, {"type": "x"}, good])
    assert len(parsed.reports) == 2
    assert parsed.refused == {
        Refusal.NOT_A_REPORT: 2,
        Refusal.NO_TYPE: 1,
        Refusal.NO_DIRECTIVE: 1,
        Refusal.NO_BODY: 1,
    }


def test_a_number_of_six_thousand_digits_leaves_the_report_whole():
    digits = b"9" * 6_000
    for number in (digits, digits + b".5", b"1e" + digits, b"NaN", b"-Infinity", b"1e999"):
        body = b'[{"type":"crash","age":%b,"body":{"lineNumber":%b}}]' % (number, number)
        report = wire.parse(body).reports[0]
        assert (report.age, report.line) == (0, None)


def test_items_beyond_the_limit_are_counted_and_the_others_kept():
    parsed = parse([{"type": "crash", "body": {}}] * (wire.MAX_ITEMS + 5))
    assert (len(parsed.reports), parsed.refused) == (wire.MAX_ITEMS, {Refusal.TOO_MANY: 5})


def test_a_body_of_the_largest_size_is_taken():
    body = json.dumps([{"type": "crash", "body": {}}]).encode()
    assert len(wire.parse(body.ljust(wire.MAX_BODY)).reports) == 1


def test_brackets_inside_texts_do_not_count_as_nesting():
    sample = '"' + "[{" * 500 + "\\"
    body = {"csp-report": LEGACY | {"script-sample": sample}}
    assert parse([body] * 3).reports[0].sample == sample


def test_nesting_as_deep_as_the_limit_is_read():
    crash = {"type": "crash", "body": {"a": eval("[" * 15 + "]" * 15)}}  # noqa: S307
    assert len(parse([crash] * 5).reports) == 5


def test_a_field_is_cut_at_its_limit_and_a_policy_at_its_own():
    report = legacy(blocked_uri=LONG, original_policy=LONG)
    assert (len(report.blocked.encode()), report.blocked[-1]) == (fields.MAX_TEXT, fields.CUT)
    assert len(report.policy.encode()) == fields.MAX_POLICY
