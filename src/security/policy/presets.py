"""Ready-made sets of header settings. A preset fills in what a project leaves unset."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from .csp.vocabulary import NONCE

YEAR: Final = 31_536_000  # seconds
DAY: Final = 86_400  # seconds

# Features that no ordinary page asks for and that stable Chromium knows by name, so that
# turning them off leaves its console empty. Autoplay, camera, fullscreen, geolocation and
# microphone are those of the A+ recipe.
_SILENT: Final[dict[str, list[str]]] = {
    feature: []
    for feature in (
        "accelerometer",
        "autoplay",
        "camera",
        "display-capture",
        "encrypted-media",
        "fullscreen",
        "geolocation",
        "gyroscope",
        "hid",
        "idle-detection",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "screen-wake-lock",
        "serial",
        "usb",
        "xr-spatial-tracking",
    )
}

_LEGACY: Final[dict[str, object]] = {
    # The filter itself was the risk; 0 turns it off where it still exists.
    "XSS_PROTECT": "off",
    "SECURITY_PERMITTED_CROSS_DOMAIN_POLICIES": "none",
    "SECURITY_DNS_PREFETCH_CONTROL": False,
}

_STRICT_CSP: Final[dict[str, list[str]]] = {
    "default-src": ["'none'"],
    "script-src": [NONCE, "'strict-dynamic'"],
    "style-src": ["'self'", NONCE],
    "img-src": ["'self'"],
    "font-src": ["'self'"],
    "connect-src": ["'self'"],
    "manifest-src": ["'self'"],
    "media-src": ["'self'"],
    "form-action": ["'self'"],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'none'"],
}

PRESETS: Final[Mapping[str, Mapping[str, object]]] = MappingProxyType(
    {
        # Everything a site of its own can live with: HTTPS for a year, scripts by nonce only.
        # Not in it: Cross-Origin-Embedder-Policy, which breaks embeds, and no-referrer, with
        # which browsers send "Origin: null" and Django refuses every form.
        "strict": {
            "SECURE_HSTS_SECONDS": YEAR,
            "SECURE_HSTS_INCLUDE_SUBDOMAINS": True,
            "SECURE_CONTENT_TYPE_NOSNIFF": True,
            "X_FRAME_OPTIONS": "DENY",
            "SECURE_REFERRER_POLICY": "same-origin",
            "SECURE_CROSS_ORIGIN_OPENER_POLICY": "same-origin",
            "SECURITY_CROSS_ORIGIN_RESOURCE_POLICY": "same-origin",
            "SECURITY_ORIGIN_AGENT_CLUSTER": True,
            "PERMISSIONS_POLICY": _SILENT,
            "SECURE_CSP": _STRICT_CSP,
            **_LEGACY,
        },
        # For a site that exists: nothing here blocks what its pages load.
        "balanced": {
            "SECURE_HSTS_SECONDS": DAY,
            "SECURE_CONTENT_TYPE_NOSNIFF": True,
            "X_FRAME_OPTIONS": "SAMEORIGIN",
            "SECURE_REFERRER_POLICY": "strict-origin-when-cross-origin",
            "SECURE_CROSS_ORIGIN_OPENER_POLICY": "same-origin-allow-popups",
            "SECURITY_CROSS_ORIGIN_RESOURCE_POLICY": "same-site",
            "PERMISSIONS_POLICY": {
                feature: ["self"] if feature in {"autoplay", "fullscreen"} else []
                for feature in _SILENT
            },
            "SECURE_CSP": {
                "object-src": ["'none'"],
                "base-uri": ["'self'"],
                "form-action": ["'self'", "https:"],
                "frame-ancestors": ["'self'"],
            },
            **_LEGACY,
        },
        # For responses that are data: no page, so nothing may load, frame or cache them.
        "api": {
            "SECURE_HSTS_SECONDS": YEAR,
            "SECURE_HSTS_INCLUDE_SUBDOMAINS": True,
            "SECURE_CONTENT_TYPE_NOSNIFF": True,
            "X_FRAME_OPTIONS": "DENY",
            "SECURE_REFERRER_POLICY": "same-origin",
            "SECURE_CROSS_ORIGIN_OPENER_POLICY": "same-origin",
            "SECURITY_CROSS_ORIGIN_RESOURCE_POLICY": "same-origin",
            "SECURITY_ORIGIN_AGENT_CLUSTER": True,
            "SECURITY_CACHE_CONTROL": ["no-store"],
            "PERMISSIONS_POLICY": _SILENT,
            "SECURE_CSP": {
                "default-src": ["'none'"],
                "base-uri": ["'none'"],
                "form-action": ["'none'"],
                "frame-ancestors": ["'none'"],
            },
            **_LEGACY,
        },
    }
)

# Django's admin carries no nonces before Django 6.1; its scripts and styles are files of its
# own origin. A route row for ``admin:*``, used where the project has none of its own.
ADMIN_WITHOUT_NONCES: Final[Mapping[str, object]] = MappingProxyType(
    {
        "SECURE_CSP": {
            **_STRICT_CSP,
            "script-src": ["'self'", NONCE],
        }
    }
)
