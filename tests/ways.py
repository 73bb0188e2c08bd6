"""Each way in for a text: the settings that take one, and the headers it comes out of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple


class Way(NamedTuple):
    """One way in for a text: the setting, the value around it, and the header it comes out of."""

    setting: str
    wrap: Callable[[str], Any]
    header: str
    separator: str
    parts: Callable[[str], int]  # how many parts the text must make of the header
    middleware: str = "security.middleware.SecurityMiddleware"
    beside: tuple[tuple[str, Any], ...] = ()


def one(text: str) -> int:
    return 1


def two(text: str) -> int:
    return 2


def csp(wrap: Callable[[str], Any], parts: int = 2, name: str = "SECURE_CSP") -> Way:
    header = "Content-Security-Policy"
    suffix = "-Report-Only" if name.endswith("REPORT_ONLY") else ""
    return Way(name, wrap, header + suffix, ",;", lambda text: parts)


def documented(name: str, setting: str, *rest: Any, **beside: Any) -> Way:
    return Way(setting, *rest, f"security.middleware.{name}", tuple(beside.items()))


CSP, FRAMES, CACHE = "Content-Security-Policy", "X-Frame-Options", "Cache-Control"
POLICY_MIDDLEWARE = "ContentSecurityPolicyMiddleware"
WAYS = [
    Way("X_FRAME_OPTIONS", str, FRAMES, ",;", one),
    Way("X_FRAME_OPTIONS", "allow-from https://a.example/{}".format, FRAMES, ",;", one),
    Way("X_FRAME_OPTIONS", "allow-from https://a.example/{}".format, CSP, ",;", one),
    Way("X_FRAME_OPTIONS", "allow-from https://{}".format, CSP, ",;", one),
    Way("X_FRAME_OPTIONS", "allow-from https://{}".format, CSP, " ", two),
    Way("SECURE_REFERRER_POLICY", lambda text: [text, "origin"], "Referrer-Policy", ",", two),
    Way(
        "SECURE_REFERRER_POLICY",
        "origin,{}".format,
        "Referrer-Policy",
        ",",
        lambda text: text.count(",") + 2,
    ),
    *(
        Way(setting, wrap, header, ",;", one)
        for setting, header in (
            ("SECURE_CROSS_ORIGIN_OPENER_POLICY", "Cross-Origin-Opener-Policy"),
            (
                "SECURITY_CROSS_ORIGIN_OPENER_POLICY_REPORT_ONLY",
                "Cross-Origin-Opener-Policy-Report-Only",
            ),
            ("SECURITY_CROSS_ORIGIN_EMBEDDER_POLICY", "Cross-Origin-Embedder-Policy"),
            (
                "SECURITY_CROSS_ORIGIN_EMBEDDER_POLICY_REPORT_ONLY",
                "Cross-Origin-Embedder-Policy-Report-Only",
            ),
            ("SECURITY_CROSS_ORIGIN_RESOURCE_POLICY", "Cross-Origin-Resource-Policy"),
            ("SECURITY_PERMITTED_CROSS_DOMAIN_POLICIES", "X-Permitted-Cross-Domain-Policies"),
            ("XSS_PROTECT", "X-XSS-Protection"),
        )
        for wrap in (str, "same-origin{}".format)
    ),
    *(
        Way(setting, wrap, header, ",", two)
        for setting, header in (
            ("PERMISSIONS_POLICY", "Permissions-Policy"),
            ("PERMISSIONS_POLICY_REPORT_ONLY", "Permissions-Policy-Report-Only"),
        )
        for wrap in (
            lambda text: {text: [], "camera": []},
            lambda text: {"usb": [text], "camera": []},
            lambda text: {"usb": text, "camera": []},
            lambda text: {"usb": [f"https://{text}"], "camera": []},
            lambda text: {"usb": [f"https://a.example:{text}"], "camera": []},
        )
    ),
    *(
        csp(wrap, name=name)
        for name in ("SECURE_CSP", "SECURE_CSP_REPORT_ONLY")
        for wrap in (
            lambda text: {text: ["*"], "base-uri": ["*"]},
            lambda text: {"img-src": [text], "base-uri": ["*"]},
            lambda text: {"img-src": text, "base-uri": ["*"]},
            lambda text: {"img-src": ["https://a.example/" + text], "base-uri": ["*"]},
            lambda text: {"img-src": [f"'nonce-{text}'"], "base-uri": ["*"]},
            lambda text: {"sandbox": [text], "base-uri": ["*"]},
            lambda text: {"report-uri": "/" + text, "base-uri": ["*"]},
            lambda text: {"trusted-types": [text], "base-uri": ["*"]},
            lambda text: {"plugin-types": [f"a/{text}"], "base-uri": ["*"]},
        )
    ),
    # A name that is not declared is left out.
    csp(lambda text: {"report-to": text, "base-uri": ["*"]}, parts=1),
    Way(
        "SECURITY_REPORTING_ENDPOINTS",
        lambda text: {"main": "/r/" + text},
        CSP,
        ",;",
        lambda text: 4,
        beside=(("SECURE_CSP", {"base-uri": ["*"], "report-to": "main"}),),
    ),
    Way(
        "SECURITY_INTEGRITY_POLICY",
        lambda t: {"blocked-destinations": [t]},
        "Integrity-Policy",
        ",",
        two,
    ),
    Way(
        "SECURITY_INTEGRITY_POLICY_REPORT_ONLY",
        lambda text: {"blocked-destinations": ["script"], "endpoints": [text]},
        "Integrity-Policy-Report-Only",
        ",",
        lambda text: 3,
    ),
    Way(
        "SECURITY_REPORTING_ENDPOINTS",
        lambda t: {t: "/r/", "b": "/r/"},
        "Reporting-Endpoints",
        ",",
        two,
    ),
    Way(
        "SECURITY_REPORTING_ENDPOINTS",
        lambda text: {"a": "/" + text, "b": "/r/"},
        "Reporting-Endpoints",
        ",",
        two,
    ),
    Way("SECURITY_CACHE_CONTROL", lambda text: ["private", text], CACHE, ",", two),
    Way("SECURITY_CACHE_CONTROL", lambda text: ["private", f'a="{text}"'], CACHE, ",", two),
    Way("SECURITY_CLEAR_SITE_DATA", lambda text: [text, "cache"], "Clear-Site-Data", ",", two),
    documented("P3PPolicyMiddleware", "P3P_COMPACT_POLICY", str, "P3P", '"', lambda text: 5),
    documented(
        "P3PPolicyMiddleware",
        "P3P_POLICY_URL",
        "/{}".format,
        "P3P",
        '"',
        lambda text: 5,
        P3P_COMPACT_POLICY="NOI",
    ),
    documented("ReferrerPolicyMiddleware", "REFERRER_POLICY", str, "Referrer-Policy", ";", one),
    documented("XssProtectMiddleware", "XSS_PROTECT", str, "X-XSS-Protection", ",", one),
    documented("XFrameOptionsMiddleware", "X_FRAME_OPTIONS", str, FRAMES, ",;", one),
    documented(
        "ClearSiteDataMiddleware",
        "CLEAR_SITE_DATA_DIRECTIVES",
        lambda text: [text, "cache"],
        "Clear-Site-Data",
        ",",
        two,
        CLEAR_SITE_DATA_URL_WHITELIST=["page"],
    ),
    *(
        documented(POLICY_MIDDLEWARE, "CSP_DICT", wrap, CSP, ",;", two)
        for wrap in (
            lambda text: {text: ["*"], "base-uri": ["*"]},
            lambda text: {"img-src": [text], "base-uri": ["*"]},
            lambda text: {"report-uri": text, "base-uri": ["*"]},
        )
    ),
]
