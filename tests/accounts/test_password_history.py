from __future__ import annotations

import pytest
from django.contrib.auth import password_validation
from django.contrib.auth.hashers import MD5PasswordHasher, make_password
from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.utils.functional import SimpleLazyObject
from tests.accounts.password_site import installed, logged_in

from security.auth import PasswordHistoryValidator
from security.models import PasswordHistory

__all__ = ["installed"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def last(settings):
    """Keep the last three passwords of everybody."""
    settings.AUTH_PASSWORD_VALIDATORS = [
        {"NAME": "security.auth.PasswordHistoryValidator", "OPTIONS": {"last": 3}}
    ]


@pytest.fixture
def user(installed, last):
    return User.objects.create_user("ada", password="password-0")


def change(user, password: str) -> None:
    password_validation.validate_password(password, user)
    user.set_password(password)
    user.save()


def is_refused(user, password: str) -> bool:
    try:
        password_validation.validate_password(password, user)
    except ValidationError as error:
        return [each.code for each in error.error_list] == ["password_used_before"]
    return False


def test_the_last_passwords_cannot_be_chosen_again(user):
    for number in range(1, 5):
        change(user, f"password-{number}")
    refused = [is_refused(user, f"password-{number}") for number in range(6)]
    assert refused == [False, False, True, True, True, False]


def test_no_more_hashes_are_kept_than_are_compared(user):
    other = User.objects.create_user("bob", password="password-0")
    change(other, "password-1")
    for number in range(1, 10):
        change(user, f"password-{number}")
    kept = PasswordHistory.objects.filter(user=user)
    assert (len(kept), kept[0].password) == (3, user.password)
    assert PasswordHistory.objects.filter(user=other).count() == 2


def test_a_password_from_before_the_history_counts(installed, settings):
    user = User.objects.create_user("ada", password="password-0")
    assert not PasswordHistory.objects.exists()
    settings.AUTH_PASSWORD_VALIDATORS = [{"NAME": "security.auth.PasswordHistoryValidator"}]
    assert is_refused(user, "password-0")
    change(user, "password-1")
    assert [is_refused(user, f"password-{number}") for number in range(3)] == [True, True, False]


def test_a_user_who_is_not_saved_has_no_history(last):
    for nobody in (None, AnonymousUser(), User(username="new", password=make_password("x"))):
        assert not is_refused(nobody, "x")
        PasswordHistoryValidator().password_changed("x", nobody)
    assert not PasswordHistory.objects.exists()


def test_a_lazy_user_has_the_history_of_the_one_it_stands_for(user):
    lazy = SimpleLazyObject(lambda: user)
    assert is_refused(lazy, "password-0")
    change(lazy, "password-1")
    assert PasswordHistory.objects.count() == 2


def test_a_password_that_was_set_first_and_checked_then_is_not_its_own_former_one(user):
    user.set_password("password-1")
    assert not is_refused(user, "password-1")
    assert is_refused(user, "password-0")
    user.save()
    assert is_refused(user, "password-1")


def test_a_better_hash_is_no_further_password(user, settings):
    for number in (1, 2):
        change(user, f"password-{number}")
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.ScryptPasswordHasher",
        "django.contrib.auth.hashers.MD5PasswordHasher",
    ]
    assert user.check_password("password-2")
    assert [row.password == user.password for row in PasswordHistory.objects.all()] == [
        True,
        False,
        False,
    ]
    assert [is_refused(user, f"password-{number}") for number in range(4)] == [
        True,
        True,
        True,
        False,
    ]


@pytest.mark.parametrize("old", ["!unusable", "gone$1$salt$hash", ""], ids=["!", "gone", "empty"])
def test_a_hash_that_cannot_be_compared_is_passed_over(user, old):
    PasswordHistory.objects.update(password=old)
    User.objects.update(password=old)
    user.refresh_from_db()
    change(user, "password-1")
    assert is_refused(user, "password-1")


def test_a_check_takes_one_comparison_for_each_password(user, monkeypatch):
    for number in (1, 2):
        change(user, f"password-{number}")
    compared = []
    verify = MD5PasswordHasher.verify

    def counting(self, password, encoded):
        compared.append(encoded)
        return verify(self, password, encoded)

    monkeypatch.setattr(MD5PasswordHasher, "verify", counting)
    assert not is_refused(user, "password-3")
    assert len(compared) == len(set(compared)) == 3


def test_the_page_of_django_refuses_a_former_password(client, user):
    fields = {"old_password": "password-0", "new_password1": "password-0"}
    response = client.post(
        "/password/", {**fields, "new_password2": "password-0"}, headers=logged_in(user)
    )
    assert response.context["form"].errors == {
        "new_password2": ["The password must not be one of the last 3."]
    }


@pytest.mark.parametrize("number", [0, 25, 1.0, True, "5"], ids=repr)
def test_the_number_of_passwords_is_bounded(number):
    with pytest.raises(ImproperlyConfigured) as caught:
        PasswordHistoryValidator(last=number)
    assert str(caught.value) == (
        f'PasswordHistoryValidator["last"] must be a whole number, 1 to 24 (got {number!r}).'
    )


def test_the_help_says_how_many(last):
    assert password_validation.password_validators_help_texts() == [
        "The password must not be one of the last 3."
    ]
    alone = PasswordHistoryValidator(last=1)
    assert alone.get_help_text() == "The password must not be the current one."


def test_a_former_password_goes_with_its_user_and_shows_no_hash(user):
    change(user, "password-1")
    row = PasswordHistory.objects.all()[0]
    assert user.password not in f"{row} {row!r}"
    user.delete()
    assert not PasswordHistory.objects.exists()
