"""
Whether the headers and the redirect of the middleware are there, whoever sends them.

Each question is answered by what a visitor gets. Where no middleware reads the ``SECURE_*``
settings, ``check_security_middleware`` says so, and the others judge what is written.
"""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http.response import HttpResponseBase

from security.conf import conf
from security.management.sent import (
    DJANGO,
    DJANGOSECURE,
    GENERAL,
    RAMPED,
    Sent,
    installs,
    proxy_redirects,
    sent,
)
from security.middleware import plan
from security.middleware.plan import Choice
from security.policy.csp import ContentSecurityPolicy
from security.policy.errors import PolicyError
from security.policy.hsts import StrictTransportSecurity

from .util import boolean_check, explained

MIN_CHARACTERS = 5  # different ones in a SECRET_KEY
REDIRECTS = frozenset({301, 302, 307, 308})
# With one of these, a browser forgets 'unsafe-inline'. CSP section 6.7.3.2.
INLINE_OFF = ("'nonce-", "'sha256-", "'sha384-", "'sha512-", "'strict-dynamic'")


@explained(
    SECURITY_MIDDLEWARE_NOT_INSTALLED=(
        f"'{DJANGOSECURE}' is not in your MIDDLEWARE, and nothing else does its work, so the "
        "SECURE_HSTS_SECONDS, SECURE_FRAME_DENY, SECURE_CONTENT_TYPE_NOSNIFF, "
        "SECURE_BROWSER_XSS_FILTER and SECURE_SSL_REDIRECT settings have no effect. Add it, or "
        "'security.middleware.SecurityMiddleware', which reads X_FRAME_OPTIONS in place of "
        "SECURE_FRAME_DENY, and XSS_PROTECT in place of SECURE_BROWSER_XSS_FILTER."
    )
)
@boolean_check("SECURITY_MIDDLEWARE_NOT_INSTALLED")
def check_security_middleware() -> bool:
    """Warn if no middleware reads the settings, and others do not send the same either."""
    if installs(*GENERAL):
        return True
    found = sent()
    return (
        _sent_transport(found) is not None
        and _denies_frames(found.https)
        and _forbids_guessing(found.https)
        and (_redirects(found.http) or proxy_redirects())
    )


@explained(
    STRICT_TRANSPORT_SECURITY_NOT_ENABLED=(
        "No Strict-Transport-Security header is sent, so a visitor can be talked into plain "
        "HTTP. If your whole site is served over HTTPS, set SECURE_HSTS_SECONDS = 3600 and raise "
        "it, or let 'manage.py hsts plan' write a SECURITY_HSTS_RAMP."
    )
)
@boolean_check("STRICT_TRANSPORT_SECURITY_NOT_ENABLED")
def check_sts() -> bool:
    """Warn if no HSTS header is sent, and no ramp is about to send one."""
    return _transport() is not None


@explained(
    STRICT_TRANSPORT_SECURITY_NO_SUBDOMAINS=(
        "SECURE_HSTS_INCLUDE_SUBDOMAINS is not True, so your site can be attacked by way of a "
        "subdomain over plain HTTP. Set it to True once every subdomain answers over HTTPS; "
        "'manage.py hsts plan' lists what to try."
    )
)
@boolean_check("STRICT_TRANSPORT_SECURITY_NO_SUBDOMAINS")
def check_sts_include_subdomains() -> bool:
    """Warn if HSTS does not cover subdomains; without HSTS, the setting is judged."""
    found = _transport()
    return conf.SECURE_HSTS_INCLUDE_SUBDOMAINS if found is None else found.include_subdomains


@explained(
    FRAME_DENY_NOT_ENABLED=(
        "Your pages are not sent with 'X-Frame-Options: DENY', nor with a policy that says "
        "frame-ancestors 'none', so another site may show them in a frame and steal clicks. "
        f"Set SECURE_FRAME_DENY = True with '{DJANGOSECURE}', or "
        'X_FRAME_OPTIONS = "DENY" where another middleware sends the header.'
    )
)
@boolean_check("FRAME_DENY_NOT_ENABLED")
def check_frame_deny() -> bool:
    """Warn if a page may be shown in a frame."""
    return _denies_frames(_sent().https)


@explained(
    CONTENT_TYPE_NOSNIFF_NOT_ENABLED=(
        "Your pages are not sent with 'X-Content-Type-Options: nosniff', so a browser may take "
        "an uploaded picture for a script. Set SECURE_CONTENT_TYPE_NOSNIFF = True."
    )
)
@boolean_check("CONTENT_TYPE_NOSNIFF_NOT_ENABLED")
def check_content_type_nosniff() -> bool:
    """Warn if a browser may guess what a file is."""
    return _forbids_guessing(_sent().https)


