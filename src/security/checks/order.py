"""Whether ``MIDDLEWARE`` has each once, and ours where nothing answers before it."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

from django.conf import settings
from django.core.checks import CheckMessage

from security.conf import conf
from security.policy.errors import shown

from .installed import (
    AUTHENTICATION,
    CSRF,
    DJANGO,
    DJANGO_CSP,
    DJANGO_FRAMES,
    LOCALE,
    OUR_CSP,
    OURS,
    SESSIONS,
    imported,
    indexes,
)
from .message import warning
from .policies import enforced
from .project import is_readable

# Those that may answer by themselves, or read the host. Caches are not among them: a cache in
# front sees Cache-Control: private, and keeps no page with a nonce (W007).
BEHIND: Final = (
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    SESSIONS,
    LOCALE,
    "django.middleware.common.CommonMiddleware",
    CSRF,
    AUTHENTICATION,
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.contrib.flatpages.middleware.FlatpageFallbackMiddleware",
    "django.contrib.redirects.middleware.RedirectFallbackMiddleware",
)
GZIP: Final = "django.middleware.gzip.GZipMiddleware"
COMPRESSORS: Final = (
    "compression_middleware.middleware.CompressionMiddleware",
    "django_brotli.middleware.BrotliMiddleware",
)
POLICIES: Final = (DJANGO_CSP, "csp.middleware.CSPMiddleware")
# What sends a header that SecurityMiddleware sends too, from a setting of its own.
SINGLES: Final = {
    OUR_CSP: "SECURE_CSP",
    "security.middleware.ReferrerPolicyMiddleware": "SECURE_REFERRER_POLICY",
    "security.middleware.StrictTransportSecurityMiddleware": "SECURE_HSTS_SECONDS",
    "security.middleware.XFrameOptionsMiddleware": "X_FRAME_OPTIONS",
    "security.middleware.XssProtectMiddleware": "XSS_PROTECT",
    "security.middleware.ContentNoSniff": "SECURE_CONTENT_TYPE_NOSNIFF",
    "security.middleware.P3PPolicyMiddleware": "P3P_COMPACT_POLICY",
    "security.middleware.NoConfidentialCachingMiddleware": "NO_CONFIDENTIAL_CACHING",
    "security.middleware.ClearSiteDataMiddleware": "CLEAR_SITE_DATA_URL_WHITELIST",
    "djangosecure.middleware.SecurityMiddleware": "X_FRAME_OPTIONS",
    "django_permissions_policy.PermissionsPolicyMiddleware": "PERMISSIONS_POLICY",
    "django_referrer_policy.middleware.ReferrerPolicyMiddleware": "SECURE_REFERRER_POLICY",
}

FIRST = warning(
    "MIDDLEWARE has {paths} in front of {ours}: what is answered there, such as files and "
    "redirects, is without its headers, and for hosts that nobody validated.",
    hint='Put it first: MIDDLEWARE.insert(0, MIDDLEWARE.pop(MIDDLEWARE.index("{ours}"))).',
    id="bulwark.W031",
)
TWICE = warning(
    "MIDDLEWARE must have each path once (got {path} {count} times).",
    hint="Take out the later one: MIDDLEWARE = list(dict.fromkeys(MIDDLEWARE)).",
    id="bulwark.W032",
)
DJANGOS = warning(
    "MIDDLEWARE has {django} behind {ours}: its headers come first, so no preset, route, "
    "decorator or ramp has a say in them.",
    hint='Ours reads the same settings. Write MIDDLEWARE.remove("{django}") and '
    'SILENCED_SYSTEM_CHECKS = ["security.W001", "security.W002"].',
    id="bulwark.W033",
)
TWO_POLICIES = warning(
    "MIDDLEWARE has {other} beside {ours}, and both send a Content-Security-Policy: the one "
    "further down wins.",
    hint='Keep one: MIDDLEWARE.remove("{other}").',
    id="bulwark.W034",
)
SINGLE = warning(
    "MIDDLEWARE has {single} beside {ours}, and both send one header: the one further down wins.",
    hint='Say it in {setting}, and write MIDDLEWARE.remove("{single}").',
    id="bulwark.W035",
)
COMPRESSED = warning(
    "MIDDLEWARE has {path}, which compresses pages without padding them: their length tells "
    "what a secret in them begins with (BREACH).",
    hint='Django\'s pads. Write MIDDLEWARE[MIDDLEWARE.index("{path}")] = '
    '"django.middleware.gzip.GZipMiddleware".',
    id="bulwark.W036",
)


def check_first(**kwargs: Any) -> list[CheckMessage]:
    """Find what answers before our middleware does."""
    if (place := _ours()) is None:
        return []
    early = [settings.MIDDLEWARE[index] for index in indexes(*BEHIND) if index < place]
    if not early:
        return []
    return [FIRST.about(paths=" and ".join(early), ours=settings.MIDDLEWARE[place])]


def check_duplicates(**kwargs: Any) -> list[CheckMessage]:
    """Find what stands twice."""
    if not is_readable():
        return []
    return [
        TWICE.about(path=shown(path), count=count)
        for path, count in Counter(settings.MIDDLEWARE).items()
        if count > 1
    ]


def check_two_middlewares(**kwargs: Any) -> list[CheckMessage]:
    """Find Django's own where they have the first say."""
    if (place := _ours()) is None:
        return []
    return [
        DJANGOS.about(django=settings.MIDDLEWARE[index], ours=settings.MIDDLEWARE[place])
        for index in indexes(DJANGO, DJANGO_FRAMES)
        if index > place
    ]


def check_two_policies(**kwargs: Any) -> list[CheckMessage]:
    """Find two that send a policy."""
    place = _ours()
    if place is None or not enforced():
        return []
    return [
        TWO_POLICIES.about(other=settings.MIDDLEWARE[index], ours=settings.MIDDLEWARE[place])
        for index in indexes(*POLICIES)
    ]


def check_singles(**kwargs: Any) -> list[CheckMessage]:
    """Find middlewares for one header beside the one for all."""
    place = _ours()
    if place is None:
        return []
    return [
        SINGLE.about(
            single=settings.MIDDLEWARE[index], ours=settings.MIDDLEWARE[place], setting=setting
        )
        for path, setting in SINGLES.items()
        for index in indexes(path)
        if _is_sent(setting)
    ]


def check_compression(**kwargs: Any) -> list[CheckMessage]:
    """Find compression whose output has an honest length."""
    if not is_readable():
        return []
    unpadded = [
        index
        for index in indexes(GZIP)
        if not getattr(imported(settings.MIDDLEWARE[index]), "max_random_bytes", 1)
    ]
    return [
        COMPRESSED.about(path=settings.MIDDLEWARE[index])
        for index in sorted({*unpadded, *indexes(*COMPRESSORS)})
    ]


def _ours() -> int | None:
    found = indexes(OURS) if is_readable() else []
    return found[0] if found else None


def _is_sent(setting: str) -> bool:
    """Tell whether our middleware sends the header too."""
    if setting == "SECURE_CSP":
        return bool(conf.SECURE_CSP)
    if setting == "SECURE_HSTS_SECONDS":
        return conf.SECURE_HSTS_SECONDS > 0 or conf.SECURITY_HSTS_RAMP is not None
    return getattr(conf, setting) is not None
