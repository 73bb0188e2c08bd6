"""What happens when a user or a row about a password is saved."""

from __future__ import annotations

from typing import Any, Final

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import get_hasher, identify_hasher
from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import post_delete, post_save, pre_save

from security import password_expiry
from security.auth import rehash_history
from security.conf import conf
from security.marks import LOGGED_IN
from security.models import PasswordExpiry

FIELD: Final = "password"


def connect() -> None:
    """Listen; once is enough, twice does no harm."""
    # Without a sender: a proxy of the user model, or a subclass, has a name of its own.
    pre_save.connect(before_user, dispatch_uid="security.receivers.before_user")
    post_save.connect(after_user, dispatch_uid="security.receivers.after_user")
    for signal in (post_save, post_delete):
        signal.connect(
            row_changed, sender=PasswordExpiry, dispatch_uid="security.receivers.row_changed"
        )
    user_logged_in.connect(logged_in, dispatch_uid="security.receivers.logged_in")


def before_user(
    *, instance: Any, raw: bool, using: str, update_fields: Any = None, **kwargs: Any
) -> None:
    """
    Take the better hash that Django makes of a password at a login for no change.

    Django saves it as ``check_password()`` does: that field by name, and no password that
    was set. Only a hash that was due for it is replaced so; any other one is a change.
    """
    if update_fields is None or FIELD not in update_fields or raw:
        return
    if not isinstance(instance, get_user_model()) or _was_set(instance):
        return
    stored = type(instance)._base_manager.using(using).filter(pk=instance.pk)
    old = stored.values_list(FIELD, flat=True).first()
    if old and old != instance.password and is_due(old):
        password_expiry.mark_rehashed(instance, old)
        rehash_history(instance, old, using=using)


def after_user(
    *, instance: Any, created: bool, raw: bool, update_fields: Any = None, **kwargs: Any
) -> None:
    """Record a new user, and a password that was set with ``set_password()``."""
    if raw or conf.MANDATORY_PASSWORD_CHANGE is None:
        return
    if not isinstance(instance, get_user_model()):
        return
    if created:
        password_expiry.ensure_row(instance, instance.password)
    elif (update_fields is None or FIELD in update_fields) and _was_set(instance):
        password_expiry.password_changed(instance)


def row_changed(*, instance: PasswordExpiry, using: str, **kwargs: Any) -> None:
    """Ask again about the user."""
    password_expiry.forget(instance.user_id, using=using)


def logged_in(*, request: Any = None, **kwargs: Any) -> None:
    """Leave a mark, by which a session knows that it begins anew."""
    if request is not None:
        setattr(getattr(request, "_request", request), LOGGED_IN, True)  # below REST framework's


def _was_set(user: Any) -> bool:
    """Tell whether ``set_password()`` was called and what it set is not yet saved through."""
    return getattr(user, "_password", None) is not None


def is_due(encoded: str) -> bool:
    """Tell whether Django makes a better hash at the next login, as ``check_password()`` asks."""
    try:
        hasher = identify_hasher(encoded)
    except ValueError:  # nobody can log in with it
        return False
    preferred = get_hasher()
    return bool(hasher.algorithm != preferred.algorithm or preferred.must_update(encoded))
