"""Content-Security-Policy as a value. CSP Level 3, https://www.w3.org/TR/CSP3/."""

from __future__ import annotations

from .document import Compiled, ContentSecurityPolicy, Directive, VerbatimPolicy, names
from .edit import Action, Edit, apply_all
from .vocabulary import CSP, NONCE

__all__ = [
    "CSP",
    "NONCE",
    "Action",
    "Compiled",
    "ContentSecurityPolicy",
    "Directive",
    "Edit",
    "VerbatimPolicy",
    "apply_all",
    "names",
]
