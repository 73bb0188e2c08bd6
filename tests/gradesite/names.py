"""Names that the explanations of the small site have in them."""

from __future__ import annotations

from tests.gradesite import site

HERE = site.__name__
OURS = "security.middleware.SecurityMiddleware"
FRAMES, HSTS, CSP = "X-Frame-Options", "Strict-Transport-Security", "Content-Security-Policy"
REFERRER, OPENER, CACHE = "Referrer-Policy", "Cross-Origin-Opener-Policy", "Cache-Control"
