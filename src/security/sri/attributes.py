"""The attributes of an element that loads a static file."""

from __future__ import annotations

from typing import Final

from django.contrib.staticfiles.storage import staticfiles_storage
from django.utils.html import format_html
from django.utils.safestring import SafeString

from security.policy.errors import must_be
from security.sri.errors import StaticIntegrityError
from security.sri.lookup import integrity

ADDRESSES: Final = ("src", "href")


def static_sri(name: str, attribute: str | None = None) -> SafeString:
    """
    Write ``src="..." integrity="sha384-..." crossorigin="anonymous"`` of a static file.

    The address stands in ``href`` for a name that ends in ``.css``, and else in ``src``;
    ``attribute`` names one of them. Raises ``StaticIntegrityError``.
    """
    if attribute is not None and attribute not in ADDRESSES:
        hint = 'Write {% static_sri "app.js" "href" %} in a <link>.'
        raise StaticIntegrityError(
            "static_sri", must_be("given 'src' or 'href'", attribute, hint=hint)
        )
    found = integrity(name)
    # Integrity-Policy blocks a request without CORS, also of the site itself. SRI section 3.6.
    return format_html(
        '{}="{}" integrity="{}" crossorigin="anonymous"',
        attribute or ("href" if _is_css(name) else "src"),
        staticfiles_storage.url(name),
        found,
    )


def _is_css(name: str) -> bool:
    """Tell whether a name, with or without a query, is that of a stylesheet."""
    return name.partition("?")[0].partition("#")[0].lower().endswith(".css")
