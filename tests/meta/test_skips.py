from __future__ import annotations

import os
import subprocess
import sys

import pytest
from tests.meta.tree import ROOT

SKIPS = {
    "call": "import pytest\ndef test(): pytest.skip('no reason')",
    "mark": "import pytest\n@pytest.mark.skip(reason='none')\ndef test(): pass",
    "module": "import pytest\npytest.importorskip('no_such_module')\ndef test(): pass",
    "program": "import pytest, tests.conftest\n"
    "tests.conftest.PROGRAMS['nginx'] = 'no-such-program'\n"
    "@pytest.mark.requires('nginx')\ndef test(): pass",
}


@pytest.fixture
def outcome(tmp_path):
    """Run one test file under the hooks of this suite."""

    def run(text: str, **variables: str) -> tuple[int, str]:
        (tmp_path / "test_it.py").write_text(text, encoding="ascii")
        command = [sys.executable, "-m", "pytest", "-q", "-rs", "-p", "tests.conftest"]
        for plugin in ("cacheprovider", "django", "randomly"):
            command += ["-p", f"no:{plugin}"]
        kept = {name: value for name, value in os.environ.items() if name != "CI"}
        place = {"PYTHONPATH": str(ROOT), "PATH": str(tmp_path)}
        done = subprocess.run(
            command,
            cwd=tmp_path,
            env=kept | place | variables,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout

    return run


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
