"""Classes of a project that hides Django's own behind others."""

from __future__ import annotations

from django.contrib.sessions.middleware import SessionMiddleware
from django.middleware.csrf import CsrfViewMiddleware
from django.middleware.gzip import GZipMiddleware

from security.middleware import SecurityMiddleware


class OwnSessions(SessionMiddleware):
    pass


class OwnCsrf(CsrfViewMiddleware):
    pass


class Unpadded(GZipMiddleware):
    max_random_bytes = 0


class OwnSecurity(SecurityMiddleware):
    pass


class Serializer:
    """Dumps what it likes."""


class PickledBase:
    pass


class Harmless(PickledBase):
    """Its name does not tell what it is."""
