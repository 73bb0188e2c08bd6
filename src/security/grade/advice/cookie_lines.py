"""Cookies that Django's settings rule: whose they are, and how changes alter their lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from .. import cookies

OWNERS: Final = {  # of a cookie: the name that it has without a setting
    "SESSION": "sessionid",
    "CSRF": "csrftoken",
    "LANGUAGE": "django_language",
}
_FLAGS: Final = {"SECURE": "Secure", "HTTPONLY": "HttpOnly"}
_VALUES: Final = {"SAMESITE": "SameSite", "PATH": "Path", "DOMAIN": "Domain"}


def owner(name: str, installed: Mapping[str, object]) -> str | None:
    """Return SESSION, CSRF or LANGUAGE for a cookie of Django, ``None`` for any other."""
    for kind, default in OWNERS.items():
        if name == installed.get(f"{kind}_COOKIE_NAME", default):
            return kind
    return None


def improved_cookies(
    lines: Iterable[tuple[str, str]],
    assigned: Mapping[str, object],
    installed: Mapping[str, object],
) -> tuple[tuple[str, str], ...]:
    """Return header lines with each Set-Cookie as the new settings write it."""
    return tuple(
        (name, _rewritten(value, assigned, installed) if name.lower() == "set-cookie" else value)
        for name, value in lines
    )


def _rewritten(line: str, assigned: Mapping[str, object], installed: Mapping[str, object]) -> str:
    cookie = cookies.read(line)
    kind = owner(cookie.name, installed) if cookie is not None else None
    if cookie is None or kind is None:
        return line
    pair, *attributes = (part.strip() for part in line.split(";"))
    name = assigned.get(f"{kind}_COOKIE_NAME")
    if isinstance(name, str):
        pair = f"{name}={pair.partition('=')[2]}"
    for key, label in {**_FLAGS, **_VALUES}.items():
        setting = f"{kind}_COOKIE_{key}"
        if setting not in assigned:
            continue
        value = assigned[setting]
        attributes = [
            one for one in attributes if one.partition("=")[0].strip().lower() != label.lower()
        ]
        if value not in {None, False}:
            attributes.append(label if key in _FLAGS else f"{label}={value}")
    return "; ".join((pair, *attributes))
