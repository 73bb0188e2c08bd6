from __future__ import annotations

import pytest
from django.contrib.auth import password_validation
from django.contrib.auth.models import User
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.forms import CharField
from tests.accounts.password_site import installed, user

from security.auth import (
    DigitValidator,
    LowercaseValidator,
    UppercaseValidator,
    digit,
    lowercase,
    min_length,
    uppercase,
)
from security.forms import PasswordChangeForm
from security.password_expiry import password_is_expired

__all__ = ["installed", "user"]

pytestmark = pytest.mark.django_db


def form_for(user, new: str, again: str | None = None, old: str = "first Secret 1"):
    fields = {"old_password": old, "new_password1": new, "new_password2": again or new}
    return PasswordChangeForm(user, fields)


def codes(form, field: str) -> list[str]:
    return [error.code for error in form.errors.as_data().get(field, [])]


# The form.


def test_the_password_that_the_user_has_is_no_new_one(user):
    form = form_for(user, "first Secret 1")
    assert codes(form, "new_password1") == ["password_unchanged"]
    assert codes(form_for(user, "other Secret 1"), "new_password1") == []


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        ("Abcde1", []),
        ("Abcd1", ["password_too_short"]),
        ("abcde1", ["password_no_upper"]),
        ("ABCDE1", ["password_no_lower"]),
        ("Abcdef", ["password_no_digit"]),
        (
            "-",
            [
                "password_too_short",
                "password_no_upper",
                "password_no_lower",
                "password_no_digit",
            ],
        ),
    ],
)
def test_a_new_password_needs_six_characters_both_cases_and_a_digit(user, new, expected):
    assert codes(form_for(user, new), "new_password1") == expected


def test_the_rules_of_the_project_apply_as_well(user, settings):
    settings.AUTH_PASSWORD_VALIDATORS = [
        {"NAME": "security.auth.DigitValidator", "OPTIONS": {"count": 3}}
    ]
    assert codes(form_for(user, "Abcde1"), "new_password2") == ["password_no_digit"]


def test_the_old_password_has_to_be_right(user):
    form = form_for(user, "Abcde1", old="wrong")
    assert codes(form, "old_password") == ["password_incorrect"]


def test_saving_returns_the_user_and_ends_the_expiry(user):
    form = form_for(user, "Abcde1")
    assert form.is_valid()
    assert form.save() is user
    assert User.objects.get().check_password("Abcde1")
    assert not password_is_expired(user)


def test_saving_ends_the_expiry_without_the_setting(user, settings):
    settings.MANDATORY_PASSWORD_CHANGE = None
    form = form_for(user, "Abcde1")
    assert form.is_valid()
    form.save()
    assert not password_is_expired(user)


def test_saving_without_commit_leaves_expiry_and_database_alone(user):
    form = form_for(user, "Abcde1")
    assert form.is_valid()
    assert form.save(commit=False) is user
    stored = User.objects.get()
    assert (stored.check_password("first Secret 1"), password_is_expired(stored)) == (True, True)
    user.save()
    assert not password_is_expired(user)


def test_a_space_at_the_end_belongs_to_the_password(user):
    form = form_for(user, "Abcde1 ")
    assert form.is_valid()
    form.save()
    stored = User.objects.get()
    assert (stored.check_password("Abcde1 "), stored.check_password("Abcde1")) == (True, False)


def test_a_space_makes_another_password(user):
    assert codes(form_for(user, "Abcde1 ", "Abcde1"), "new_password2") == ["password_mismatch"]


def test_the_form_says_what_it_wants_and_leaves_the_form_of_django_alone(user):
    from django.contrib.auth.forms import PasswordChangeForm as DjangosForm

    help_text = str(PasswordChangeForm(user).fields["new_password1"].help_text)
    assert help_text.endswith(
        "At least 6 characters, with an upper-case letter, a lower-case letter and a digit."
    )
    assert len(DjangosForm(user).fields["new_password1"].validators) < len(
        PasswordChangeForm(user).fields["new_password1"].validators
    )


# The validators.


@pytest.mark.parametrize(
    ("validator", "good", "bad", "message", "code"),
    [
        (
            min_length(3),
            "abc",
            "ab",
            "The password must have at least 3 characters.",
            "password_too_short",
        ),
        (
            uppercase,
            "aB",
            "ab",
            "The password must contain at least 1 upper-case letter.",
            "password_no_upper",
        ),
        (
            lowercase,
            "aB",
            "AB",
            "The password must contain at least 1 lower-case letter.",
            "password_no_lower",
        ),
        (digit, "a1", "ab", "The password must contain at least 1 digit.", "password_no_digit"),
    ],
    ids=["length", "upper", "lower", "digit"],
)
def test_a_validator_serves_the_field_of_a_form(validator, good, bad, message, code):
    field = CharField(validators=[validator])
    assert field.clean(good) == good
    with pytest.raises(ValidationError) as caught:
        field.clean(bad)
    assert (caught.value.messages, caught.value.error_list[0].code) == ([message], code)


@pytest.mark.parametrize("length", [0, -1, 1.5, True, "6", None], ids=repr)
def test_a_length_is_a_whole_number_of_characters(length):
    with pytest.raises(ValueError, match="must be a whole number of characters, 1 or more"):
        min_length(length)


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (UppercaseValidator, "ABc", "Abc"),
        (LowercaseValidator, "abC", "aBC"),
        (DigitValidator, "12c", "1bc"),
    ],
    ids=["upper", "lower", "digit"],
)
def test_a_validator_of_the_settings_counts(settings, kind, good, bad):
    settings.AUTH_PASSWORD_VALIDATORS = [
        {"NAME": f"security.auth.{kind.__name__}", "OPTIONS": {"count": 2}}
    ]
    password_validation.validate_password(good)
    with pytest.raises(ValidationError) as caught:
        password_validation.validate_password(bad)
    assert [caught.value.messages, password_validation.password_validators_help_texts()] == [
        [kind(2).get_error_message()],
        [kind(2).get_error_message()],
    ]
    assert "at least 2" in kind(2).get_help_text()


@pytest.mark.parametrize("count", [0, 65, 1.0, True, "1"], ids=repr)
def test_a_count_is_a_whole_number_that_somebody_can_type(count):
    with pytest.raises(ImproperlyConfigured) as caught:
        DigitValidator(count=count)
    assert str(caught.value) == (
        f'DigitValidator["count"] must be a whole number, 1 to 64 (got {count!r}).'
    )
