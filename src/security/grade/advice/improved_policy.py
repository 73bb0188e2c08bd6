"""The Content-Security-Policy that a page gets once advice is taken."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from security.policy.csp import (
    Action,
    Compiled,
    ContentSecurityPolicy,
    Edit,
    apply_all,
    delivery,
)
from security.policy.errors import PolicyError
from security.policy.frames import FrameOptions
from security.policy.presets import ADMIN_WITHOUT_NONCES

from .change import PRESET
from .markup import Needs
from .outlook import Outlook

NONCE: Final = "0123456789abcdef0123456789abcdef"  # stands for the one that each response gets
EDITS: Final[Mapping[str, Action]] = {
    "SECURITY_CSP_ADD": Action.ADD,
    "SECURITY_CSP_REMOVE": Action.REMOVE,
    "SECURITY_CSP_REPLACE": Action.REPLACE,
}
# Settings of a policy, ours and those of other packages: with one of them it is the project's.
POLICIES: Final = (
    "SECURE_CSP",
    "CSP_DICT",
    "CSP_STRING",
    "CONTENT_SECURITY_POLICY",
    "CSP_DEFAULT_SRC",
    "CSP_SCRIPT_SRC",
)
_HEADER: Final = ContentSecurityPolicy.name.lower()
_FRAMING: Final = {"deny": "'none'", "sameorigin": "'self'"}


def policy_text(outlook: Outlook, page: Needs) -> str | None:
    """Return the policy if the changes decide over it, and make one that can be sent."""
    is_foreign = any(outlook.installed.get(name) is not None for name in POLICIES[1:])
    try:
        edits = tuple(
            Edit.read(action, outlook.value(name))
            for name, action in EDITS.items()
            if outlook.value(name) is not None
        )
        if outlook.is_new("SECURE_CSP", _HEADER) and not is_foreign:
            return _of_settings(outlook, page, edits)
        if outlook.has_own_policy and not is_foreign and EDITS.keys() & outlook.assigned.keys():
            return _edited(outlook, edits)
    except PolicyError:  # of the project's own values, or edits that fit no policy: it stays
        pass
    return None


def _edited(outlook: Outlook, edits: tuple[Edit, ...]) -> str | None:
    texts = ",".join(outlook.reply.lines(_HEADER)).split(",")
    policies = (ContentSecurityPolicy.parse(text) for text in texts if text.strip())
    changed = (apply_all(policy, edits) for policy in policies)
    return ", ".join(str(policy) for policy in changed if policy is not None) or None


def _of_settings(outlook: Outlook, page: Needs, edits: tuple[Edit, ...]) -> str | None:
    raw = outlook.value("SECURE_CSP")
    if not raw:
        return None
    is_preset = "SECURE_CSP" not in outlook.installed
    if is_preset and page.is_admin and outlook.assigned.get(PRESET) == "strict":
        raw = ADMIN_WITHOUT_NONCES["SECURE_CSP"]
    policy: ContentSecurityPolicy | None = ContentSecurityPolicy.from_mapping(raw)
    if is_preset and policy is not None:
        policy = _framed(policy, _frame_options(outlook))
    policy = apply_all(policy, edits)
    sent = () if policy is None else delivery.deliverable(policy, {}, secure=True)
    compiled = delivery.compiled(sent)
    return None if compiled is None else _filled(compiled, page)


def _filled(compiled: Compiled, page: Needs) -> str:
    if page.has_nonces and compiled.parts:
        return f"'nonce-{NONCE}'".join(compiled.parts)
    return compiled.unused


def _frame_options(outlook: Outlook) -> Any:
    name = FrameOptions.name.lower()
    if outlook.is_blind and outlook.reply.has(name):
        return outlook.reply.value(name)
    return outlook.value("X_FRAME_OPTIONS")


def _framed(policy: ContentSecurityPolicy, value: Any) -> ContentSecurityPolicy | None:
    """Let the policy of a preset say of frames what X-Frame-Options says."""
    rest = policy.without("frame-ancestors")
    if value is None or rest is None:
        return rest
    options = FrameOptions(value)
    ancestors = options.ancestors or _FRAMING[options.option.lower()]
    return rest.with_directive("frame-ancestors", (ancestors,))
