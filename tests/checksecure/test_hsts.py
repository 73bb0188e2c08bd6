from __future__ import annotations

from datetime import date

import pytest
from tests.checksecure.ramp import RAMP, refused, settings_in

from security import parsers


def test_the_plan_is_lines_of_a_settings_file(hsts):
    code, out, err = hsts("plan", "--start", "2027-01-04", "--include-subdomains")
    assert (code, err) == (0, "")
    assert out == (
        "# Each row holds from midnight UTC of its date.\n"
        "SECURITY_HSTS_RAMP = [\n"
        '    ("2027-01-04", 300),  # 5 minutes\n'
        '    ("2027-01-11", 86_400),  # a day\n'
        '    ("2027-01-18", 604_800),  # a week\n'
        '    ("2027-01-25", 2_592_000),  # a month\n'
        '    ("2027-02-24", 63_072_000),  # two years\n'
        "]\n"
        "SECURE_HSTS_INCLUDE_SUBDOMAINS = True\n"
        "# Before SECURE_HSTS_INCLUDE_SUBDOMAINS, each answers over HTTPS:\n"
        "#   curl --head --max-time 10 https://www.example.com/\n"
    )
    found = settings_in(out)
    assert found["SECURE_HSTS_INCLUDE_SUBDOMAINS"] is True
    assert len(parsers.ramp(found["SECURITY_HSTS_RAMP"]).steps) == 5


def test_the_plan_begins_today_and_holds_as_long_as_it_is_told(hsts):
    ramp = settings_in(hsts("plan", "--hold", "1").out)["SECURITY_HSTS_RAMP"]
    assert [day for day, _ in ramp] == [
        "2030-01-15",
        "2030-01-16",
        "2030-01-17",
        "2030-01-24",
        "2030-02-23",
    ]


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("--hold", "0"), "The ramp must be held for 1 to 365 days (got 0)."),
        (("--start", "9999-01-01"), "The ramp must be begun by "),
        (("--timeout", "0"), "--timeout must be more than 0 and at most 300 seconds (got 0.0)."),
        (("--timeout", "nan"), "--timeout must be more than 0 and at most 300 seconds (got nan)."),
        (("https://a.example/",), "HOST must be a host name such as 'www.example.com' (got "),
        (("--start", "tomorrow"), "must be a date such as 2027-01-31 (got 'tomorrow')."),
    ],
)
def test_an_argument_that_cannot_work_is_refused(hsts, words, text):
    code, said = refused(hsts, "plan", *words)
    assert text in said
    assert code in {1, 2}


def test_preload_is_refused_before_the_end_of_the_ramp(hsts, settings, calendar):
    settings.SECURITY_HSTS_RAMP = RAMP
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    for words in ((), ("--start", "2020-01-01")):
        assert refused(hsts, "plan", "--preload", *words) == (
            1,
            "SECURE_HSTS_PRELOAD must wait until 2030-02-01, the last step of the ramp (today is "
            "2030-01-15).\n"
            "    HINT: A host stays on the browsers' lists for months after it was taken off.",
        )
    calendar(date(2030, 2, 1))
    assert settings_in(hsts("plan", "--preload").out) == {
        "SECURE_HSTS_INCLUDE_SUBDOMAINS": True,
        "SECURE_HSTS_PRELOAD": True,
    }
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = False
    assert "SECURE_HSTS_INCLUDE_SUBDOMAINS" in refused(hsts, "plan", "--preload")[1]
    assert hsts("plan", "--preload", "--include-subdomains").code == 0


@pytest.mark.parametrize(
    ("seconds", "is_refused"), [(0, True), (86_400, True), (31_536_000, False)]
)
def test_preload_without_a_ramp_needs_a_year(hsts, settings, seconds, is_refused):
    settings.SECURE_HSTS_SECONDS = seconds
    words = ("plan", "--preload", "--include-subdomains")
    if is_refused:
        assert refused(hsts, *words)[1].startswith("SECURE_HSTS_PRELOAD must wait for a ramp")
    else:
        assert hsts(*words).code == 0
