"""Where in a settings file a header is made, for those who show findings beside the code."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple, TypeAlias
from urllib.parse import quote

from security.policy.errors import must_be

MAX_SETTINGS: Final = 1_048_576  # bytes; a long settings file has 50,000


class Location(NamedTuple):
    """A place in a file: ``uri`` is relative to the project where it can be."""

    uri: str
    line: int


# Returns where a setting or a header, by its name, is made; ``None`` where that is not known.
Locate: TypeAlias = Callable[[str], Location | None]

_CSP: Final = (
    "SECURE_CSP",
    "CSP_DICT",
    "CSP_STRING",
    "SECURITY_CSP_REPLACE",
    "SECURITY_CSP_ADD",
    "SECURITY_CSP_REMOVE",
)
_REPORTED_CSP: Final = ("SECURE_CSP_REPORT_ONLY", "CSP_REPORT_DICT", "CSP_REPORT_STRING")
_HSTS: Final = (
    "SECURE_HSTS_SECONDS",
    "SECURITY_HSTS_RAMP",
    "STS_MAX_AGE",
    "SECURE_HSTS_INCLUDE_SUBDOMAINS",
    "SECURE_HSTS_PRELOAD",
    "STS_INCLUDE_SUBDOMAINS",
    "STS_PRELOAD",
)
_COOKIES: Final = tuple(
    f"{cookie}_COOKIE_{part}"
    for cookie in ("SESSION", "CSRF", "LANGUAGE")
    for part in ("SECURE", "HTTPONLY", "SAMESITE", "NAME", "DOMAIN")
)
_SHARING: Final = ("CORS_ALLOWED_ORIGINS", "CORS_ALLOW_ALL_ORIGINS", "CORS_ORIGIN_ALLOW_ALL")

# The settings that make a header, by its name in lower case, the first that counts first; and
# those that the tests of the Observatory which have no header of their name look at.
SETTINGS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "access-control-allow-credentials": ("CORS_ALLOW_CREDENTIALS", *_SHARING),
        "access-control-allow-origin": _SHARING,
        "cache-control": ("SECURITY_CACHE_CONTROL", "NO_CONFIDENTIAL_CACHING"),
        "clear-site-data": ("SECURITY_CLEAR_SITE_DATA", "CLEAR_SITE_DATA_URL_WHITELIST"),
        "content-security-policy": (*_CSP, *_REPORTED_CSP),
        "content-security-policy-report-only": (*_REPORTED_CSP, *_CSP),
        "cookies": _COOKIES,
        "cross-origin-embedder-policy": ("SECURITY_CROSS_ORIGIN_EMBEDDER_POLICY",),
        "cross-origin-embedder-policy-report-only": (
            "SECURITY_CROSS_ORIGIN_EMBEDDER_POLICY_REPORT_ONLY",
        ),
        "cross-origin-opener-policy": ("SECURE_CROSS_ORIGIN_OPENER_POLICY",),
        "cross-origin-opener-policy-report-only": (
            "SECURITY_CROSS_ORIGIN_OPENER_POLICY_REPORT_ONLY",
        ),
        "cross-origin-resource-policy": ("SECURITY_CROSS_ORIGIN_RESOURCE_POLICY",),
        "cross-origin-resource-sharing": _SHARING,
        "feature-policy": ("PERMISSIONS_POLICY",),
        "integrity-policy": ("SECURITY_INTEGRITY_POLICY",),
        "integrity-policy-report-only": ("SECURITY_INTEGRITY_POLICY_REPORT_ONLY",),
        "origin-agent-cluster": ("SECURITY_ORIGIN_AGENT_CLUSTER",),
        "p3p": ("P3P_COMPACT_POLICY", "P3P_POLICY_URL"),
        "permissions-policy": ("PERMISSIONS_POLICY",),
        "permissions-policy-report-only": ("PERMISSIONS_POLICY_REPORT_ONLY",),
        "redirection": ("SECURE_SSL_REDIRECT", "SECURE_SSL_HOST"),
        "referrer-policy": ("SECURE_REFERRER_POLICY", "REFERRER_POLICY"),
        "reporting-endpoints": ("SECURITY_REPORTING_ENDPOINTS", "SECURITY_REPORTS"),
        "set-cookie": _COOKIES,
        "strict-transport-security": _HSTS,
        "subresource-integrity": ("SECURITY_INTEGRITY_POLICY",),
        "x-content-type-options": ("SECURE_CONTENT_TYPE_NOSNIFF",),
        "x-dns-prefetch-control": ("SECURITY_DNS_PREFETCH_CONTROL",),
        "x-frame-options": ("X_FRAME_OPTIONS", "SECURE_FRAME_DENY"),
        "x-permitted-cross-domain-policies": ("SECURITY_PERMITTED_CROSS_DOMAIN_POLICIES",),
        "x-xss-protection": ("XSS_PROTECT", "SECURE_BROWSER_XSS_FILTER"),
    }
)
PRESET: Final = "SECURITY_PRESET"

_NAME: Final = re.compile(r"\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b")


def settings_lines(path: str | os.PathLike[str]) -> Mapping[str, int]:
    """
    Return the line, from 1 on, on which each setting of a file gets its last value.

    The file is read and not run. Raises ``OSError``, and ``PolicyError`` for what is no Python.
    """
    with open(path, "rb") as stream:  # noqa: PTH123
        source = stream.read(MAX_SETTINGS + 1)
    if len(source) > MAX_SETTINGS:
        raise must_be(f"at most {MAX_SETTINGS:,} bytes long", "more")
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise must_be("settings in Python", type(error).__name__) from error
    return dict(_assigned(body))  # of several lines the last counts


def _assigned(body: list[ast.stmt]) -> Iterator[tuple[str, int]]:
    """Yield what a block assigns, and the blocks in it that run when the file does, in order."""
    waiting = list(reversed(body))
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        for target in _targets(node):
            for part in ast.walk(target):
                if not (isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)):
                    continue
                if part.id.isupper():
                    yield part.id, part.lineno
        children = [inner for child in ast.iter_child_nodes(node) for inner in _statements(child)]
        waiting += reversed(children)


def _targets(node: ast.stmt) -> list[ast.expr]:
    if isinstance(node, ast.Assign):
        return node.targets
    if isinstance(node, ast.AugAssign) or (isinstance(node, ast.AnnAssign) and node.value):
        return [node.target]
    return []


def _statements(node: ast.AST) -> list[ast.stmt]:
    """Return a statement as it is, and of a handler or a case those of its body."""
    if isinstance(node, ast.stmt):
        return [node]
    return node.body if isinstance(node, ast.ExceptHandler | ast.match_case) else []


def in_settings(path: str | os.PathLike[str]) -> Locate:
    """
    Return what finds the line for the name of a setting, of a header or of a test.

    What makes it wins; else the preset; else it is line 1. Raises as ``settings_lines`` does.
    """
    lines = settings_lines(path)
    uri = relative(Path(path))

    def locate(name: str) -> Location | None:
        if name in lines:
            return Location(uri, lines[name])
        if name.isupper() and "_" in name:
            return None
        made = (*SETTINGS.get(name.lower(), ()), PRESET)
        return Location(uri, next((lines[one] for one in made if one in lines), 1))

    return locate


def place(locate: Locate, header: str, hint: str = "") -> Location | None:
    """
    Return where something about a header is set right: at the setting that the hint names, if
    it makes this header or there is no header, else at the one that makes the header.
    """
    made = SETTINGS.get(header.lower(), ())
    for name in _NAME.findall(hint):
        if not header or name in made:
            found = locate(name)
            if found is not None:
                return found
    return locate(header)


def relative(path: Path) -> str:
    """Return a path as the URI of an artifact: relative to the current folder if it is below."""
    whole = path.resolve()
    try:
        return quote(whole.relative_to(Path.cwd()).as_posix())
    except ValueError:
        return whole.as_uri()
