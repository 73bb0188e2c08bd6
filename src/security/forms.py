"""The form to change a password, stricter than Django's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib.auth import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.translation import gettext as _

from security.auth import digit, lowercase, min_length, uppercase
from security.password_expiry import password_changed


class PasswordChangeForm(forms.PasswordChangeForm):
    """
    Django's form, and four rules beside ``AUTH_PASSWORD_VALIDATORS``.

    A new password has at least 6 characters, an upper-case letter, a lower-case letter and
    a digit, and is not the one that the user has. Saving it ends the expiry; with
    ``commit=False`` that is left to the caller's ``save()``.
    """

    rules: ClassVar[tuple[Callable[[str], None], ...]] = (
        min_length(6),
        uppercase,
        lowercase,
        digit,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["new_password1"]
        field.validators = [*field.validators, *self.rules]
        rules = _(
            "At least 6 characters, with an upper-case letter, a lower-case letter and a digit."
        )
        field.help_text = format_html("{} {}", field.help_text, rules)

    def clean(self) -> Any:
        """Refuse the password that the user has: to set it again changes nothing but the hash."""
        cleaned = super().clean()
        new = self.cleaned_data.get("new_password1")
        if new and new == self.cleaned_data.get("old_password"):
            error = ValidationError(_("Choose another password."), code="password_unchanged")
            self.add_error("new_password1", error)
        return cleaned

    def save(self, commit: bool = True) -> Any:
        """Set the password and return the user."""
        user = super().save(commit=commit)
        if commit:
            password_changed(user)
        return user
