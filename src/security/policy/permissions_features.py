"""
The features that a Permissions-Policy may name, and what stable Chromium makes of them.

Written by scripts/update_permissions_features.py; do not edit. Source: npm @mdn/browser-compat-data
8.1.9 of 2026-11-12, and the names that it leaves out but other lists of features have.

- ``stable``: shipped; naming it leaves the console empty
- ``platform``: shipped, but on some systems the console calls it unrecognized
- ``flag``: behind a switch of the browser or an origin trial
- ``deprecated``: works, and is to go away
- ``removed``: worked once
- ``absent``: never shipped in Chromium
- ``unlisted``: not in the source
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

FEATURES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "accelerometer": "stable",
        "ambient-light-sensor": "flag",
        "aria-notify": "stable",
        "attribution-reporting": "removed",
        "autofill": "unlisted",
        "autoplay": "stable",
        "bluetooth": "platform",
        "browsing-topics": "deprecated",
        "camera": "stable",
        "captured-surface-control": "stable",
        "ch-device-memory": "unlisted",
        "ch-downlink": "unlisted",
        "ch-dpr": "unlisted",
        "ch-ect": "unlisted",
        "ch-prefers-color-scheme": "unlisted",
        "ch-prefers-reduced-motion": "unlisted",
        "ch-prefers-reduced-transparency": "unlisted",
        "ch-rtt": "unlisted",
        "ch-save-data": "unlisted",
        "ch-ua": "unlisted",
        "ch-ua-arch": "unlisted",
        "ch-ua-bitness": "unlisted",
        "ch-ua-form-factors": "unlisted",
        "ch-ua-full-version": "unlisted",
        "ch-ua-full-version-list": "unlisted",
        "ch-ua-high-entropy-values": "stable",
        "ch-ua-mobile": "unlisted",
        "ch-ua-model": "unlisted",
        "ch-ua-platform": "unlisted",
        "ch-ua-platform-version": "unlisted",
        "ch-ua-wow64": "unlisted",
        "ch-viewport-height": "unlisted",
        "ch-viewport-width": "unlisted",
        "ch-width": "unlisted",
        "clipboard-read": "stable",
        "clipboard-write": "stable",
        "compute-pressure": "stable",
        "cross-origin-isolated": "stable",
        "deferred-fetch": "stable",
        "deferred-fetch-minimal": "stable",
        "device-attributes": "unlisted",
        "digital-credentials-create": "unlisted",
        "digital-credentials-get": "unlisted",
        "display-capture": "stable",
        "document-domain": "unlisted",
        "encrypted-media": "stable",
        "execution-while-not-rendered": "unlisted",
        "execution-while-out-of-viewport": "unlisted",
        "focus-without-user-activation": "unlisted",
        "fullscreen": "stable",
        "gamepad": "stable",
        "geolocation": "stable",
        "gyroscope": "stable",
        "haptics": "unlisted",
        "hid": "stable",
        "identity-credentials-get": "stable",
        "idle-detection": "stable",
        "interest-cohort": "unlisted",
        "keyboard-map": "unlisted",
        "language-detector": "unlisted",
        "language-model": "stable",
        "local-fonts": "stable",
        "local-network": "stable",
        "local-network-access": "stable",
        "loopback-network": "stable",
        "magnetometer": "stable",
        "manual-text": "unlisted",
        "media-playback-while-not-visible": "unlisted",
        "microphone": "stable",
        "midi": "stable",
        "on-device-speech-recognition": "stable",
        "otp-credentials": "stable",
        "payment": "stable",
        "picture-in-picture": "stable",
        "private-state-token-issuance": "stable",
        "private-state-token-redemption": "stable",
        "publickey-credentials-create": "stable",
        "publickey-credentials-get": "stable",
        "rewriter": "unlisted",
        "screen-wake-lock": "stable",
        "serial": "stable",
        "shared-storage": "unlisted",
        "shared-storage-select-url": "unlisted",
        "speaker-selection": "unlisted",
        "storage-access": "stable",
        "summarizer": "stable",
        "sync-xhr": "unlisted",
        "tools": "unlisted",
        "translator": "unlisted",
        "unload": "stable",
        "usb": "stable",
        "vertical-scroll": "unlisted",
        "vr": "unlisted",
        "web-app-installation": "flag",
        "web-share": "platform",
        "webnn": "unlisted",
        "window-management": "stable",
        "writer": "unlisted",
        "xr-spatial-tracking": "stable",
    }
)

STABLE: Final = frozenset(name for name, status in FEATURES.items() if status == "stable")
