"""A grader finds nothing at the addresses for reports that the site would have to change."""

from __future__ import annotations

from tests.gradesite.conftest import graded


def test_no_setting_is_suggested_for_the_addresses_of_reports(db):
    done = graded("/reports/", "/csp-report/", "--suggest", urls="tests.collecting.addresses")
    assert (done.code, done.out) == (0, "")
    assert "No setting is to be changed." in done.errors
