"""Middlewares: ``SecurityMiddleware`` for a new project, and every documented name."""

from __future__ import annotations

from .base import BaseMiddleware
from .caching import ClearSiteDataMiddleware, NoConfidentialCachingMiddleware
from .csp import ContentSecurityPolicyMiddleware
from .frames import XFrameOptionsMiddleware
from .login import LoginRequiredMiddleware
from .passwords import MandatoryPasswordChangeMiddleware
from .privacy import DoNotTrackMiddleware
from .profiling import ProfilingMiddleware
from .security import SecurityMiddleware
from .sessions import SessionExpiryPolicyMiddleware
from .single import (
    ContentNoSniff,
    P3PPolicyMiddleware,
    ReferrerPolicyMiddleware,
    StrictTransportSecurityMiddleware,
    XssProtectMiddleware,
)

XFrameOptionsDenyMiddleware = XFrameOptionsMiddleware

__all__ = [
    "BaseMiddleware",
    "ClearSiteDataMiddleware",
    "ContentNoSniff",
    "ContentSecurityPolicyMiddleware",
    "DoNotTrackMiddleware",
    "LoginRequiredMiddleware",
    "MandatoryPasswordChangeMiddleware",
    "NoConfidentialCachingMiddleware",
    "P3PPolicyMiddleware",
    "ProfilingMiddleware",
    "ReferrerPolicyMiddleware",
    "SecurityMiddleware",
    "SessionExpiryPolicyMiddleware",
    "StrictTransportSecurityMiddleware",
    "XFrameOptionsDenyMiddleware",
    "XFrameOptionsMiddleware",
    "XssProtectMiddleware",
]
