"""What isolation breaks: pop-ups of a sign-in, and what third parties serve."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from django.apps import apps
from django.core.checks import CheckMessage
from django.urls import get_resolver

from security.conf import conf

from .installed import DJANGO, OURS, installs
from .message import info, warning
from .policies import enforced, marked, written
from .project import has_urls, is_readable

COOP: Final = "SECURE_CROSS_ORIGIN_OPENER_POLICY"
COEP: Final = "SECURITY_CROSS_ORIGIN_EMBEDDER_POLICY"
# Apps with which visitors log in elsewhere; their JavaScript flows open a pop-up for that.
APPS: Final = ("allauth.socialaccount", "social_django", "dj_rest_auth")
# Hosts of scripts that open a pop-up and wait for its answer.
POPUPS: Final = {
    "accounts.google.com": "Sign in with Google",
    "apis.google.com": "the Google platform library",
    "firebaseapp.com": "Firebase",
    "connect.facebook.net": "Facebook Login",
    "appleid.cdn-apple.com": "Sign in with Apple",
    "alcdn.msauth.net": "the Microsoft library",
    "www.paypal.com": "PayPal",
}
# What is embedded without CORS; require-corp asks each such answer to agree.
EMBEDDED: Final = ("img-src", "media-src", "script-src", "style-src", "font-src", "frame-src")

SERVICE = warning(
    "SECURE_CROSS_ORIGIN_OPENER_POLICY is 'same-origin' and {setting} admits {source}: the pop-up "
    "of {service} cannot answer the page that opened it.",
    hint='Write SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin-allow-popups", or for its pages '
    'SECURITY_ROUTES = {{"login": {{"SECURE_CROSS_ORIGIN_OPENER_POLICY": '
    '"same-origin-allow-popups"}}}}.',
    id="bulwark.W044",
)
APP = info(
    "SECURE_CROSS_ORIGIN_OPENER_POLICY is 'same-origin' and INSTALLED_APPS has {app!r}: a login by "
    "pop-up cannot answer the page that opened it. Redirects work.",
    hint='For pop-ups write SECURITY_ROUTES = {{"login": {{"SECURE_CROSS_ORIGIN_OPENER_POLICY": '
    '"same-origin-allow-popups"}}}}.',
    id="bulwark.W045",
)
EMBEDDER = warning(
    "SECURITY_CROSS_ORIGIN_EMBEDDER_POLICY is 'require-corp' and {setting} admits {source}, which "
    "browsers load only if it agrees by Cross-Origin-Resource-Policy.",
    hint='Write SECURITY_CROSS_ORIGIN_EMBEDDER_POLICY = "credentialless", or add crossorigin to '
    "the tag where the other site allows CORS.",
    id="bulwark.W046",
)


def check_popup_services(**kwargs: Any) -> list[CheckMessage]:
    """Find services that open a pop-up, where no page lets it answer."""
    if not _cuts_popups():
        return []
    found = {
        service: (setting, source)
        for setting, _, source in _sources()
        for host, service in POPUPS.items()
        if (name := _host(source)) == host or name.endswith(f".{host}")
    }
    return [
        SERVICE.about(setting=setting, source=source, service=service)
        for service, (setting, source) in found.items()
    ]


def check_popup_apps(**kwargs: Any) -> list[CheckMessage]:
    """Find apps whose logins may open a pop-up, where no page lets it answer."""
    if not _cuts_popups():
        return []
    return [APP.about(app=app) for app in APPS if apps.is_installed(app)][:1]


def check_embedder(**kwargs: Any) -> list[CheckMessage]:
    """Find what pages embed from others who have to agree."""
    if not is_readable() or not installs(OURS):
        return []
    policy = conf.SECURITY_CROSS_ORIGIN_EMBEDDER_POLICY
    if policy is None or policy.value != "require-corp":
        return []
    found = [
        (setting, source)
        for setting, directive, source in _sources()
        if directive in EMBEDDED and "." in _host(source)
    ]
    return [EMBEDDER.about(setting=setting, source=source) for setting, source in found[:1]]


def _cuts_popups() -> bool:
    """Tell whether the site cuts pop-ups off, and no page of it says otherwise."""
    if not is_readable() or not installs(OURS, DJANGO):
        return False
    policy = conf.SECURE_CROSS_ORIGIN_OPENER_POLICY
    if policy is None or policy.value != "same-origin":
        return False
    rows = [*conf.SECURITY_ROUTES.values()]
    rows += [marks for _, marks in marked(get_resolver())] if has_urls() else []
    return not any(COOP in row for row in rows)


def _sources() -> Iterator[tuple[str, str, str]]:
    """Yield each source of the enforced policies: its setting, its directive, and itself."""
    for setting, policy in enforced():
        for part in written(policy):
            for directive in part.directives:
                yield from ((setting, directive.name, value.lower()) for value in directive.values)


def _host(source: str) -> str:
    """Return the host of a source; of keywords, hashes and schemes, something without a dot."""
    if source.startswith("'"):
        return ""
    return source.rpartition("://")[2].partition("/")[0].partition(":")[0]
