from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from security import profiling
from security.profiling import MAX_MINUTES, is_token, token


def test_the_command_prints_a_token():
    out = StringIO()
    call_command("profiletoken", "--minutes", "5", stdout=out)
    assert is_token(out.getvalue().removesuffix("\n"))


@pytest.mark.parametrize("minutes", [0, -1, MAX_MINUTES + 1])
def test_a_token_is_valid_for_a_day_at_most(minutes):
    with pytest.raises(CommandError, match=r"--minutes must be 1 to 1440"):
        call_command("profiletoken", minutes=minutes)
    with pytest.raises(ValueError, match=r"minutes must be 1 to 1440"):
        token(minutes)


def test_a_token_expires(monkeypatch):
    now = [2_000_000_000.0]
    monkeypatch.setattr("django.core.signing.time.time", lambda: now[0])
    text = token(5)
    assert is_token(text)
    now[0] += 299
    assert is_token(text)
    now[0] += 2
    assert not is_token(text)


def test_a_token_that_says_more_than_a_day_expires_after_a_day(monkeypatch):
    now = [2_000_000_000.0]
    monkeypatch.setattr("django.core.signing.time.time", lambda: now[0])
    text = profiling.TimestampSigner(salt="security.profiling").sign("9999999")
    assert is_token(text)
    now[0] += MAX_MINUTES * 60 + 1
    assert not is_token(text)


FORGED = ["", "1", "5:1:x", ":", "x" * 100_000, "5\u00e9"]


@pytest.mark.parametrize("text", FORGED, ids=lambda text: ascii(text)[:20])
def test_what_we_did_not_sign_is_no_token(text):
    assert not is_token(text)


def test_a_signed_text_that_is_no_number_is_no_token():
    assert not is_token(profiling.TimestampSigner(salt="security.profiling").sign("x"))
    assert not is_token(profiling.TimestampSigner(salt="other").sign("5"))
