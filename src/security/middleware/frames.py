"""The documented X-Frame-Options middleware. RFC 7034, and CSP3 section 6.4.2."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from security.conf import conf
from security.policy.csp import ContentSecurityPolicy, Directive, names
from security.policy.frames import FrameOptions

from . import routes
from ._run import GetResponse, HeaderMiddleware
from .csp import ANCESTORS

CSP_HEADER = ContentSecurityPolicy.name

# A middleware outside this one takes a policy that it finds for the view's own and sends
# none itself, so the site would lose its policy. Ours and Django's can be told instead.
OURS = frozenset(
    {
        "security.middleware.ContentSecurityPolicyMiddleware",
        "security.middleware.SecurityMiddleware",
    }
)
DJANGO = "django.middleware.csp.ContentSecurityPolicyMiddleware"
OTHERS = frozenset({"csp.middleware.CSPMiddleware"})


class XFrameOptionsMiddleware(HeaderMiddleware):
    """
    Send ``X_FRAME_OPTIONS``, except on paths of ``X_FRAME_OPTIONS_EXCLUDE_URLS``.

    ``allow-from URL`` also sends ``frame-ancestors URL``, which browsers still honour. A
    header that the view set, Django's ``@xframe_options_exempt`` and our marks win.
    """

    def __init__(self, get_response: GetResponse) -> None:
        super().__init__(get_response)
        _ = conf.X_FRAME_OPTIONS, conf.X_FRAME_OPTIONS_EXCLUDE_URLS
        self.outside = outside()

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Add the header where the path, the view and the response have nothing against it."""
        if (
            FrameOptions.name in response.headers
            or getattr(response, "xframe_options_exempt", False)
            or getattr(response, "_frame_deny_exempt", False)
            or conf.X_FRAME_OPTIONS_EXCLUDE_URLS.covers(request.path)
        ):
            return response
        options = routes.for_view(routes.answered(request, response)).get(
            "X_FRAME_OPTIONS", conf.X_FRAME_OPTIONS
        )
        if options is None:
            return response
        response.headers[options.name] = str(options)
        if options.ancestors:
            self._allow(response, options.ancestors)
        return response

    def _allow(self, response: HttpResponseBase, ancestors: str) -> None:
        """Say the same in the language that browsers still understand."""
        present = response.headers.get(CSP_HEADER)
        if present is not None:
            if "frame-ancestors" not in names(present):
                added = Directive("frame-ancestors", (ancestors,))
                response.headers[CSP_HEADER] = f"{present.rstrip('; ')}; {added}"
        elif self.outside & OURS:
            response.__dict__[ANCESTORS] = ancestors
        elif DJANGO in self.outside:
            own = getattr(settings, "SECURE_CSP", None)
            policy = getattr(response, "_csp_config", own) or {}
            response.__dict__["_csp_config"] = {"frame-ancestors": [ancestors], **policy}
        elif not self.outside & OTHERS:
            response.headers[CSP_HEADER] = str(Directive("frame-ancestors", (ancestors,)))


def outside() -> frozenset[str]:
    """Return the middlewares that see a response after this one."""
    paths = []
    for path in settings.MIDDLEWARE:
        if path.rpartition(".")[2] in {"XFrameOptionsMiddleware", "XFrameOptionsDenyMiddleware"}:
            break
        paths.append(path)
    return frozenset(paths)
