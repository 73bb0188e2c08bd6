"""Uploads that are safe to show: a view with protective headers, and links that expire."""

from .links import is_signed, signed_url
from .view import MediaView, media

__all__ = ["MediaView", "is_signed", "media", "signed_url"]
