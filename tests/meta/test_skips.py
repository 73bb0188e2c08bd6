from __future__ import annotations

import pytest

SKIPS = {
    "call": "import pytest\ndef test(): pytest.skip('no reason')",
    "mark": "import pytest\n@pytest.mark.skip(reason='none')\ndef test(): pass",
    "module": "import pytest\npytest.importorskip('no_such_module')\ndef test(): pass",
    "program": "import pytest, tests.conftest\n"
    "tests.conftest.PROGRAMS['nginx'] = 'no-such-program'\n"
    "@pytest.mark.requires('nginx')\ndef test(): pass",
}


@pytest.mark.parametrize("text", SKIPS.values(), ids=SKIPS)
def test_no_test_may_skip_in_ci(outcome, text):
    code, output = outcome(text, CI="true")
    assert code in {1, 2}
    assert "No test may skip when CI is set" in output


def test_an_expected_failure_is_no_skip(outcome):
    text = "import pytest\n@pytest.mark.xfail\ndef test(): assert False"
    assert outcome(text, CI="true")[0] == 0


def test_elsewhere_a_skip_names_the_missing_package(outcome):
    code, output = outcome(SKIPS["program"])
    assert (code, "needs Debian's nginx" in output) == (0, True)
