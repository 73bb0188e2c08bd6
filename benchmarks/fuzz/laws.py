"""What must hold of every body whatever, from its bytes to its groups."""

from __future__ import annotations

from security.reports import fields, grouping, noise, wire
from security.reports.report import Disposition, Parsed, Refusal, Report, Shape
from security.reports.scrub import scrub

PACK = noise.builtin()
TEXTS = ("kind", "document", "subject", "blocked", "source", "sample", "referrer", "user_agent")


def same(path: str) -> str:
    return path


def check(body: bytes) -> Parsed:
    """Run a body through every pure step. Raises ``AssertionError`` where a law is broken."""
    parsed = wire.parse(body)
    assert len(parsed.reports) <= wire.MAX_ITEMS
    assert all(isinstance(reason, Refusal) for reason in parsed.refused)
    assert all(count > 0 for count in parsed.refused.values())
    assert parsed.reports or parsed.refused or body.strip(b"\xef\xbb\xbf \t\r\n\0\xff\xfe")
    for report in parsed.reports:
        check_report(report)
        scrubbed = scrub(report, template=same)
        check_report(scrubbed)
        assert scrub(scrubbed, template=same) == scrubbed
        assert PACK.judge(scrubbed) == PACK.judge(report)
        assert len(grouping.fingerprint(scrubbed)) == 32
    return parsed


def check_report(report: Report) -> None:
    """Every member has its type, its bounds, and characters that can be stored."""
    for name in TEXTS:
        check_text(getattr(report, name), fields.MAX_TEXT)
    check_text(report.policy, fields.MAX_POLICY)
    assert len(report.details) <= wire.MAX_DETAILS + 1
    for name, text in report.details:
        check_text(name, fields.MAX_NAME)
        check_text(text, fields.MAX_TEXT)
    for number in (report.line, report.column, report.status):
        assert number is None or (type(number) is int and 0 < number <= fields.MAX_NUMBER)
    assert type(report.age) is int
    assert 0 <= report.age <= fields.MAX_NUMBER
    assert isinstance(report.shape, Shape)
    assert isinstance(report.disposition, Disposition)


def check_text(text: object, limit: int) -> None:
    assert isinstance(text, str)
    encoded = text.encode()  # raises for a lone surrogate
    assert len(encoded) <= limit
    assert min(encoded, default=32) >= 32
    assert 127 not in encoded
