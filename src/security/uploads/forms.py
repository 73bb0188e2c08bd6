"""Form fields whose value is safe to store: ``SafeFileField`` and ``SafeImageField``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.forms.widgets import FileInput, Widget

from security.uploads.accepted import RefusedUpload, WithOptions, accept, rules_with
from security.uploads.types import IMAGES


class SafeFileField(WithOptions, forms.FileField):
    """
    A file of the declared ``types`` only, under a safe name, made anew where that can be done.

    Options are ``types``, ``reencode`` and every limit, such as ``max_size`` (bytes); what is
    not given is that of ``SECURITY_UPLOADS``. ``error_messages`` may replace the sentence of
    a rule, such as ``content.disagrees``. Raises ``ImproperlyConfigured`` for a bad option.
    """

    def to_python(self, data: Any) -> Any:
        """Return the accepted upload, or ``None`` where nothing was sent."""
        upload = data if isinstance(data, RefusedUpload) else super().to_python(data)
        if upload is None:
            return None
        return accept(upload, rules_with(self.options), self.error_messages)

    def widget_attrs(self, widget: Widget) -> dict[str, Any]:
        """Let a browser offer files with the right extensions only."""
        attrs = super().widget_attrs(widget)
        if isinstance(widget, FileInput) and "accept" not in widget.attrs:
            extensions = rules_with(self.options).extensions
            attrs.setdefault("accept", ",".join(f".{each}" for each in extensions))
        return attrs


class SafeImageField(SafeFileField):
    """A ``SafeFileField`` for pictures: PNG, JPEG, GIF, WebP and AVIF if no types are given."""

    default_options: ClassVar[Mapping[str, Any]] = {"types": IMAGES}
