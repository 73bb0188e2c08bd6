"""For middlewares of users: settings loaded at the start, and again when they change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.deprecation import MiddlewareMixin


class BaseMiddleware(MiddlewareMixin):
    """
    Load the declared settings through ``load_setting``.

    Subclasses name settings in ``REQUIRED_SETTINGS`` and ``OPTIONAL_SETTINGS`` (tuples of
    ``str``) and override ``load_setting``. It is called for each of them at the start, and
    again whenever a test changes one; ``None`` stands for an absent optional setting.

    Raises ``ImproperlyConfigured`` for an absent required setting. When a later change
    takes it away or ``load_setting`` refuses the new value, the next request raises, not
    the test that made the change.
    """

    REQUIRED_SETTINGS: ClassVar[tuple[str, ...] | list[str]] = ()
    OPTIONAL_SETTINGS: ClassVar[tuple[str, ...] | list[str]] = ()

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        super().__init__(get_response)
        self._broken: dict[str, Exception] = {}
        for attribute in ("REQUIRED_SETTINGS", "OPTIONAL_SETTINGS"):
            if isinstance(getattr(self, attribute), str):
                raise ImproperlyConfigured(
                    f"{type(self).__name__}.{attribute} must be a tuple of names "
                    f"(got {getattr(self, attribute)!r:.80}).\n"
                    "    HINT: A string is read letter by letter. Mind the comma."
                )
        declared = (*self.REQUIRED_SETTINGS, *self.OPTIONAL_SETTINGS)
        for name in declared:
            self._load(name)
        if declared:
            setting_changed.connect(self._changed)

    def load_setting(self, setting: str, value: Any) -> None:
        """Take the value of one setting. Users' subclasses override it."""
        raise NotImplementedError(
            f"{type(self).__name__} declares settings, so it must define load_setting()."
        )

    def __call__(self, request: HttpRequest) -> Any:
        for error in self._broken.values():
            raise error
        return super().__call__(request)

    def _load(self, name: str) -> None:
        value = getattr(settings, name, None)
        if value is None and name in self.REQUIRED_SETTINGS and not hasattr(settings, name):
            raise ImproperlyConfigured(
                f"{name} must be set: {type(self).__name__} needs it (got nothing)."
            )
        self.load_setting(name, value)

    def _changed(self, *, setting: str, **kwargs: Any) -> None:
        if setting in self.REQUIRED_SETTINGS or setting in self.OPTIONAL_SETTINGS:
            self._broken.pop(setting, None)
            try:
                self._load(setting)
            except Exception as error:  # whatever a user's subclass raises
                self._broken[setting] = error
