from __future__ import annotations

import pytest

from security.report_admin.lines import is_sending

QUIET = {"default-src": ["'self'"]}
TOLD = QUIET | {"report-uri": ["/csp-report/"]}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"SECURE_CSP": QUIET}, False),
        ({"SECURE_CSP": TOLD}, True),
        ({"SECURE_CSP_REPORT_ONLY": TOLD}, True),
        ({"SECURITY_CSP_ROLLOUT": {"POLICY": TOLD, "PERCENT": 5}}, True),
        ({"SECURITY_CSP_ROLLOUT": {"POLICY": QUIET, "PERCENT": 5}}, False),
    ],
    ids=["enforced", "enforced, told", "report-only", "rollout", "quiet rollout"],
)
def test_any_policy_of_the_site_may_name_a_place_for_reports(settings, values, expected):
    settings.SECURE_CSP = settings.SECURE_CSP_REPORT_ONLY = None
    for name, value in values.items():
        setattr(settings, name, value)
    assert bool(is_sending()) is expected
