"""Rules for passwords: for the field of a form, and for ``AUTH_PASSWORD_VALIDATORS``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import identify_hasher
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.utils.translation import ngettext

from security.models import PasswordHistory
from security.policy import passwords
from security.policy.errors import must_be

FORMER = "_security_former_password"  # on a user object, between the check and the change


def min_length(length: int) -> Callable[[str], None]:
    """
    Return a validator that wants at least ``length`` characters.

    Raises ``ValueError`` for a length that is no whole number, 1 or more.
    """
    if type(length) is not int or length < 1:
        raise must_be("a whole number of characters, 1 or more", length)

    def validate(password: str) -> None:
        if len(password) < length:
            raise ValidationError(
                ngettext(
                    "The password must have at least %(count)d character.",
                    "The password must have at least %(count)d characters.",
                    length,
                ),
                code="password_too_short",
                params={"count": length},
            )

    return validate


class CountValidator:
    """Want at least ``count`` characters of one kind. A subclass says which."""

    code: ClassVar[str]

    def __init__(self, count: int = 1) -> None:
        if type(count) is not int or not 1 <= count <= passwords.MAX_COUNT:
            raise _misconfigured(self, "count", f"1 to {passwords.MAX_COUNT}", count)
        self.count = count

    def validate(self, password: str, user: Any = None) -> None:
        if self.found(password) < self.count:
            raise ValidationError(self.get_error_message(), code=self.code)

    def found(self, password: str) -> int:
        """Return how many characters of the kind there are."""
        raise NotImplementedError

    def get_error_message(self) -> str:
        raise NotImplementedError

    def get_help_text(self) -> str:
        return self.get_error_message()


class UppercaseValidator(CountValidator):
    """Want upper-case letters, of any alphabet that has them."""

    code = "password_no_upper"

    def found(self, password: str) -> int:
        return passwords.uppercase(password)

    def get_error_message(self) -> str:
        return ngettext(
            "The password must contain at least %(count)d upper-case letter.",
            "The password must contain at least %(count)d upper-case letters.",
            self.count,
        ) % {"count": self.count}


class LowercaseValidator(CountValidator):
    """Want lower-case letters, of any alphabet that has them."""

    code = "password_no_lower"

    def found(self, password: str) -> int:
        return passwords.lowercase(password)

    def get_error_message(self) -> str:
        return ngettext(
            "The password must contain at least %(count)d lower-case letter.",
            "The password must contain at least %(count)d lower-case letters.",
            self.count,
        ) % {"count": self.count}


class DigitValidator(CountValidator):
    """Want decimal digits, of any script; a superscript is none."""

    code = "password_no_digit"

    def found(self, password: str) -> int:
        return passwords.digits(password)

    def get_error_message(self) -> str:
        return ngettext(
            "The password must contain at least %(count)d digit.",
            "The password must contain at least %(count)d digits.",
            self.count,
        ) % {"count": self.count}


def uppercase(password: str) -> None:
    """Refuse a password without an upper-case letter."""
    UppercaseValidator().validate(password)


def lowercase(password: str) -> None:
    """Refuse a password without a lower-case letter."""
    LowercaseValidator().validate(password)


def digit(password: str) -> None:
    """Refuse a password without a digit."""
    DigitValidator().validate(password)


class PasswordHistoryValidator:
    """
    Refuse the password that a user has, and the last ones before it, ``last`` in all.

    Each comparison takes as long as a login. Kept are hashes, ``last`` for each user; a
    user who is not saved yet has none.
    """

    def __init__(self, last: int = 5) -> None:
        if type(last) is not int or not 1 <= last <= passwords.MAX_HISTORY:
            raise _misconfigured(self, "last", f"1 to {passwords.MAX_HISTORY}", last)
        self.last = last

    def validate(self, password: str, user: Any = None) -> None:
        if not _is_saved(user):
            return
        current = _current(user)
        setattr(user, FORMER, current)
        kept = self._kept(user)
        known = kept if current in kept else [current, *kept]
        if any(_verifies(password, encoded) for encoded in known):
            raise ValidationError(self.get_error_message(), code="password_used_before")

    def password_changed(self, password: str, user: Any = None) -> None:
        """Keep the new hash, and the one before it if that was there before we were."""
        if not _is_saved(user):
            return
        former = getattr(user, FORMER, None)
        setattr(user, FORMER, None)
        for encoded in (former, user.password):
            if encoded and encoded not in self._kept(user):
                PasswordHistory.objects.create(user_id=user.pk, password=encoded)
        rows = PasswordHistory.objects.filter(user_id=user.pk)
        rows.exclude(pk__in=list(rows.values_list("pk", flat=True)[: self.last])).delete()

    def get_error_message(self) -> str:
        return ngettext(
            "The password must not be the current one.",
            "The password must not be one of the last %(count)d.",
            self.last,
        ) % {"count": self.last}

    def get_help_text(self) -> str:
        return self.get_error_message()

    def _kept(self, user: Any) -> list[str]:
        rows = PasswordHistory.objects.filter(user_id=user.pk)
        return list(rows.values_list("password", flat=True)[: self.last])


def rehash_history(user: Any, old: str, *, using: str | None = None) -> None:
    """Keep the better hash of the same password in place of ``old``."""
    rows = PasswordHistory.objects.using(using).filter(user_id=user.pk, password=old)
    rows.update(password=user.password)


def _verifies(password: str, encoded: str) -> bool:
    """Compare without what ``check_password()`` does beside it: no new hash, no hardening."""
    try:
        return bool(identify_hasher(encoded).verify(password, encoded))
    except ValueError:  # an unusable password, or a hasher that is not installed any more
        return False


def _is_saved(user: Any) -> bool:
    return user is not None and user.pk is not None and not user._state.adding


def _current(user: Any) -> str:
    """Return the hash that a user has, also where ``set_password()`` came before the check."""
    if getattr(user, "_password", None) is None:
        return str(user.password)
    stored = get_user_model()._base_manager.filter(pk=user.pk)
    return str(stored.values_list("password", flat=True).first() or "")


def _misconfigured(validator: object, option: str, span: str, got: object) -> Exception:
    error = must_be(f"a whole number, {span}", got).within(option)
    return ImproperlyConfigured(error.describe(type(validator).__name__))
