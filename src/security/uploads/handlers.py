"""An upload handler that refuses a file as soon as its name or its first bytes show why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final, cast

from django.core.files.uploadhandler import FileUploadHandler

from security.uploads.accepted import RefusedUpload, UploadRefused, configured, rules_with
from security.uploads.examine import disagreement, of_name, of_size
from security.uploads.refusal import Refusal
from security.uploads.sniff import HEAD, may_become
from security.uploads.types import FileType

# Bytes of a refused file that are read and dropped, so that a browser, which listens only
# when it has sent all, gets an answer and not a broken connection.
MAX_DROPPED: Final = 10 * 1024 * 1024


class SafeUploadHandler(FileUploadHandler):
    """
    Keep refused files from memory and disk. Put it first in ``FILE_UPLOAD_HANDLERS``.

    Name, declared type, first bytes and size must be what ``SECURITY_UPLOADS`` allows; the
    handlers behind this one see nothing of a file from the chunk on that broke a rule. A
    refused file is a ``RefusedUpload`` in ``request.FILES``. Where more than ``MAX_DROPPED``
    bytes would still have to be read, ``UploadRefused`` ends the request with status 400.

    ``options``, of a subclass or of one request, are those of ``SafeFileField``.
    """

    options: ClassVar[Mapping[str, Any]] = {}

    def __init__(self, request: Any = None, **options: Any) -> None:
        super().__init__(request)
        chosen = {**self.options, **options}
        configured(chosen, type(self).__name__)
        self.rules = rules_with(chosen)
        self.left = 0  # bytes of the body that have not been seen in a file

    def handle_raw_input(
        self,
        input_data: Any,
        META: Any,  # noqa: N803 - Django's name
        content_length: int,
        boundary: Any,
        encoding: str | None = None,
    ) -> None:
        self.left = content_length

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.head = b""
        self.dropped = 0
        self.kind: FileType | None = None
        self.refusal: Refusal | None = None
        try:
            self.kind, _ = of_name(self.file_name or "", self.content_type, self.rules)
        except Refusal as refusal:
            self.refusal = refusal

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        self.left -= len(raw_data)
        if self.refusal is None:
            is_judged = len(self.head) >= HEAD
            self.head += raw_data[: HEAD - len(self.head)]
            self.refusal = of_size(start + len(raw_data), self.rules)
            if self.refusal is None and not is_judged and len(self.head) >= HEAD:
                self.judge()
        if self.refusal is None:
            return raw_data
        self.dropped += len(raw_data)
        if self.dropped + max(0, self.left) > MAX_DROPPED:
            self.interrupt()
            if self.request is not None:  # as Django does with too many files: never parse again
                cast("Any", self.request)._mark_post_parse_error()
            raise UploadRefused(self.refusal)
        return None

    def judge(self) -> None:
        """Ask whether a file that begins so can be of the type that its name tells."""
        if self.kind is not None and not may_become(self.kind, self.head):
            self.refusal = disagreement(self.kind, self.file_name or "", self.head)

    def file_complete(self, file_size: int) -> RefusedUpload | None:
        """Return the stand-in for a refused file, or leave the file to the other handlers."""
        if self.refusal is None and 0 < len(self.head) < HEAD:
            self.judge()
        if self.refusal is None:
            return None
        self.interrupt()
        return RefusedUpload(self.file_name, self.content_type, self.refusal)

    def interrupt(self) -> None:
        """Let the handlers behind this one throw away what they have of the file."""
        for other in getattr(self.request, "upload_handlers", ()):
            if other is not self:
                other.upload_interrupted()
