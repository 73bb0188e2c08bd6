"""What somebody may send who wants a source in the policy that no page needs."""

from __future__ import annotations

import pytest
from tests.reports.test_suggest import SELF, advice, proposed, seen

from security.policy.csp import ContentSecurityPolicy
from security.reports.suggest import Limits
from security.reports.suggest_advice import Advice


def test_webassembly_is_not_believed_of_one_report():
    violation = seen("script-src", "wasm-eval", count=1)
    assert advice(violation) == (Advice.LEAVE, "script-src", "'wasm-unsafe-eval'")
    assert "wasm" in proposed(violation, limits=Limits(reports=1))


@pytest.mark.parametrize("directive", ["img-src", "style-src-elem", "default-src"])
def test_webassembly_is_allowed_to_scripts_alone(directive):
    violation = seen(directive, "wasm-eval")
    assert advice(violation)[0] is Advice.LEAVE
    assert proposed(violation) == str(SELF)


@pytest.mark.parametrize("host", ["*.com", "*.evil.example", "*", "a.*.example", "*.com:8443"])
@pytest.mark.parametrize("directive", ["script-src-elem", "img-src", "form-action"])
def test_a_host_that_would_be_read_as_a_wildcard_is_never_added(directive, host):
    current = ContentSecurityPolicy.parse("default-src 'self'; form-action 'self'")
    violation = seen(directive, f"https://{host}/x.js", count=10**6)
    assert advice(violation, current)[0] is Advice.LEAVE
    assert proposed(violation, policy=current) == str(current)
