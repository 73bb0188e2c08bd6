"""What was for development, for a while, or forgotten."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import django
from django.conf import settings
from django.core.checks import CheckMessage

from security.conf import conf

from .installed import indexes
from .message import info, warning
from .project import is_readable

TOOLS: Final = (
    "debug_toolbar.middleware.DebugToolbarMiddleware",
    "silk.middleware.SilkyMiddleware",
    "pyinstrument.middleware.ProfilerMiddleware",
    "querycount.middleware.QueryCountMiddleware",
    "nplusone.ext.django.NPlusOneMiddleware",
)
SMTP: Final = "django.core.mail.backends.smtp.EmailBackend"

TOOL = warning(
    "MIDDLEWARE has {path}, a tool of development, and DEBUG is off: it records what visitors do.",
    hint='Add it for DEBUG only: MIDDLEWARE.remove("{path}").',
    id="bulwark.W061",
)
KEYS = info(
    "SECRET_KEY_FALLBACKS has {count}: whoever knows an old key still makes sessions and "
    "password resets.",
    hint="Once what they signed is over, write SECRET_KEY_FALLBACKS = [].",
    id="bulwark.W062",
)
WAITING = warning(
    "{name} is None and SECURITY_REPORTS sends mails: a mail server that does not answer keeps it "
    "waiting for ever.",
    hint="Write {fix}.",
    id="bulwark.W063",
)


def check_tools(**kwargs: Any) -> list[CheckMessage]:
    """Find tools of development that look on in production."""
    if settings.DEBUG or not is_readable():
        return []
    return [TOOL.about(path=settings.MIDDLEWARE[index]) for index in indexes(*TOOLS)]


def check_old_keys(**kwargs: Any) -> list[CheckMessage]:
    """Say of old keys that they still count."""
    keys = getattr(settings, "SECRET_KEY_FALLBACKS", None)
    if not isinstance(keys, list | tuple) or not keys:
        return []
    return [KEYS.about(count="one key" if len(keys) == 1 else f"{len(keys)} keys")]


def check_mail_timeout(**kwargs: Any) -> list[CheckMessage]:
    """Find mails about violations that may wait for ever."""
    if not is_readable() or not conf.SECURITY_REPORTS.alert_emails:
        return []
    if django.VERSION >= (6, 1) and hasattr(settings, "MAILERS"):  # the other names are gone
        mailers: Any = getattr(settings, "MAILERS", None)
        mailer = mailers.get("default") if isinstance(mailers, Mapping) else None
        if not isinstance(mailer, Mapping) or mailer.get("BACKEND", SMTP) != SMTP:
            return []
        options = mailer.get("OPTIONS", {})
        if isinstance(options, Mapping) and options.get("timeout") is None:
            name = 'MAILERS["default"]["OPTIONS"]["timeout"]'
            return [WAITING.about(name=name, fix='MAILERS["default"]["OPTIONS"] = {"timeout": 10}')]
        return []
    if settings.EMAIL_BACKEND != SMTP or settings.EMAIL_TIMEOUT is not None:
        return []
    return [WAITING.about(name="EMAIL_TIMEOUT", fix="EMAIL_TIMEOUT = 10")]
