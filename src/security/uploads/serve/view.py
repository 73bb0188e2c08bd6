"""The view for uploads: what a visitor may have, with headers that keep it from being a page."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection
from typing import Any, ClassVar, Final

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage, storages
from django.core.handlers.asgi import ASGIRequest
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.decorators import classonlymethod
from django.utils.http import http_date
from django.views.generic import View

from security.conf import Misconfigured
from security.middleware._run import calling
from security.policy.errors import PolicyError, must_be
from security.policy.grammar import one_of
from security.policy.isolation import CrossOriginResourcePolicy
from security.uploads import roots

from . import headers, links, ranges, sendfile
from .files import AwaitedPieces, Found, NoSuchFileError, Pieces, find, is_safe, located
from .ranges import Parts, Range

GONE: Final = "There is no such file."  # the same for what is not there and what is not allowed
CACHES: Final = ("no-store", "private", "public")
MAX_CACHE_AGE: Final = 31_536_000  # seconds; RFC 9111 knows no reason for more than a year


class MediaView(View):
    """
    Send one upload of a storage; 404 for everything that this visitor may not have.

    ``path`` in the URL is its name in the storage. Works under WSGI and ASGI, in constant memory.
    ``as_view()`` raises ``ImproperlyConfigured`` for a value that cannot work.

    ``storage``: a storage or its alias; ``None`` for the default one.
    ``allow``: ``(request, path) -> bool``, sync or async; anything but ``True`` is a 404.
    ``signed``: only by a link of ``signed_url()``; ``allow`` is asked as well.
    ``inline``: extensions that a browser may open by itself, of ``headers.TYPES``.
    ``cache``: ``"no-store"``, or ``"private"`` or ``"public"`` for ``max_age`` seconds.
    ``resource_policy``: whose pages may embed the file: Cross-Origin-Resource-Policy.
    ``accel``: the internal location by which nginx sends the file, such as ``"/protected/"``.
    ``x_sendfile``: the server sends the file by its path.
    """

    http_method_names: ClassVar[list[str]] = ["get", "head", "options"]  # type: ignore[misc]

    storage: Any = None
    allow: Callable[..., Any] | None = None
    signed: bool = False
    inline: Collection[str] = headers.INLINE
    cache: str = "no-store"
    max_age: int = 0
    resource_policy: str = "same-origin"
    accel: str | None = None
    x_sendfile: bool = False

    @classonlymethod
    def as_view(cls, **initkwargs: Any) -> Any:  # noqa: N805  # what Django's decorator passes
        """Return the view. Raises ``ImproperlyConfigured`` for a bad value."""
        view = super().as_view(**initkwargs)
        cls(**initkwargs).verify()
        return view

    def verify(self) -> None:
        """Raise ``ImproperlyConfigured`` for the first option that cannot work."""
        for name, problem in (
            ("storage", self._check_storage),
            ("allow", self._check_allow),
            ("inline", self._check_inline),
            ("cache", self._check_cache),
            ("max_age", self._check_age),
            ("resource_policy", lambda: CrossOriginResourcePolicy(self.resource_policy)),
            ("accel", lambda: self.accel is None or sendfile.prefix(self.accel)),
            ("x_sendfile", self._check_sendfile),
        ):
            try:
                problem()
            except PolicyError as error:
                raise Misconfigured(f"{type(self).__name__}.{name}", error) from error

    def get(self, request: HttpRequest, path: str) -> HttpResponseBase:
        """Answer GET and HEAD. Raises ``Http404``."""
        self.authorise(request, path)
        storage = self.where()
        self._require_apart(storage)
        try:
            if self.accel or self.x_sendfile:
                return self._handed_over(storage, path)
            return self._answer(request, path, find(storage, path))
        except NoSuchFileError as error:
            raise Http404(GONE) from error

    def authorise(self, request: HttpRequest, path: str) -> None:
        """
        Raise ``Http404`` unless this visitor may have the file, before anybody looks for it.

        Raises ``TypeError`` where ``allow`` returns something that is no answer.
        """
        if not is_safe(path) or (self.signed and not links.is_signed(request)):
            raise Http404(GONE)
        if self.allow is None:
            return
        try:
            answer = calling(self.allow, request, path).run()
        except PermissionDenied as error:
            raise Http404(GONE) from error
        if not isinstance(answer, bool):
            if hasattr(answer, "close"):
                answer.close()  # of a coroutine that nobody awaits
            raise TypeError(
                f"{type(self).__name__}.allow must return True or False "
                f"(got {type(answer).__name__}). Write it as def or async def."
            )
        if not answer:
            raise Http404(GONE)

    def where(self) -> Any:
        """Return the storage."""
        if self.storage is None:
            return default_storage
        return storages[self.storage] if isinstance(self.storage, str) else self.storage

    def filename(self, path: str) -> str:
        """Return the name under which a visitor saves the file; override it for another."""
        return path

    def media_type(self, path: str, stored: str | None) -> str | None:
        """
        Return the media type that was stored with the file, or ``None``.

        Override it where the project keeps one. A file whose extension says otherwise is saved.
        """
        return stored

    def _headers(self, path: str, stored: str | None) -> tuple[headers.Shown, dict[str, str]]:
        shown = headers.shown(path, self.inline, self.media_type(path, stored))
        name = self.filename(path)
        own = {
            "Content-Disposition": headers.content_disposition(name, is_inline=shown.is_inline),
            "Content-Security-Policy": shown.policy,
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Resource-Policy": self.resource_policy,
            # With another no sandboxed document opens: HTML section 7.4.5, on finalSandboxFlags.
            "Cross-Origin-Opener-Policy": "unsafe-none",
            "Cache-Control": self._cache_control(),
        }
        if self.signed:
            own["Referrer-Policy"] = "no-referrer"  # the address is the key
        return shown, own

    def _cache_control(self) -> str:
        return "no-store" if self.cache == "no-store" else f"{self.cache}, max-age={self.max_age}"

    def _handed_over(self, storage: Any, path: str) -> HttpResponse:
        place = located(storage, path)
        if self.accel:
            extra = {sendfile.ACCEL: sendfile.accel_redirect(self.accel, path)}
        elif place is None:
            wrong = must_be("off in a storage without paths", self.x_sendfile)
            raise Misconfigured(f"{type(self).__name__}.x_sendfile", wrong)
        else:
            extra = {sendfile.SENDFILE: sendfile.x_sendfile(place.path)}
        shown, own = self._headers(path, None)
        return HttpResponse(content_type=shown.media_type, headers=own | extra)

    def _answer(self, request: HttpRequest, path: str, found: Found) -> HttpResponseBase:
        try:
            response = self._response(request, path, found)
        except BaseException:
            found.file.close()
            raise
        if not response.streaming:
            found.file.close()
        return response

    def _response(self, request: HttpRequest, path: str, found: Found) -> HttpResponseBase:
        shown, own = self._headers(path, found.media_type)
        own["Accept-Ranges"] = "bytes"
        if found.modified is not None:
            own["ETag"], own["Last-Modified"] = str(found.etag), http_date(found.modified)
        seconds = None if found.modified is None else int(found.modified)
        whole = HttpResponse()
        answer = get_conditional_response(request, found.etag, seconds, whole)
        if answer is not None and answer is not whole:
            for name, value in own.items():  # a cache takes them from a 304, too
                answer.headers[name] = value
            return answer
        wanted = self._wanted(request, found, own)
        if wanted == ():
            own["Content-Range"] = f"bytes */{found.size}"
            return HttpResponse(status=416, headers=own, content_type=shown.media_type)
        return _sent(request, found, wanted, shown.media_type, own)

    def _wanted(
        self, request: HttpRequest, found: Found, own: dict[str, str]
    ) -> tuple[Range, ...] | None:
        """Return the ranges to send; ``None`` for the whole. RFC 9110 sections 13.1.5, 14.2."""
        header, condition = request.headers.get("Range"), request.headers.get("If-Range")
        if header is None or request.method != "GET":
            return None
        if condition is not None and condition != own.get("ETag"):  # no date: it is weak
            return None  # the client has parts of another version
        return ranges.parse(header, found.size) if found.is_seekable else None

    def _require_apart(self, storage: Any) -> None:
        """Raise ``ImproperlyConfigured`` rather than publish the site itself."""
        try:
            roots.require_apart(storage)
        except PolicyError as error:
            raise Misconfigured(roots.name_of(storage), error) from error

    def _check_storage(self) -> None:
        if isinstance(self.storage, str):
            one_of(self.storage, sorted(settings.STORAGES))

    def _check_allow(self) -> None:
        if self.allow is not None and not callable(self.allow):
            raise must_be("a function of request and path", self.allow)

    def _check_inline(self) -> None:
        if isinstance(self.inline, str):
            raise must_be("a list of extensions", self.inline, hint="A string is read by letter.")
        for extension in self.inline:
            one_of(extension, sorted(headers.TYPES))

    def _check_cache(self) -> None:
        one_of(self.cache, CACHES)
        if self.cache == "public" and (self.allow is not None or self.signed):
            raise must_be(
                "'no-store' or 'private' where not everybody may have the file",
                self.cache,
                hint="A shared cache gives it to anybody.",
            )

    def _check_age(self) -> None:
        if type(self.max_age) is not int or not 0 <= self.max_age <= MAX_CACHE_AGE:
            raise must_be(f"0 to {MAX_CACHE_AGE} seconds", self.max_age)
        if self.max_age and self.cache == "no-store":
            hint = 'Add cache="private" or cache="public".'
            raise must_be("0 where nothing is kept", self.max_age, hint=hint)

    def _check_sendfile(self) -> None:
        if self.x_sendfile and self.accel:
            raise must_be("off where accel is set", self.x_sendfile)


def _sent(
    request: HttpRequest,
    found: Found,
    wanted: tuple[Range, ...] | None,
    media_type: str,
    own: dict[str, str],
) -> HttpResponseBase:
    """Return the file, or the ranges of it, in the way of this server."""
    body: Any = wanted if wanted is not None else (Range(0, found.size),)
    length = sum(part.length for part in body)
    if wanted is not None:
        if "gzip" in request.headers.get("Accept-Encoding", ""):
            # GZipMiddleware would compress a piece as if it were the whole.
            own["Content-Encoding"] = "identity"
        if len(wanted) == 1:
            own["Content-Range"] = f"{wanted[0]}/{found.size}"
        else:
            parts = Parts(secrets.token_hex(16), wanted, media_type, found.size)
            media_type, length, body = parts.content_type, parts.length, parts.body()
    own["Content-Length"] = str(length)
    status = 200 if wanted is None else 206
    if request.method == "HEAD":
        return HttpResponse(status=status, headers=own, content_type=media_type)
    pieces = Pieces(found.file, body)
    streamed = AwaitedPieces(pieces) if isinstance(request, ASGIRequest) else pieces
    return StreamingHttpResponse(streamed, status=status, headers=own, content_type=media_type)


media = MediaView.as_view()
