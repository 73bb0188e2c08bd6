"""What a visitor wants: DNT (https://www.w3.org/TR/tracking-dnt/), Global Privacy Control."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers

from ._run import HeaderMiddleware


class DoNotTrackMiddleware(HeaderMiddleware):
    """
    Give views ``request.dnt`` and ``request.gpc``, and echo the former.

    ``dnt`` is ``True`` for ``DNT: 1``, ``False`` for any other value and ``None`` without
    the header. ``gpc`` is ``True`` for ``Sec-GPC: 1`` and ``False`` otherwise. The
    response varies on both.
    """

    def process_request(self, request: Any) -> HttpResponseBase | None:
        """Read both headers."""
        said = request.META.get("HTTP_DNT")
        request.dnt = None if said is None else said == "1"
        request.gpc = request.META.get("HTTP_SEC_GPC") == "1"
        return None

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Echo ``DNT`` as the bit that was understood, never as the bytes that came."""
        dnt = getattr(request, "dnt", None)
        if dnt is not None:
            response.headers["DNT"] = "1" if dnt else "0"
        patch_vary_headers(response, ("DNT", "Sec-GPC"))
        return response
