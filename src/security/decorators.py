"""
Per-view headers: marks for sync, async and class-based views.

Each decorator returns a marked twin; the view itself stays as it is. A value is parsed
when the decorator runs, so that a typo fails at import with ``ImproperlyConfigured``.
``None`` sends no such header. For a class use ``method_decorator(..., name="dispatch")``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, update_wrapper
from typing import Any, ClassVar, TypeVar, cast

from security.conf import Misconfigured, overrides
from security.marks import Mark
from security.policy.caching import CONFIDENTIAL
from security.policy.errors import PolicyError

V = TypeVar("V", bound=Callable[..., Any])

# Directives and sources as in SECURE_CSP, or ``(request, response)`` to them or to ``None``.
CspValue = dict[str, Any] | Callable[[Any, Any], "dict[str, Any] | None"]


def security_headers(**settings: Any) -> Callable[[V], V]:
    """
    Override header settings for one view, by the names they have in the settings.

    ``@security_headers(X_FRAME_OPTIONS="SAMEORIGIN", SECURE_CSP={...})`` takes what a row
    of ``SECURITY_ROUTES`` takes. Raises ``ImproperlyConfigured``.
    """
    try:
        parsed = overrides(settings)
    except PolicyError as error:
        raise Misconfigured("@security_headers", error) from error

    return Mark(parsed)


def frame_options(value: str | None) -> Callable[[V], V]:
    """Send another ``X-Frame-Options``, or none."""
    return security_headers(X_FRAME_OPTIONS=value)


def referrer_policy(value: str | list[str] | None) -> Callable[[V], V]:
    """Send another ``Referrer-Policy``, or none."""
    return security_headers(SECURE_REFERRER_POLICY=value)


def content_type_nosniff(value: bool) -> Callable[[V], V]:
    """Send ``X-Content-Type-Options: nosniff``, or not."""
    return security_headers(SECURE_CONTENT_TYPE_NOSNIFF=value)


def strict_transport_security(seconds: int) -> Callable[[V], V]:
    """Send another ``max-age`` (seconds); 0 sends no header. It holds for the whole host."""
    return security_headers(SECURE_HSTS_SECONDS=seconds, SECURITY_HSTS_RAMP=None)


def cross_origin_opener_policy(value: str | None) -> Callable[[V], V]:
    """Send another ``Cross-Origin-Opener-Policy``, or none: pop-ups of payment, of OAuth."""
    return security_headers(SECURE_CROSS_ORIGIN_OPENER_POLICY=value)


def cross_origin_embedder_policy(value: str | None) -> Callable[[V], V]:
    """Send another ``Cross-Origin-Embedder-Policy``, or none."""
    return security_headers(SECURITY_CROSS_ORIGIN_EMBEDDER_POLICY=value)


def cross_origin_resource_policy(value: str | None) -> Callable[[V], V]:
    """Send another ``Cross-Origin-Resource-Policy``, or none."""
    return security_headers(SECURITY_CROSS_ORIGIN_RESOURCE_POLICY=value)


def origin_agent_cluster(value: bool | None) -> Callable[[V], V]:
    """Send another ``Origin-Agent-Cluster``, or none."""
    return security_headers(SECURITY_ORIGIN_AGENT_CLUSTER=value)


def permissions_policy(value: dict[str, Any] | None) -> Callable[[V], V]:
    """Send another ``Permissions-Policy``, or none."""
    return security_headers(PERMISSIONS_POLICY=value)


def integrity_policy(value: dict[str, Any] | None) -> Callable[[V], V]:
    """Send another ``Integrity-Policy``, or none."""
    return security_headers(SECURITY_INTEGRITY_POLICY=value)


def clear_site_data(*directives: str) -> Callable[[V], V]:
    """Send ``Clear-Site-Data``; without arguments ``"cookies", "storage"``."""
    return security_headers(SECURITY_CLEAR_SITE_DATA=directives or ("cookies", "storage"))


def no_store(view: V) -> V:
    """Keep the page out of every cache: ``Cache-Control: no-store`` and its companions."""
    return Mark({"SECURITY_CACHE_CONTROL": CONFIDENTIAL})(view)


def csp_override(config: CspValue) -> Callable[[V], V]:
    """Send another policy: Django 6's decorator on every Django. ``{}`` sends none."""
    return security_headers(SECURE_CSP=config)


def csp_report_only_override(config: CspValue) -> Callable[[V], V]:
    """Send another report-only policy: Django 6's decorator on every Django."""
    return security_headers(SECURE_CSP_REPORT_ONLY=config)


def csp_update(config: CspValue) -> Callable[[V], V]:
    """
    Allow more: add sources to the policies of the site, enforced and report-only.

    A directive that a policy lacks starts from what its fallback allowed.
    """
    return security_headers(SECURITY_CSP_ADD=config)


def csp_remove(config: CspValue) -> Callable[[V], V]:
    """Allow less: take sources out of the policies of the site."""
    return security_headers(SECURITY_CSP_REMOVE=config)


def csp_replace(config: CspValue) -> Callable[[V], V]:
    """Put whole directives in place; ``None`` takes a directive out."""
    return security_headers(SECURITY_CSP_REPLACE=config)


def csp_exempt(view: V) -> V:
    """Send no policy with this view, neither enforced nor report-only."""
    return Mark({"SECURE_CSP": None, "SECURE_CSP_REPORT_ONLY": None})(view)


def login_not_required(view: V) -> V:
    """Open the view to visitors who are not logged in: Django 5.1's mark on every Django."""
    twin = update_wrapper(partial(view), view)
    twin.__dict__["login_required"] = False  # the attribute that Django's middleware reads
    return cast(V, twin)


class CspMixin:
    """
    For class-based views: the decorators above as attributes of the class.

    Each takes what its decorator takes, and is left at ``None`` for no change. A subclass
    that sets one replaces what its parent set.
    """

    csp_override: ClassVar[CspValue | None] = None
    csp_update: ClassVar[CspValue | None] = None
    csp_remove: ClassVar[CspValue | None] = None
    csp_replace: ClassVar[CspValue | None] = None

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Any:
        """Return the view, marked. Raises ``ImproperlyConfigured`` for a bad value."""
        view = super().as_view(**initkwargs)  # type: ignore[misc]  # of the View beside us
        for decorate, value in (
            (csp_override, cls.csp_override),
            (csp_update, cls.csp_update),
            (csp_remove, cls.csp_remove),
            (csp_replace, cls.csp_replace),
        ):
            if value is not None:
                view = decorate(getattr(value, "__func__", value))(view)
        return view
