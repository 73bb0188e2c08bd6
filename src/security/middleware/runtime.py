"""What a response itself asks for: the marks that Django's own decorators leave on it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from security.conf import Dynamic
from security.conf import overrides as setting_overrides
from security.policy.errors import PolicyError, shown
from security.policy.frames import FrameOptions

logger = logging.getLogger("security.csp")

DEBUG_STATUSES: Final = frozenset({403, 404, 500})
DEBUG_MARK: Final = b'<meta name="robots" content="NONE,NOARCHIVE">'
MOVED: Final = "_security_moved"  # on our own redirect from plain HTTP
ATTRIBUTES: Final = frozenset(
    {"xframe_options_exempt", "_frame_deny_exempt", "_csp_config", "_csp_ro_config", MOVED}
)
# A browser ignores these over plain HTTP, and an error in its console says so.
TRUSTWORTHY_ONLY: Final = (
    "SECURE_CROSS_ORIGIN_OPENER_POLICY",
    "SECURITY_CROSS_ORIGIN_OPENER_POLICY_REPORT_ONLY",
    "SECURITY_CROSS_ORIGIN_EMBEDDER_POLICY",
    "SECURITY_CROSS_ORIGIN_EMBEDDER_POLICY_REPORT_ONLY",
    "SECURITY_ORIGIN_AGENT_CLUSTER",
)
UNFRAMED: Final = ""  # X-Frame-Options is not to be sent


# The items of a dictionary, or the beginning of what is no dictionary of sources.
Frozen = tuple[Any, ...] | str


class Asked(NamedTuple):
    """
    What differs from the plan of the view; hashable, so that the answer is remembered.

    ``framing`` is the X-Frame-Options that the view sent. ``csp`` and ``csp_report_only``
    are the items of a dictionary as Django's ``csp_override`` leaves it on the response.
    ``made`` is what callables returned, by name of setting. ``candidate`` tells whether the
    policy of a rollout is enforced or only reported; ``None`` without a rollout. ``moved``
    tells that this is our own redirect to HTTPS.
    """

    framing: str | None = None
    csp: Frozen | None = None
    csp_report_only: Frozen | None = None
    made: tuple[tuple[str, Frozen], ...] = ()
    candidate: bool | None = None
    moved: bool = False


NOTHING: Final = Asked()


def asked(state: Mapping[str, Any], own: Mapping[str, tuple[str, str]]) -> Asked:
    """Read the attributes of a response (``state``) and the headers it has (``own``)."""
    if not own and state.keys().isdisjoint(ATTRIBUTES):
        return NOTHING
    framing = own["x-frame-options"][1] if "x-frame-options" in own else None
    if state.get("xframe_options_exempt") or state.get("_frame_deny_exempt"):
        framing = UNFRAMED
    return Asked(
        framing,
        frozen(state["_csp_config"]) if "_csp_config" in state else None,
        frozen(state["_csp_ro_config"]) if "_csp_ro_config" in state else None,
        moved=MOVED in state,
    )


def overrides(asked: Asked) -> dict[str, Any]:
    """
    Return the overrides, parsed.

    A dictionary that is no policy changes nothing: the page keeps the policy of the site,
    and the log says what is wrong with the other.
    """
    found: dict[str, Any] = dict.fromkeys(TRUSTWORTHY_ONLY) if asked.moved else {}
    if asked.framing == UNFRAMED:
        found["X_FRAME_OPTIONS"] = None
    elif asked.framing is not None:
        try:
            found["X_FRAME_OPTIONS"] = FrameOptions(asked.framing)
        except PolicyError:
            logger.warning(
                "A view sent X-Frame-Options: %s, which no browser knows.", shown(asked.framing)
            )
    for setting, items in (
        *asked.made,
        ("SECURE_CSP", asked.csp),
        ("SECURE_CSP_REPORT_ONLY", asked.csp_report_only),
    ):
        if items is not None:
            value = items if isinstance(items, str) else dict(items)
            try:
                found |= setting_overrides({setting: value})
            except PolicyError as error:
                logger.warning(
                    "The policy of the site stays, since that of a view or a callable is wrong: %s",
                    error.describe("policy"),
                )
    return found


def made_by(
    calls: tuple[Dynamic, ...], request: HttpRequest, response: HttpResponseBase
) -> tuple[tuple[str, Frozen], ...]:
    """Return what the callables of a view want for this response, by name of setting."""
    results = ((call.setting, _called(call, request, response)) for call in calls)
    return tuple((setting, frozen(result)) for setting, result in results if result is not None)


def _called(call: Dynamic, request: HttpRequest, response: HttpResponseBase) -> Any:
    try:
        return call.call(request, response)
    except Exception:  # the view has done its work, and its page needs its headers
        logger.exception("The policy of the site stays: the callable for %s failed", call.setting)
        return None


def is_debug_page(response: HttpResponseBase) -> bool:
    """
    Tell whether this is one of Django's technical error pages, with styles of their own.

    Django 6 says so itself, by ``_csp_config``; before, only their robots tag does. To be
    asked while ``DEBUG`` is on, and never otherwise.
    """
    return response.status_code in DEBUG_STATUSES and DEBUG_MARK in getattr(
        response, "content", b""
    )


def frozen(config: Any) -> Frozen:
    """Return a dictionary of sources as a hashable value, in its own order."""
    if not config:
        return ()
    try:
        frozen = tuple((name, _listed(values)) for name, values in dict(config).items())
        hash(frozen)
    except (TypeError, ValueError):
        return shown(config)
    return frozen


def _listed(values: Any) -> Any:
    if isinstance(values, set | frozenset):
        return tuple(sorted(values))
    return tuple(values) if isinstance(values, list | tuple) else values
