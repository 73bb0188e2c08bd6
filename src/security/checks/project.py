"""What checks ask about a project before they look into a part of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, NamedTuple, cast

from django.conf import settings
from django.core.checks import CheckMessage

from security.conf import conf
from security.policy.errors import shown

from .message import error

SHAPE = error(
    "{name} must be {what} (got {got}).",
    hint="Until then the other checks of this package are not made. This works: {name} = "
    "{example}.",
    id="bulwark.E010",
)


class Shape(NamedTuple):
    """What the value of one of Django's settings must be for Django to work with it."""

    fits: Callable[[Any], bool]
    what: str
    example: str


def has_urls() -> bool:
    """Tell whether the project has a URLconf; one that only runs commands may have none."""
    return bool(getattr(settings, "ROOT_URLCONF", None))


def is_readable() -> bool:
    """Tell whether every setting that checks look at is of a kind that can work."""
    return conf.is_sound() and next(misshapen(), None) is None


def misshapen() -> Iterator[tuple[str, Shape, object]]:
    """Yield each setting of Django's that is of the wrong kind, and what it is."""
    for name, shape in SHAPES.items():
        if not shape.fits(value := _value(name)):
            yield name, shape, value


def check_kinds(**kwargs: Any) -> list[CheckMessage]:
    """Find settings of Django's with a value of the wrong kind; ours have ``check_settings``."""
    return [
        SHAPE.about(
            name=name,
            what=shape.what,
            got=shown(value),
            example=shape.example,
        )
        for name, shape, value in misshapen()
    ]


def _value(name: str) -> Any:
    try:
        return getattr(settings, name)
    except (AttributeError, TypeError):  # Django puts a prefix before what is no text, too
        return getattr(cast("Any", settings)._wrapped, name, None)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_text_or_none(value: Any) -> bool:
    return value is None or isinstance(value, str)


def _are_texts(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(map(_is_text, value))


def _are_texts_in_any_order(value: Any) -> bool:
    return isinstance(value, list | tuple | set | frozenset) and all(map(_is_text, value))


def _is_path(value: Any) -> bool:
    return value is None or (isinstance(value, str | Path) and "\0" not in str(value))


def _is_count(value: Any) -> bool:
    return value is None or (type(value) is int and value >= 0)


def _is_same_site(value: Any) -> bool:
    if value is None or value is False:
        return True
    return isinstance(value, str) and value.lower() in {"lax", "strict", "none"}


def _is_pair(value: Any) -> bool:
    return value is None or (_are_texts(value) and len(value) == 2)


_PATHS: Final = "a list of dotted paths"
_DJANGOS: Final = "django.middleware.common.CommonMiddleware"
_PREFIXES: Final = ("SESSION", "CSRF", "LANGUAGE")

SHAPES: Final[Mapping[str, Shape]] = MappingProxyType(
    {
        "MIDDLEWARE": Shape(_are_texts, _PATHS, f'["{_DJANGOS}"]'),
        "ALLOWED_HOSTS": Shape(_are_texts, "a list of hosts", '["www.example.com"]'),
        "AUTHENTICATION_BACKENDS": Shape(
            _are_texts, _PATHS, '["django.contrib.auth.backends.ModelBackend"]'
        ),
        "CSRF_TRUSTED_ORIGINS": Shape(
            _are_texts_in_any_order, "a list of origins", '["https://www.example.com"]'
        ),
        "SECURE_PROXY_SSL_HEADER": Shape(
            _is_pair, "a pair of a header and its value", '("HTTP_X_FORWARDED_PROTO", "https")'
        ),
        **{
            f"{prefix}_COOKIE_{part}": shape
            for prefix in _PREFIXES
            for part, shape in (
                ("NAME", Shape(_is_text, "the name of a cookie", f'"{prefix.lower()}"')),
                ("PATH", Shape(_is_text_or_none, "a path", '"/"')),
                ("DOMAIN", Shape(_is_text_or_none, "a host, or None", "None")),
                (
                    "SAMESITE",
                    Shape(_is_same_site, "'Lax', 'Strict', 'None', False or None", '"Lax"'),
                ),
            )
        },
        "SESSION_ENGINE": Shape(_is_text, "a dotted path", '"django.contrib.sessions.backends.db"'),
        "SESSION_SERIALIZER": Shape(
            _is_text, "a dotted path", '"django.contrib.sessions.serializers.JSONSerializer"'
        ),
        "STATIC_URL": Shape(_is_text_or_none, "a URL or a path, or None", '"/static/"'),
        "MEDIA_URL": Shape(_is_text_or_none, "a URL or a path, or None", '"/media/"'),
        "STATIC_ROOT": Shape(_is_path, "the path of a folder", '"/srv/site/static"'),
        "MEDIA_ROOT": Shape(_is_path, "the path of a folder", '"/srv/site/media"'),
        "FILE_UPLOAD_PERMISSIONS": Shape(_is_count, "a mode such as 0o644, or None", "0o644"),
        "FILE_UPLOAD_HANDLERS": Shape(
            _are_texts, _PATHS, '["django.core.files.uploadhandler.TemporaryFileUploadHandler"]'
        ),
        "DATA_UPLOAD_MAX_MEMORY_SIZE": Shape(_is_count, "a number of bytes, or None", "2_621_440"),
        "DATA_UPLOAD_MAX_NUMBER_FIELDS": Shape(_is_count, "a number, or None", "1000"),
        "DATA_UPLOAD_MAX_NUMBER_FILES": Shape(_is_count, "a number, or None", "100"),
    }
)
