"""What a login page was sent, read so that the view can read it again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any, Final

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest, QueryDict, RawPostDataException, UnreadablePostError
from django.http.multipartparser import MultiPartParser, MultiPartParserError

MAX_JSON: Final = 64 * 1024  # bytes of a login; an honest one has a hundred
FORM: Final = "application/x-www-form-urlencoded"
PARTS: Final = "multipart/form-data"
BEFORE: Final = b" \t\r\n\x00\xef\xbb\xbf\xfe\xff"  # blanks and marks of an encoding


def read(request: HttpRequest) -> Iterator[Mapping[str, Any]]:
    """
    Yield each way in which a view may read the body: as a form, and as a JSON object.

    The declared type decides about forms only, as it does for Django. Many views take JSON
    whatever it is called. Raises ``RequestDataTooBig`` for more JSON than ``MAX_JSON``, and
    what Django itself raises for a body that it refuses.
    """
    kind = (request.content_type or "").lower()
    try:
        if request.method == "POST" and kind in (FORM, PARTS):
            yield request.POST
        elif kind == PARTS:
            yield _parts(request)
        elif kind == FORM:
            yield _form(request)
        if kind != PARTS:
            yield from _objects(request, declared=kind.endswith("json"))
    except (UnreadablePostError, RawPostDataException):
        return  # the client is gone, or somebody before us has read what it sent


class _NoFiles(FileUploadHandler):
    """Leave files unread: here a body is read for its fields only."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Keep nothing."""

    def file_complete(self, file_size: int) -> None:
        """Return no file."""


def _parts(request: HttpRequest) -> Mapping[str, Any]:
    """Read what Django leaves to the view: a form with parts that is no POST."""
    body = request.body
    about = {**request.META, "CONTENT_LENGTH": str(len(body))}
    try:
        parser = MultiPartParser(about, BytesIO(body), [_NoFiles()], request.encoding)
        return parser.parse()[0]
    except MultiPartParserError:
        return {}


def _form(request: HttpRequest) -> Mapping[str, Any]:
    try:
        return QueryDict(request.body, encoding=request.encoding)
    except LookupError:  # a charset that is one of bytes
        return {}


def _objects(request: HttpRequest, *, declared: bool) -> Iterator[Mapping[str, Any]]:
    body = request.body
    if len(body) > MAX_JSON:
        if declared or body.lstrip(BEFORE).startswith(b"{"):
            raise RequestDataTooBig(f"A login has at most {MAX_JSON} bytes of JSON.")
        return
    for charset in dict.fromkeys((None, request.encoding)):
        try:
            found = json.loads(body if charset is None else body.decode(charset))
        except (ValueError, LookupError, RecursionError):
            continue
        if isinstance(found, dict):
            yield found
