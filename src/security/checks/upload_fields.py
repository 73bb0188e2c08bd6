"""Whether what models store was examined before, and whether it can be."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import FunctionType
from typing import Any, Final, cast

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage
from django.db import models

from security.conf import conf
from security.uploads.types import IMAGES

from .login import descends
from .message import error, warning
from .project import is_readable

# By name: a project without our fields does not import them for this question.
SAFE_FIELDS: Final = (
    "security.uploads.fields.SafeFileField",
    "security.uploads.fields.SafeImageField",
)
VALIDATOR: Final = "security.uploads.validators.UploadValidator"
INSTALLED: Final = frozenset({"dist-packages", "site-packages"})

NO_PILLOW = error(
    "{place} has pictures made anew, and Pillow cannot be imported: each picture is an error.",
    hint='Run python -m pip install "django-bulwark[uploads]", or have them stored as they were '
    "sent: {fix}.",
    id="bulwark.E018",
)
UNEXAMINED = warning(
    "{label}, of class {kind}, stores an upload as it was sent, with whatever is inside.",
    hint="Write {fix}, from security.uploads, and run manage.py makemigrations.{rest}",
    id="bulwark.W064",
)
KEEPING: Final = " A field that stays what it is takes validators=[UploadValidator({types})]."


def check_upload_fields(**kwargs: Any) -> list[CheckMessage]:
    """Find fields of the project's own models without our validator, which fields of ours have."""
    if not is_readable():
        return []
    return [
        _unexamined(model, field)
        for model, field in _fields()
        if not any(descends(type(validator), VALIDATOR) for validator in field.validators)
    ]


def check_upload_pictures(**kwargs: Any) -> list[CheckMessage]:
    """Find pictures that are to be made anew without the library that does it."""
    if not is_readable() or (place := next(_remade(), None)) is None or _has_pillow():
        return []
    is_set = bool(getattr(settings, "SECURITY_UPLOADS", None))
    fix = '["REENCODE"] = False' if is_set else ' = {"REENCODE": False}'
    return [NO_PILLOW.about(place=place, fix=f"SECURITY_UPLOADS{fix}")]


def _fields() -> Iterator[tuple[type[models.Model], models.FileField]]:
    """Yield the file fields of the project's own apps; those of packages are not its to change."""
    for config in apps.get_app_configs():
        if not INSTALLED.isdisjoint(Path(config.path).parts):
            continue
        for model in config.get_models():
            for field in model._meta.local_fields:
                if isinstance(field, models.FileField):
                    yield model, field


def _is_ours(field: models.FileField) -> bool:
    return any(descends(type(field), path) for path in SAFE_FIELDS)


def _label(model: type[models.Model], field: models.FileField) -> str:
    return f"{model._meta.label}.{field.name}"


def _unexamined(model: type[models.Model], field: models.FileField) -> CheckMessage:
    is_picture = isinstance(field, models.ImageField)
    types = f"types={list(IMAGES)}" if is_picture else ""
    if type(field) in {models.FileField, models.ImageField}:
        ours = "SafeImageField" if is_picture else "SafeFileField"
        fix, rest = f"{field.name} = {ours}({_options(field)})", KEEPING.format(types=types)
    else:  # its class does more than Django's, and stays
        fix, rest = f"validators=[UploadValidator({types})] into it", ""
    kind = type(field).__name__
    return UNEXAMINED.about(label=_label(model, field), kind=kind, fix=fix, rest=rest)


def _options(field: models.FileField) -> str:
    """Return the options of a field as a model has them, or dots where one is an object."""
    given: dict[str, Any] = field.deconstruct()[3]
    written = [f"{name}={_written(value)}" for name, value in given.items()]
    return "..." if any(option.endswith("=") for option in written) else ", ".join(written)


def _written(value: Any) -> str:
    if isinstance(value, FunctionType) and value.__name__ == value.__qualname__:
        return value.__name__
    return ascii(value) if isinstance(value, str | bool | int | None) else ""


def _remade() -> Iterator[str]:
    """Yield what lets pictures in to make them anew; what says nothing of pictures does not."""
    given = getattr(settings, "SECURITY_UPLOADS", None)
    rules = conf.SECURITY_UPLOADS
    if given and "TYPES" in given and rules.reencode and not set(IMAGES).isdisjoint(rules.types):
        yield "SECURITY_UPLOADS"
    for model, field in _fields():
        if _is_ours(field):
            rules = conf.SECURITY_UPLOADS.narrowed(**cast("Any", field).options)
            if rules.reencode and not set(IMAGES).isdisjoint(rules.types):
                yield _label(model, field)


def _has_pillow() -> bool:
    try:
        import_module("PIL.Image")
    except ImportError:
        return False
    return True
