"""``{% load security_uploads %}``: signed links in templates."""

from __future__ import annotations

from typing import Any

from django import template

from security.uploads.serve import links

register = template.Library()


@register.simple_tag
def signed_url(url: str, max_age: int = links.DEFAULT_AGE, user: Any = None) -> str:
    """``{% signed_url upload.file.url max_age=600 user=request.user %}``: see ``links``."""
    return links.signed_url(url, max_age=max_age, user=user)
