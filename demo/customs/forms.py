"""The form of the customs house: one file, and whether it is private."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from demo.customs.models import Arrival
from demo.customs.verdict import search
from security.uploads.accepted import RefusedUpload
from security.uploads.types import IMAGES

NOTHING = frozenset({"required", "missing", "invalid"})  # codes of a form without a file


class ArrivalForm(forms.ModelForm):  # type: ignore[type-arg]
    """All that refuses a file is in the field; what stands here tells the visitor about it."""

    class Meta:
        model = Arrival
        fields = ("file", "is_private")
        labels = {"file": "A file of yours"}  # noqa: RUF012

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].required = True  # the model has refused ones, too

    @property
    def refusal(self) -> ValidationError | None:
        """Return why the file was refused; ``None`` where there is none, or it was accepted."""
        errors = self.errors.as_data().get("file", [])
        return next((error for error in errors if error.code not in NOTHING), None)

    def record(self, visitor: str) -> Arrival:
        """Store what came of the file, and the file itself where it is accepted."""
        sent = self.files["file"]
        arrival = Arrival(visitor=visitor, name=sent.name)
        if refusal := self.refusal:
            arrival.rule, arrival.reason = refusal.code, " ".join(refusal.messages)
            if not isinstance(sent, RefusedUpload):  # of which nothing was kept, not even a size
                arrival.sent_bytes = sent.size
        else:
            _accept(arrival, sent, self.cleaned_data)
        arrival.save()
        return arrival


def _accept(arrival: Arrival, sent: UploadedFile[bytes], cleaned: dict[str, Any]) -> None:
    accepted = cleaned["file"]
    arrival.kind, arrival.is_private = accepted.type.name, cleaned["is_private"]
    arrival.sent_bytes, arrival.kept_bytes = sent.size, accepted.size
    if arrival.kind in IMAGES:  # those are made anew; all others are kept as they are
        before = search(_content(sent), arrival.name)
        after = search(_content(accepted), accepted.name)
        arrival.brought, arrival.excerpt = before.things, before.excerpt
        arrival.kept = after.things
    arrival.file = accepted


def _content(file: UploadedFile[bytes]) -> bytes:
    file.seek(0)
    content = file.read()
    file.seek(0)
    return content
