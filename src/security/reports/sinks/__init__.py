"""Where reports go: the sink that ``SECURITY_REPORTS`` names."""

from __future__ import annotations

from threading import Lock
from typing import Final

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from security.conf import conf

from .base import Sink, SinkUnavailable

__all__ = ["Sink", "SinkUnavailable", "sink"]

DATABASE: Final = "security.reports.sinks.database.DatabaseSink"
LOG: Final = "security.reports.sinks.log.LogSink"

_making = Lock()


def sink() -> Sink:
    """
    Return the sink of this process, made with the first report and when a setting changes.

    Raises ``ImproperlyConfigured`` where it cannot be made.
    """
    made: Sink | None = conf.memo.get(sink)
    if made is None:
        with _making:  # one, however many threads bring the first report
            made = conf.memo.get(sink)
            if made is None:
                made = conf.memo[sink] = _made()
    return made


def _made() -> Sink:
    wanted = conf.SECURITY_REPORTS
    make = wanted.sink
    try:
        if make is None:
            make = import_string(DATABASE if apps.is_installed("security") else LOG)
        made: Sink = make(**wanted.options)
    except ImproperlyConfigured:  # says what is wrong
        raise
    except Exception as error:
        raise ImproperlyConfigured(
            'SECURITY_REPORTS["SINK"] must be a sink that can be made '
            f"(got {type(error).__name__}).\n    HINT: {error}"
        ) from error
    return made
