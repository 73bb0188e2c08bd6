"""Between Django's uploaded files and verdicts: what fields, validators and handlers share."""

from __future__ import annotations

import io
import re
import weakref
from collections.abc import Mapping
from typing import Any, BinaryIO, ClassVar, Final, NoReturn, cast

from django.core.exceptions import BadRequest, ValidationError
from django.core.files.base import File
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.formats import number_format
from django.utils.translation import gettext

from security.conf import Misconfigured, conf
from security.policy.errors import PolicyError
from security.uploads.examine import Examined, examine
from security.uploads.refusal import Refusal, Size
from security.uploads.rules import OPTIONS, Rules
from security.uploads.types import FileType

_WHOLE: Final = re.compile(r"\D0(?=\D)")  # the end of 10.0 and of 10,0


class UploadRefused(ValidationError, BadRequest):  # noqa: N818 - what happened
    """
    A refusal as Django knows it: an error of a form, and status 400 anywhere else.

    ``code`` is the rule; ``messages`` replaces the sentence of a rule by another. Numbers and
    sizes are written as the language of the visitor writes them.
    """

    def __init__(self, refusal: Refusal, messages: Mapping[str, Any] | None = None) -> None:
        message = (messages or {}).get(refusal.rule) or gettext(refusal.message)
        super().__init__(message, code=refusal.rule, params=_words(refusal))
        self.refusal = refusal


def _words(refusal: Refusal) -> dict[str, str]:
    """Return the words of a refusal, with numbers and sizes in the active language."""
    words = refusal.words
    for name, value in refusal.params.items():
        if isinstance(value, Size):
            words[name] = _WHOLE.sub("", filesizeformat(value)).replace("\N{NO-BREAK SPACE}", " ")
        elif isinstance(value, int):
            words[name] = number_format(value, force_grouping=True)
    return words


class AcceptedUpload(UploadedFile):  # type: ignore[type-arg]  # generic in the stubs alone
    """An upload that has passed ``rules``: ``content_type`` is that of ``type``."""

    def __init__(self, examined: Examined, rules: Rules) -> None:
        examined.stream.seek(0, 2)
        size = examined.stream.tell()
        examined.stream.seek(0)
        media_type = examined.type.media_types[0]
        super().__init__(cast("Any", examined.stream), examined.name, media_type, size)
        self.rules = rules
        self.type: FileType = examined.type


class AcceptedTemporaryUpload(AcceptedUpload):
    """The same, in a file that a storage may move into its place."""

    def __init__(self, examined: Examined, rules: Rules, path: str) -> None:
        super().__init__(examined, rules)
        self._path = path

    def temporary_file_path(self) -> str:
        return self._path


class RefusedUpload(UploadedFile):  # type: ignore[type-arg]  # generic in the stubs alone
    """
    Stands in ``request.FILES`` for a file that the handler has not kept.

    Who asks for its size or its content gets ``UploadRefused``: a form field shows it to the
    visitor, and a view that reads the file answers 400.
    """

    def __init__(self, name: str | None, content_type: str | None, refusal: Refusal) -> None:
        self.refusal = refusal
        super().__init__(None, name, content_type)

    def _refuse(self, *args: object) -> NoReturn:
        raise UploadRefused(self.refusal)

    def _ignore(self, value: object) -> None:
        """Take what the base class sets."""

    size = property(_refuse, _ignore)
    file = property(_refuse, _ignore)
    open = _refuse  # type: ignore[assignment]
    chunks = property(_refuse)  # asked for before a file is made
    closed = True

    def close(self) -> None:
        """There is nothing to close."""


def configured(options: Mapping[str, Any], owner: str) -> None:
    """Verify options of a field, when it is made. Raises ``ImproperlyConfigured``."""
    try:
        Rules().narrowed(**options)
    except PolicyError as error:
        raise Misconfigured(owner, error) from error


class WithOptions:
    """
    A mixin for fields: options of ours, beside those of the class that stands after it.

    ``given`` are those that were given, ``options`` these and ``default_options``. Raises
    ``ImproperlyConfigured`` for a bad one.
    """

    default_options: ClassVar[Mapping[str, Any]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.given = {name: kwargs.pop(name) for name in OPTIONS if name in kwargs}
        self.options = {**self.default_options, **self.given}
        configured(self.options, type(self).__name__)
        super().__init__(*args, **kwargs)


def rules_with(options: Mapping[str, Any]) -> Rules:
    """Return the rules of ``SECURITY_UPLOADS``, and these options before them."""
    return conf.SECURITY_UPLOADS.narrowed(**options)


def accept(
    data: File[Any],
    rules: Rules,
    messages: Mapping[str, Any] | None = None,
    *,
    name: str | None = None,
) -> Any:
    """
    Return the upload as it may be stored, under ``name`` if given. Raises ``UploadRefused``.

    The file that was sent stays as it is, at its beginning. One that has passed the same
    rules before is not examined, nor made anew, again.
    """
    if isinstance(data, RefusedUpload):
        raise UploadRefused(data.refusal, messages)
    name = name or data.name or ""
    if isinstance(data, AcceptedUpload) and (data.rules, data.name) == (rules, name):
        return data
    stream = _binary(data, rules)
    try:
        examined = examine(stream, name, getattr(data, "content_type", None), rules)
    except Refusal as refusal:
        raise UploadRefused(refusal, messages) from refusal
    finally:
        stream.seek(0)
    if examined.stream is not cast("Any", data):
        upload = AcceptedUpload(examined, rules)
        weakref.finalize(upload, examined.stream.close)
    elif path := getattr(data, "temporary_file_path", None):
        upload = AcceptedTemporaryUpload(examined, rules, path())
    else:
        upload = AcceptedUpload(examined, rules)
    return upload


def _binary(data: Any, rules: Rules) -> BinaryIO:
    """Return the bytes; what code saves as a ``ContentFile`` of text is stored as UTF-8."""
    if not isinstance(data.file, io.TextIOBase):
        return cast("BinaryIO", data)
    data.seek(0)
    return io.BytesIO(data.read(rules.limits.max_size + 1).encode())
