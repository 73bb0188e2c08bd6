"""How large a request may be, and which setting says so."""

from __future__ import annotations

from typing import Final, NamedTuple

from django.conf import settings

from security.checks.installed import imported
from security.checks.login import descends
from security.conf import conf

from . import options
from .options import DEFAULT_BODY, Given
from .site import MAX_BODY

_HANDLER: Final = "security.uploads.handlers.SafeUploadHandler"
_FORM: Final = "DATA_UPLOAD_MAX_MEMORY_SIZE"


class Limit(NamedTuple):
    """The most bytes of a body, and a sentence about where the number is from."""

    size: int
    remark: str


def limit(given: Given) -> Limit:
    """
    Return the limit of the command line, else that of the settings.

    Where the project examines uploads, that is the largest file that ``SECURITY_UPLOADS``
    allows, and the form around it; else that of a form. Raises ``PolicyError``.
    """
    if given.max_body is not None:
        size = options.body(given.max_body)
        return Limit(size, f"A body has at most {size} bytes: --max-body.")
    form, source = _form()
    if not _examines_uploads():
        return Limit(form, f"A body has at most {form} bytes: {source}.")
    size = min(conf.SECURITY_UPLOADS.limits.max_size + form, MAX_BODY)
    return Limit(
        size,
        f'A body has at most {size} bytes: SECURITY_UPLOADS["MAX_SIZE"] for one file, and '
        f"{source} for the form around it.",
    )


def _form() -> tuple[int, str]:
    size: object = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    if type(size) is int and 0 < size <= MAX_BODY:
        return size, _FORM
    return DEFAULT_BODY, f"Django's default of {_FORM}"


def _examines_uploads() -> bool:
    return conf.is_set("SECURITY_UPLOADS") or any(
        (found := imported(path)) is not None and descends(found, _HANDLER)
        for path in settings.FILE_UPLOAD_HANDLERS
    )
