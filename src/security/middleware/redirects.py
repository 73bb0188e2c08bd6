"""Plain HTTP to HTTPS: one redirect, to a host of ours, method kept."""

from __future__ import annotations

from urllib.parse import quote

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.http.request import split_domain_port

from security.conf import conf

from . import runtime

MOVED = 301  # RFC 9110 section 15.4.2: a client may turn POST into GET
PERMANENT = 308  # section 15.4.9: the method and the body stay


def to_https(request: HttpRequest) -> HttpResponse | None:
    """
    Return the redirect to the same path and query over HTTPS; ``None`` where it is exempt.

    The host is ``SECURE_SSL_HOST``, else the validated host of the request without its
    port, which is the port of plain HTTP.
    """
    if conf.SECURE_REDIRECT_EXEMPT.covers(request.path_info):
        return None
    host = conf.SECURE_SSL_HOST
    if host is None:
        try:
            host, _ = split_domain_port(request.get_host())
        except DisallowedHost:
            return HttpResponseBadRequest(content_type="text/plain")
    path = quote(request.get_full_path(), safe="/?#[]@!$&'()*+,;=:%~")
    status = MOVED if request.method in {"GET", "HEAD"} else PERMANENT
    answer = HttpResponse(status=status, headers={"Location": f"https://{host}{path}"})
    answer.__dict__[runtime.MOVED] = True
    return answer
