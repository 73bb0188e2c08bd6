from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from security.policy import passwords
from security.policy.passwords import REHASH_WINDOW, Lifetime, News, fingerprint, news, rehashed

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
DAY = timedelta(days=1)
MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))


def test_a_fingerprint_is_the_sha256_of_the_stored_hash():
    assert fingerprint("md5$salt$hash") == sha256(b"md5$salt$hash").hexdigest()
    assert len(fingerprint("")) == 64


@given(st.text(), st.text())
def test_only_the_same_hash_is_no_news(one, other):
    expected = News.NONE if one == other else News.CHANGED
    assert news(fingerprint(one), other, now=NOW) is expected


@given(st.text())
def test_a_row_that_knows_no_hash_is_about_the_one_there_is(encoded):
    assert news("", encoded, now=NOW) is News.UNKNOWN


@given(st.text(), st.timedeltas(timedelta(0), 2 * REHASH_WINDOW))
def test_after_a_rehash_any_hash_is_the_same_password_for_a_while(encoded, since):
    expected = News.NONE if since < REHASH_WINDOW else News.UNKNOWN
    assert news(rehashed(NOW), encoded, now=NOW + since) is expected


@given(MOMENTS)
def test_the_mark_of_a_rehash_fits_the_column_and_is_no_fingerprint(now):
    assert len(rehashed(now)) <= 64
    assert news(rehashed(now), "x", now=now) is News.NONE


@pytest.mark.parametrize(
    ("lifetime", "max_age", "end"),
    [
        (Lifetime(None, None), None, None),
        (Lifetime(NOW, None), None, NOW),
        (Lifetime(None, NOW), None, None),
        (Lifetime(None, NOW), DAY, NOW + DAY),
        (Lifetime(None, NOW, never_expires=True), DAY, None),
        (Lifetime(NOW, NOW, never_expires=True), DAY, NOW),
        (Lifetime(NOW + 2 * DAY, NOW), DAY, NOW + DAY),
        (Lifetime(NOW, NOW), DAY, NOW),
        (Lifetime(None, None), DAY, None),
    ],
    ids=["nothing", "date", "no-age", "age", "never", "forced", "age-first", "date-first", "new"],
)
def test_a_password_ends_with_its_date_or_its_age_whichever_comes_first(lifetime, max_age, end):
    assert lifetime.end(max_age) == end


@pytest.mark.parametrize(
    ("password", "counts"),
    [
        ("", (0, 0, 0)),
        ("abC1", (1, 2, 1)),
        ("\u00c4\u00d6\u00df", (2, 1, 0)),  # German
        ("\u0394\u03b4", (1, 1, 0)),  # Greek
        ("\u0663", (0, 0, 1)),  # an Arabic digit
        ("\u00b2\u2460\u00bd", (0, 0, 0)),  # superscript, circled, fraction
        ("\u05d0\u4e2d", (0, 0, 0)),  # letters without case
        ("\u01c5", (0, 0, 0)),  # title case is neither
    ],
    ids=["empty", "ascii", "german", "greek", "arabic", "no-digits", "no-case", "title"],
)
def test_letters_and_digits_count_in_any_script(password, counts):
    found = passwords.uppercase(password), passwords.lowercase(password), passwords.digits(password)
    assert found == counts


@given(st.text(), st.text())
def test_a_count_adds_up(one, other):
    for count in (passwords.uppercase, passwords.lowercase, passwords.digits):
        assert count(one) + count(other) == count(one + other) <= len(one + other)


@pytest.mark.parametrize(
    ("name", "readings"),
    [
        ("pay", ["pay"]),
        ("shop:pay", ["shop:pay", "shop:*"]),
        ("shop:basket:pay", ["shop:basket:pay", "shop:basket:*", "shop:*"]),
    ],
)
def test_a_view_answers_to_its_full_name_and_its_namespaces(name, readings):
    assert list(passwords.readings(name)) == readings
