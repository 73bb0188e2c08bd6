"""From what a project writes about logins, sessions and passwords to what guards them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple

from django.contrib.auth import REDIRECT_FIELD_NAME
from django.utils.functional import Promise

from security.parsers import dotted_callable, exempt, keyed, seconds, words
from security.policy.errors import PolicyError, must_be
from security.policy.exemptions import Exemptions
from security.policy.throttling import default_delay_function

MAX_AGE_DAYS = 36_500  # a hundred years; datetime ends in the year 9999
DEVICE_AGE = 90 * 24 * 60 * 60  # seconds that a browser is remembered as its user's
WHO = ("staff", "token", "anyone")  # who may have a request profiled


def login_url(raw: object) -> str | Promise:
    """Read ``LOGIN_URL``: a path, a URL name, or a lazy one of either."""
    if isinstance(raw, Promise):
        return raw
    if not isinstance(raw, str) or not raw.strip():
        raise must_be("a path or a URL name", raw, hint='Write "/accounts/login/" or "login".')
    return raw


def url_names(raw: object) -> tuple[str, ...]:
    """Read a list of URL names, such as ``login`` or ``shop:index``, and ``namespace:*``."""
    names = words(raw, "a list of URL names")
    for index, name in enumerate(names):
        if not isinstance(name, str) or not name.strip():
            raise must_be("a URL name", name).within(index)
        if name == "*":
            raise must_be("a URL name that does not mean every page", name).within(index)
    return names


def header_name(raw: object) -> str:
    """Read the name of a request header; return its key in ``request.META``."""
    if not isinstance(raw, str) or not raw.replace("-", "").isalnum() or not raw.isascii():
        raise must_be("the name of a request header", raw, hint='Write "X-Session-Passive".')
    return f"HTTP_{raw.upper().replace('-', '_')}"


def positive_seconds(raw: object) -> int:
    value = seconds(raw)
    if value == 0:
        raise must_be("a whole number of seconds, 1 or more", raw)
    return value


class PasswordChange(NamedTuple):
    """``MANDATORY_PASSWORD_CHANGE``, read. ``max_age`` is ``None`` for no expiry by age."""

    url_name: str
    exempt_names: tuple[str, ...]
    exempt: Exemptions
    include_superusers: bool
    max_age: timedelta | None
    exempt_backends: tuple[str, ...]


_PASSWORD_KEYS = (
    "URL_NAME",
    "EXEMPT_URL_NAMES",
    "EXEMPT_URLS",
    "INCLUDE_SUPERUSERS",
    "MAX_AGE_DAYS",
    "EXEMPT_BACKENDS",
)


def password_change(raw: object) -> PasswordChange:
    """Read ``MANDATORY_PASSWORD_CHANGE``."""
    fields = keyed(raw, _PASSWORD_KEYS)
    if "URL_NAME" not in fields:
        raise must_be(
            "given a URL_NAME",
            sorted(fields),
            hint='Name the page that changes a password: {"URL_NAME": "password_change"}.',
        )
    superusers = fields.get("INCLUDE_SUPERUSERS", False)
    if not isinstance(superusers, bool):
        raise must_be("True or False", superusers).within("INCLUDE_SUPERUSERS")
    return PasswordChange(
        _at("URL_NAME", _url_name, fields["URL_NAME"]),
        _at("EXEMPT_URL_NAMES", url_names, fields.get("EXEMPT_URL_NAMES", ())),
        _at("EXEMPT_URLS", exempt, fields.get("EXEMPT_URLS", ())),
        superusers,
        _at("MAX_AGE_DAYS", _days, fields.get("MAX_AGE_DAYS")),
        _at("EXEMPT_BACKENDS", _backends, fields.get("EXEMPT_BACKENDS", ())),
    )


@dataclass(frozen=True, slots=True)
class Throttling:
    """
    ``AUTHENTICATION_THROTTLING``, read.

    ``login_urls`` are paths with their leading slash and the template of each, or ``None``.
    ``device_age`` is how long a browser is remembered as its user's, in seconds; 0: never.
    """

    login_urls: tuple[tuple[str, str | None], ...] = ()
    delay_function: Callable[[int, int], tuple[float, float]] = default_delay_function
    redirect_field_name: str = REDIRECT_FIELD_NAME
    cache: str = "default"
    username_fields: tuple[str, ...] = ("username",)
    device_age: int = DEVICE_AGE


_THROTTLING_KEYS = (
    "LOGIN_URLS_WITH_TEMPLATES",
    "DELAY_FUNCTION",
    "REDIRECT_FIELD_NAME",
    "CACHE",
    "USERNAME_FIELDS",
    "DEVICE_AGE",
)


def throttling(raw: object) -> Throttling:
    """Read ``AUTHENTICATION_THROTTLING``."""
    fields = keyed(raw, _THROTTLING_KEYS)
    if "LOGIN_URLS_WITH_TEMPLATES" not in fields:
        raise must_be(
            "given LOGIN_URLS_WITH_TEMPLATES",
            sorted(fields),
            hint='Write {"LOGIN_URLS_WITH_TEMPLATES": [("accounts/login/", None)]}.',
        )
    given = {
        "login_urls": ("LOGIN_URLS_WITH_TEMPLATES", _logins),
        "delay_function": ("DELAY_FUNCTION", _delay_function),
        "redirect_field_name": ("REDIRECT_FIELD_NAME", _name),
        "cache": ("CACHE", _name),
        "username_fields": ("USERNAME_FIELDS", _names),
        "device_age": ("DEVICE_AGE", seconds),
    }
    read: dict[str, Any] = {
        field: _at(key, parse, fields[key])
        for field, (key, parse) in given.items()
        if key in fields
    }
    return Throttling(**read)


def profiling_allow(raw: object) -> tuple[str, ...]:
    """Read ``SECURITY_PROFILING_ALLOW``: who may have a request profiled."""
    allowed = words(raw, "a list of 'staff', 'token', 'anyone'")
    for index, who in enumerate(allowed):
        if who not in WHO:
            raise must_be("one of 'staff', 'token', 'anyone'", who).within(index)
    return allowed


def folder(raw: object) -> str:
    """Read the path of a folder."""
    path = str(raw) if hasattr(raw, "__fspath__") else raw
    if not isinstance(path, str) or not path.strip():
        raise must_be("the path of a folder", raw)
    return path


def count(raw: object) -> int:
    if type(raw) is not int or raw < 1:
        raise must_be("a whole number, 1 or more", raw)
    return raw


def _at(key: str, parse: Callable[[Any], Any], raw: object) -> Any:
    try:
        return parse(raw)
    except PolicyError as error:
        raise error.within(key) from None


def _url_name(raw: object) -> str:
    if not isinstance(raw, str) or not raw.strip():
        raise must_be("a URL name", raw)
    return raw


def _days(raw: object) -> timedelta | None:
    if raw is None:
        return None
    if type(raw) is not int or not 1 <= raw <= MAX_AGE_DAYS:
        raise must_be(f"a whole number of days, 1 to {MAX_AGE_DAYS}, or None", raw)
    return timedelta(days=raw)


def _backends(raw: object) -> tuple[str, ...]:
    paths = words(raw, "a list of authentication backends")
    for index, path in enumerate(paths):
        if not isinstance(path, str) or "." not in path:
            raise must_be("the dotted path of a backend", path).within(index)
    return paths


def _logins(raw: object) -> tuple[tuple[str, str | None], ...]:
    pairs = []
    for index, pair in enumerate(words(raw, "a list of (path, template or None)")):
        if not isinstance(pair, list | tuple) or len(pair) != 2:  # a pair
            raise must_be("a pair of a path and a template or None", pair).within(index)
        path, template = pair
        if not isinstance(path, str) or not path.strip("/"):
            raise must_be("a path, such as 'accounts/login/'", path).within(index, 0)
        if template is not None and (not isinstance(template, str) or not template):
            raise must_be("the name of a template, or None", template).within(index, 1)
        pairs.append((f"/{path.lstrip('/')}", template))
    return tuple(pairs)


def _delay_function(raw: object) -> Callable[[int, int], tuple[float, float]]:
    return raw if callable(raw) else dotted_callable(raw)


def _name(raw: object) -> str:
    if not isinstance(raw, str) or not raw:
        raise must_be("a name", raw)
    return raw


def _names(raw: object) -> tuple[str, ...]:
    names = words(raw, "a list of names of form fields")
    for index, name in enumerate(names):
        _at(str(index), _name, name)
    return names or Throttling().username_fields
