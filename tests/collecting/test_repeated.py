"""Of a response with two policies a browser tells most violations twice; they count once."""

from __future__ import annotations

import pytest
from tests.collecting.sending import body

CHROME = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 "
    "Safari/537.36"
)
HEADERS = {"Origin": "https://www.example.com", "User-Agent": CHROME}


@pytest.mark.parametrize("path", ["/reports/", "/csp-report/"])
def test_what_report_to_brings_is_passed_over(server, keeper, path):
    sent = body(**{"status-code": 200})
    assert server.post(f"{path}?twin", sent, headers=HEADERS).status == 204
    assert (keeper().reports, dict(keeper().refused)) == ([], {})


@pytest.mark.parametrize("query", ["", "?a=twin", "?twins"])
def test_of_a_policy_that_is_alone_everything_counts(server, keeper, query):
    server.post(f"/reports/{query}", body(**{"status-code": 200}), headers=HEADERS)
    assert len(keeper().reports) == 1


@pytest.mark.parametrize("changed", [{"Origin": "null"}, {"User-Agent": "curl/8"}])
def test_what_report_to_loses_counts(server, keeper, changed):
    sent = body(**{"status-code": 200})
    assert server.post("/csp-report/?twin", sent, headers=HEADERS | changed).status == 204
    assert len(keeper().reports) == 1
