"""Classes of a project that hides Django's own behind others."""

from __future__ import annotations

from django.contrib.sessions.middleware import SessionMiddleware
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.csrf import CsrfViewMiddleware
from django.middleware.gzip import GZipMiddleware
from django.utils.decorators import method_decorator
from django.views import View

from security.decorators import frame_options
from security.middleware import SecurityMiddleware
from security.uploads import SafeUploadHandler


class OwnSessions(SessionMiddleware):
    pass


class OwnCsrf(CsrfViewMiddleware):
    pass


class Unpadded(GZipMiddleware):
    max_random_bytes = 0


class OwnSecurity(SecurityMiddleware):
    pass


class OwnFrames(XFrameOptionsMiddleware):
    pass


class Reading:
    """A middleware of the project, which reads REFERRER_POLICY by itself."""


class OwnHandler(SafeUploadHandler):
    pass


class Serializer:
    """Dumps what it likes."""


class PickledBase:
    pass


class Harmless(PickledBase):
    """Its name does not tell what it is."""


class MarkedMethod(View):
    @method_decorator(frame_options("SAMEORIGIN"))
    def get(self, request):
        raise NotImplementedError


@method_decorator(frame_options("SAMEORIGIN"), name="dispatch")
class MarkedView(View):
    pass
