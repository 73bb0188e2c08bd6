"""The words of Content-Security-Policy: directives, keywords, tokens."""

from __future__ import annotations

from enum import Enum, StrEnum
from typing import Final

# What Django 6 puts in a policy where the nonce of the response belongs (django.utils.csp).
NONCE: Final = "<CSP_NONCE_SENTINEL>"


class CSP(StrEnum):
    """The constants of ``django.utils.csp.CSP``, by the same names, on every Django."""

    HEADER_ENFORCE = "Content-Security-Policy"
    HEADER_REPORT_ONLY = "Content-Security-Policy-Report-Only"

    NONE = "'none'"
    REPORT_SAMPLE = "'report-sample'"
    SELF = "'self'"
    STRICT_DYNAMIC = "'strict-dynamic'"
    UNSAFE_EVAL = "'unsafe-eval'"
    UNSAFE_HASHES = "'unsafe-hashes'"
    UNSAFE_INLINE = "'unsafe-inline'"
    WASM_UNSAFE_EVAL = "'wasm-unsafe-eval'"

    NONCE = NONCE


class Kind(Enum):
    """What may follow the name of a directive."""

    SOURCES = "a list of sources"
    NOTHING = "nothing: the directive takes no value"
    SANDBOX = "sandbox tokens"
    URIS = "one or more URLs"
    GROUP = "the name of one reporting endpoint"
    POLICY_NAMES = "names of Trusted Types policies"
    SINK_GROUPS = "'script'"
    MEDIA_TYPES = "MIME types such as 'application/pdf'"
    REFERRER = "one referrer policy"
    REFLECTED_XSS = "'allow', 'block' or 'filter'"
    SRI_TOKENS = "'script', 'style' or both"


# https://www.w3.org/TR/CSP3/ section 6, https://www.w3.org/TR/trusted-types/ section 4.3,
# https://www.w3.org/TR/upgrade-insecure-requests/ section 3.1; read on 2026-11-21.
# The rows after the blank line are withdrawn: documented once, ignored by browsers today.
DIRECTIVES: Final[dict[str, Kind]] = {
    "default-src": Kind.SOURCES,
    "child-src": Kind.SOURCES,
    "connect-src": Kind.SOURCES,
    "fenced-frame-src": Kind.SOURCES,
    "font-src": Kind.SOURCES,
    "frame-src": Kind.SOURCES,
    "img-src": Kind.SOURCES,
    "manifest-src": Kind.SOURCES,
    "media-src": Kind.SOURCES,
    "object-src": Kind.SOURCES,
    "script-src": Kind.SOURCES,
    "script-src-attr": Kind.SOURCES,
    "script-src-elem": Kind.SOURCES,
    "style-src": Kind.SOURCES,
    "style-src-attr": Kind.SOURCES,
    "style-src-elem": Kind.SOURCES,
    "worker-src": Kind.SOURCES,
    "base-uri": Kind.SOURCES,
    "form-action": Kind.SOURCES,
    "frame-ancestors": Kind.SOURCES,
    "sandbox": Kind.SANDBOX,
    "report-uri": Kind.URIS,
    "report-to": Kind.GROUP,
    "require-trusted-types-for": Kind.SINK_GROUPS,
    "trusted-types": Kind.POLICY_NAMES,
    "upgrade-insecure-requests": Kind.NOTHING,

    "block-all-mixed-content": Kind.NOTHING,
    "navigate-to": Kind.SOURCES,
    "plugin-types": Kind.MEDIA_TYPES,
    "prefetch-src": Kind.SOURCES,
    "referrer": Kind.REFERRER,
    "reflected-xss": Kind.REFLECTED_XSS,
    "require-sri-for": Kind.SRI_TOKENS,
}  # fmt: skip

# Words of a source list that stand in single quotes. CSP3 section 2.3.1; the report hashes
# are of section 2.3.1 as of 2025, 'inline-speculation-rules' of the Speculation Rules draft.
KEYWORDS: Final = frozenset(
    {
        "'none'",
        "'self'",
        "'inline-speculation-rules'",
        "'report-sample'",
        "'report-sha256'",
        "'report-sha384'",
        "'report-sha512'",
        "'strict-dynamic'",
        "'trusted-types-eval'",
        "'unsafe-allow-redirects'",
        "'unsafe-eval'",
        "'unsafe-hashes'",
        "'unsafe-inline'",
        "'unsafe-webtransport-hashes'",
        "'wasm-unsafe-eval'",
    }
)
HASH_ALGORITHMS: Final = ("sha256", "sha384", "sha512")

# https://html.spec.whatwg.org/multipage/browsers.html#sandboxing, read on 2026-11-21.
SANDBOX_TOKENS: Final = frozenset(
    {
        "allow-downloads",
        "allow-forms",
        "allow-modals",
        "allow-orientation-lock",
        "allow-pointer-lock",
        "allow-popups",
        "allow-popups-to-escape-sandbox",
        "allow-presentation",
        "allow-same-origin",
        "allow-scripts",
        "allow-storage-access-by-user-activation",
        "allow-top-navigation",
        "allow-top-navigation-by-user-activation",
        "allow-top-navigation-to-custom-protocols",
    }
)

# CSP 1.1 draft of 2014, sections 7.11 and 7.12.
REFERRER_WORDS: Final = (
    "no-referrer",
    "no-referrer-when-downgrade",
    "none-when-downgrade",
    "origin",
    "origin-when-cross-origin",
    "origin-when-crossorigin",
    "unsafe-url",
    "none",
)
REFLECTED_XSS_WORDS: Final = ("allow", "block", "filter")
