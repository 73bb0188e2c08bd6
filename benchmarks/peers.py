"""The packages that ours is compared with, configured to send what the strict preset sends."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import warnings
from collections.abc import Iterable
from types import ModuleType
from typing import Any, NamedTuple

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest

from security.policy.csp.vocabulary import NONCE
from security.policy.presets import PRESETS

from . import site
from .apart import APART, install_apart, version_of

APART_NAME = "django_security_apart"

HAS_CSP = django.VERSION >= (6, 0)
DJANGO = (
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
)
DJANGO_CSP = "csp.middleware.CSPMiddleware"
PERMISSIONS_POLICY = "django_permissions_policy.PermissionsPolicyMiddleware"
# Those of django-security that send headers, in the order of choice.
SENDERS = (
    "ContentNoSniff",
    "StrictTransportSecurityMiddleware",
    "XssProtectMiddleware",
    "XFrameOptionsMiddleware",
    "ContentSecurityPolicyMiddleware",
    "P3PPolicyMiddleware",
    "DoNotTrackMiddleware",
)
WANTED = 3  # of them


class Peers(NamedTuple):
    """Two lists for ``MIDDLEWARE``, and what the reader must know about them."""

    django: tuple[str, ...]
    together: tuple[str, ...]
    notes: tuple[str, ...]


def load() -> Peers:
    """Return the middlewares that this Python and this Django can run."""
    notes = []
    few: tuple[str, ...] = DJANGO
    if HAS_CSP:
        few += ("django.middleware.csp.ContentSecurityPolicyMiddleware",)
    else:
        few += (DJANGO_CSP,)
        notes.append(
            f"Django {django.__version__} has two middlewares; django-csp is the third of three."
        )
    others = [name for name in (DJANGO_CSP, PERMISSIONS_POLICY) if name not in few]
    old, problems = django_security()
    return Peers(few, (*few, *others, *old), (*notes, *problems))


def configure() -> None:
    """
    Give the peers their settings.

    No signal is sent: ours is compiled by now, from the preset alone, and stays so.
    """
    strict = PRESETS["strict"]
    for name, value in strict.items():
        if name.startswith("SECURE_") or name in {"X_FRAME_OPTIONS", "PERMISSIONS_POLICY"}:
            setattr(settings, name, value)
    policy: Any = strict["SECURE_CSP"]
    settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": without_nonces(policy)}
    settings.P3P_COMPACT_POLICY = "NON"
    settings.CSP_STRING = "default-src 'none'"


def without_nonces(policy: dict[str, list[str]]) -> dict[str, list[str]]:
    """
    Return a policy with no place for a nonce.

    Both Django and django-csp keep theirs in ``request._csp_nonce``: where both run, the
    one would make a nonce that nobody asked the other for.
    """
    return {name: [text for text in texts if text != NONCE] for name, texts in policy.items()}


def versions() -> dict[str, str]:
    """Return the version of each peer that is installed."""
    names = ("django-csp", "django-permissions-policy")
    found = {name: version for name in names if (version := version_of(name))}
    if version := version_of("django-security", APART):
        found["django-security"] = version
    return found


def django_security() -> tuple[list[str], list[str]]:
    """Return the paths of the middlewares that work, and notes about the others."""
    try:
        module = load_apart()
    except subprocess.SubprocessError:
        return [], ["django-security is left out: pip cannot install it here."]
    except ImportError as error:
        return [], [f"django-security is left out: {type(error).__name__}: {error}"]
    working: list[str] = []
    broken: dict[str, list[str]] = {}
    for name in SENDERS:
        if problem := trouble(getattr(module, name)):
            broken.setdefault(problem.replace(name, "..."), []).append(name)
        else:
            working.append(f"{APART_NAME}.{name}")
    chosen = working[:WANTED]
    if len(chosen) == WANTED:
        return chosen, []
    return chosen, [told(chosen, broken.items())]


def told(chosen: list[str], broken: Iterable[tuple[str, list[str]]]) -> str:
    left_out = "; ".join(f"{', '.join(names)} ({problem})" for problem, names in broken)
    kept = ", ".join(name.rpartition(".")[2] for name in chosen)
    return (
        f"django-security: {len(chosen)} of its middlewares that send headers, not {WANTED}, "
        f"answer a request on this Django: {kept}. Left out: {left_out}."
    )


def trouble(middleware: Any) -> str | None:
    """Return what goes wrong when the middleware answers one request."""
    try:
        middleware(site.page)(WSGIRequest(site.environ("https")))
    except Exception as error:  # whatever a package does that was written for another Django
        return f"{type(error).__name__}: {error}"
    return None


def load_apart() -> ModuleType:
    """Import the middlewares of django-security under a name that is not ours."""
    if version_of("django-security", APART) is None:
        install_apart()
    location = APART / "security" / "middleware.py"
    spec = importlib.util.spec_from_file_location(APART_NAME, location)
    if spec is None or spec.loader is None:
        raise ImportError(f"{location.name} of django-security cannot be imported")
    module = importlib.util.module_from_spec(spec)
    sys.modules[APART_NAME] = module
    sys.path.append(str(APART))  # last, so that `security` is ours; it holds dateutil
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(APART))
    return module