@explained(
    BROWSER_XSS_FILTER_NOT_ENABLED=(
        "Your pages are not sent with 'X-XSS-Protection: 1; mode=block', nor with a policy that "
        "stops injected scripts. Write a SECURE_CSP without 'unsafe-inline': only old browsers "
        "still have the filter that the header turns on. To send it, set "
        f"SECURE_BROWSER_XSS_FILTER = True with '{DJANGOSECURE}', or XSS_PROTECT = \"on\" with "
        "'security.middleware.SecurityMiddleware'."
    )
)
@boolean_check("BROWSER_XSS_FILTER_NOT_ENABLED")
def check_xss_filter() -> bool:
    """Warn if neither the old filter nor a policy stands between a page and a script."""
    response = _sent().https
    switch = response.headers.get("X-XSS-Protection", "").partition(";")[0].strip()
    return switch == "1" or any(map(_stops_inline_scripts, _policies(response)))


@explained(
    SSL_REDIRECT_NOT_ENABLED=(
        "Plain HTTP is answered, and not redirected to HTTPS. Set SECURE_SSL_REDIRECT = True. If "
        "the proxy in SECURITY_TRUSTED_PROXIES redirects, set SECURITY_PROXY_REDIRECTS = True."
    )
)
@boolean_check("SSL_REDIRECT_NOT_ENABLED")
def check_ssl_redirect() -> bool:
    """Warn if neither the site nor a proxy that it declares redirects to HTTPS."""
    return _redirects(_sent().http) or proxy_redirects()


@explained(
    BAD_SECRET_KEY=(
        f"Your SECRET_KEY is empty, missing, or made of fewer than {MIN_CHARACTERS} different "
        "characters, so whoever guesses it can forge sessions and password resets. Set a long "
        "and random one."
    )
)
@boolean_check("BAD_SECRET_KEY")
def check_secret_key() -> bool:
    """Warn if the key is empty, missing, or has too few different characters."""
    try:
        key: object = settings.SECRET_KEY
    except (AttributeError, ImproperlyConfigured):
        return False
    return isinstance(key, str | bytes) and len(set(key)) >= MIN_CHARACTERS


def _sent() -> Sent:
    return sent(otherwise=DJANGOSECURE)


def _sent_transport(found: Sent) -> StrictTransportSecurity | None:
    try:
        policy = StrictTransportSecurity.parse(
            found.https.headers.get(StrictTransportSecurity.name, "")
        )
    except PolicyError:  # among others, of no header at all
        return None
    return policy if policy.max_age else None


def _transport() -> StrictTransportSecurity | None:
    """Return the HSTS policy that is sent, or the one that a ramp is going to end with."""
    policy, ramp = _sent_transport(_sent()), conf.SECURITY_HSTS_RAMP
    if policy is not None or ramp is None or (installs(DJANGO) and not installs(*RAMPED)):
        return policy
    last, seconds = ramp.steps[-1]
    return plan.transport(Choice({}, {}), last) if seconds and last > plan.today() else None


def _policies(response: HttpResponseBase) -> list[ContentSecurityPolicy]:
    """Return the enforced policies; what cannot be read protects nobody."""
    found = []
    for text in response.headers.get(ContentSecurityPolicy.name, "").split(","):
        try:
            found.append(ContentSecurityPolicy.parse(text))
        except PolicyError:
            continue
    return found


def _denies_frames(response: HttpResponseBase) -> bool:
    """A browser that knows ``frame-ancestors`` does not read the header. CSP section 6.4.2."""
    ancestors = [_sources(policy, "frame-ancestors") for policy in _policies(response)]
    said = [sources for sources in ancestors if sources is not None]
    if said:
        return any(sources in ([], ["'none'"]) for sources in said)
    return response.headers.get("X-Frame-Options", "").strip().upper() == "DENY"


def _forbids_guessing(response: HttpResponseBase) -> bool:
    return response.headers.get("X-Content-Type-Options", "").strip().lower() == "nosniff"


def _stops_inline_scripts(policy: ContentSecurityPolicy) -> bool:
    """Tell it of elements and of attributes such as ``onclick``, which have rules of their own."""
    for own in ("script-src-elem", "script-src-attr"):
        sources = _sources(policy, own, "script-src", "default-src")
        if sources is None or (
            "'unsafe-inline'" in sources
            and not any(source.startswith(INLINE_OFF) for source in sources)
        ):
            return False
    return True


def _sources(policy: ContentSecurityPolicy, *names: str) -> list[str] | None:
    """Return the sources of the first of these directives that is there, in lower case."""
    for name in names:
        if (sources := policy.get(name)) is not None:
            return [source.lower() for source in sources]
    return None


def _redirects(response: HttpResponseBase) -> bool:
    location = response.headers.get("Location", "")
    return response.status_code in REDIRECTS and location.startswith("https://")
