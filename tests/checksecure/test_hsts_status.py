from __future__ import annotations

from datetime import date

import pytest
from tests.checksecure.codes import OURS
from tests.checksecure.ramp import RAMP, TODAY, refused, settings_in

STATUS = {
    date(2029, 11, 30): [
        "Step 0 of 3: no header is sent yet.",
        "Next on 2029-12-01, in 1 day: max-age=300 (5 minutes).",
        "The last step is on 2030-02-01.",
    ],
    TODAY: [
        "Step 2 of 3: max-age=86400 (a day) is sent.",
        "Next on 2030-02-01, in 17 days: max-age=63072000 (two years).",
        "The last step is on 2030-02-01.",
    ],
    date(2030, 2, 1): [
        "Step 3 of 3: max-age=63072000 (two years) is sent.",
        "It was the last step.",
    ],
}


@pytest.mark.parametrize(("day", "lines"), STATUS.items(), ids=str)
def test_the_status_tells_where_the_ramp_stands(hsts, settings, calendar, day, lines):
    settings.SECURITY_HSTS_RAMP = RAMP
    calendar(day)
    code, out, err = hsts("status")
    assert (code, out.splitlines(), err) == (0, lines, "")


def test_the_status_of_a_site_without_a_ramp(hsts, settings):
    assert hsts("status").out.splitlines() == [
        "No ramp, and SECURE_HSTS_SECONDS is 0: no header is sent.",
        "    HINT: 'manage.py hsts plan' prints a ramp to begin with.",
    ]
    settings.SECURITY_PRESET = "strict"
    assert hsts("status") == (0, "No ramp. SECURE_HSTS_SECONDS is 31536000 (a year).\n", "")


def test_the_status_of_a_withdrawal_says_how_long_it_has_to_stay(hsts, settings, calendar):
    settings.SECURITY_HSTS_RAMP = [*RAMP[:2], ("2030-01-12", 0)]
    settings.SECURE_HSTS_PRELOAD = True
    assert hsts("status") == (
        0,
        "Withdrawn: max-age=0 is sent. Keep it, and HTTPS, until 2030-01-13.\n"
        "It was the last step.\n",
        "",
    )


@pytest.mark.parametrize(
    ("middleware", "seconds", "found"),
    [
        ([], 0, "none"),
        (["django.middleware.security.SecurityMiddleware"], 3600, "'max-age=3600'"),
        ([OURS, "security.middleware.StrictTransportSecurityMiddleware"], 0, "'max-age=31536000;"),
    ],
    ids=["nobody", "django", "two"],
)
def test_the_status_sees_what_visitors_get(hsts, settings, middleware, seconds, found):
    settings.SECURITY_HSTS_RAMP = RAMP
    settings.MIDDLEWARE = middleware
    settings.SECURE_HSTS_SECONDS = seconds
    code, _, err = hsts("status")
    assert code == 1
    assert err.startswith(
        "Strict-Transport-Security must be 'max-age=86400' today by the settings (visitors get "
        f"{found}"
    )


def test_the_status_says_when_preload_came_too_soon(hsts, settings):
    settings.SECURITY_HSTS_RAMP = RAMP
    settings.SECURE_HSTS_PRELOAD = settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    code, _, err = hsts("status")
    assert (code, err.partition("\n")[0]) == (
        1,
        "SECURE_HSTS_PRELOAD must wait until 2030-02-01, the last step of the ramp (today is "
        "2030-01-15).",
    )


def test_a_withdrawal_is_lines_of_a_settings_file(hsts, settings):
    settings.SECURITY_HSTS_RAMP = RAMP
    settings.SECURE_HSTS_PRELOAD = True
    code, out, _ = hsts("withdraw")
    assert (code, out.partition("\n")[0]) == (
        0,
        "# Keep this, and HTTPS, until 2030-01-16. Then nobody remembers.",
    )
    assert settings_in(out) == {
        "SECURITY_HSTS_RAMP": [*RAMP[:2], ("2030-01-15", 0)],
        "SECURE_HSTS_PRELOAD": False,
    }


def test_beside_a_ramp_the_number_has_no_say(hsts, settings):
    settings.SECURITY_HSTS_RAMP = RAMP
    settings.SECURE_HSTS_SECONDS = 31_536_000
    assert "until 2030-01-16." in hsts("withdraw").out


def test_a_number_is_withdrawn_as_well_as_a_ramp(hsts, settings):
    assert refused(hsts, "withdraw")[0] == 1
    settings.SECURE_HSTS_SECONDS = 31_536_000
    assert "until 2031-01-15." in hsts("withdraw").out
    words = ("--start", "2030-03-01", "--longest", "63072000")
    assert "until 2032-02-29." in hsts("withdraw", *words).out
    assert refused(hsts, "withdraw", "--longest", "-1") == (
        2,
        "--longest must be 0 seconds or more (got -1).",
    )


@pytest.mark.parametrize("words", [("status",), ("withdraw",), ("plan", "--preload")])
def test_a_setting_that_cannot_work_is_told_and_is_no_traceback(hsts, settings, words):
    settings.SECURITY_HSTS_RAMP = [("2030-01-01", "a year")]
    code, text = refused(hsts, *words)
    assert (code, text.startswith("SECURITY_HSTS_RAMP[0] must be")) == (2, True)
