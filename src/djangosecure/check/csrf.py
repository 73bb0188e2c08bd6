"""Whether forms are protected against requests from other sites."""

from __future__ import annotations

from security.management.sent import installs

from .util import boolean_check, explained

MIDDLEWARE = "django.middleware.csrf.CsrfViewMiddleware"


@explained(
    CSRF_VIEW_MIDDLEWARE_NOT_INSTALLED=(
        f"'{MIDDLEWARE}' is not in your MIDDLEWARE, so a page of another site can send forms in "
        "the name of your users. Add it; if you use the csrf_protect decorator instead, take "
        "this check out of SECURE_CHECKS. "
        "See https://docs.djangoproject.com/en/stable/ref/csrf/."
    )
)
@boolean_check("CSRF_VIEW_MIDDLEWARE_NOT_INSTALLED")
def check_csrf_middleware() -> bool:
    """Warn if Django's CSRF middleware, or a class made from it, is not installed."""
    return installs(MIDDLEWARE)
