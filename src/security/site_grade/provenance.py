"""Where the value of a setting comes from, as one view sees it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any, Final, NamedTuple, cast

from django.conf import settings
from django.urls import ResolverMatch

from security.conf import Dynamic, conf, declared
from security.marks import overrides_of
from security.middleware import plan, requirements, routes, runtime
from security.policy.errors import shown
from security.policy.presets import PRESETS

from .senders import CSP, CSP_REPORT_ONLY, SETTINGS

STATES: Final = {CSP: "_csp_config", CSP_REPORT_ONLY: "_csp_ro_config"}
_EDITS: Final = ("SECURITY_CSP_ADD", "SECURITY_CSP_REMOVE", "SECURITY_CSP_REPLACE")


class Origin(NamedTuple):
    """A setting, its value, and who gave it: empty for the settings of the project."""

    setting: str
    value: Any
    giver: str

    def as_source(self) -> str:
        """Say what made a header."""
        match self.giver:
            case "":
                return f"setting {self.setting}"
            case "the default":
                return f"default of {self.setting}"
            case giver:
                return f"{giver} ({self.setting})"

    def as_reason(self) -> str:
        """Say why there is no header."""
        match self.giver:
            case "":
                place = "in the settings"
            case "the default":
                place = "by default"
            case giver:
                place = f"by {giver}"
        if isinstance(self.value, Dynamic):
            return f"{self.setting} is left to a callable {place}"
        if self.setting == "SECURITY_HSTS_RAMP":
            return f"no step of {self.setting} has begun"
        decides = self.setting == "CSP_MODE" or not self.value or self.value == "off"
        rest = "" if decides else ", and yet it is not sent"
        return f"{self.setting} is {shown(self.value)} {place}{rest}"


def of_django(setting: str) -> Origin:
    """Return where Django's own middlewares find a value."""
    is_set = cast("Any", settings).is_overridden(setting)
    return Origin(setting, getattr(settings, setting, None), "" if is_set else "the default")


def of_ours(setting: str, match: ResolverMatch | None = None) -> Origin:
    """Return where ours find it. Without a match rows and decorators have no say."""
    if match is not None:
        layers = list(_layers(match))
        for giver, layer in reversed(layers):
            if setting in layer:
                return Origin(setting, layer[setting], giver)
        row = routes.preset_row(match)
        if setting in row and not conf.is_set(setting):
            return Origin(setting, row[setting], "preset strict, its row for the admin")
    known = declared()[setting]
    value = known.raw(conf)
    if conf.is_set(setting):
        return Origin(setting, value, "")
    preset = conf.SECURITY_PRESET
    if known.header and preset and setting in PRESETS[preset]:
        return Origin(setting, value, f"preset {preset}")
    return Origin(setting, value, "the default")


def of_transport(match: ResolverMatch | None) -> Origin:
    """Return what decides about HSTS: the number or the ramp."""
    overrides = routes.for_view(match)
    ramp = of_ours("SECURITY_HSTS_RAMP", match)
    own = overrides.keys() & plan.HSTS
    if ramp.value is None or own == {"SECURE_HSTS_SECONDS"}:
        return of_ours("SECURE_HSTS_SECONDS", match)
    return ramp


def additions(header: str, match: ResolverMatch | None, state: dict[str, Any]) -> Iterator[str]:
    """Yield what has a say in a policy beside the setting that it starts from."""
    setting = SETTINGS[header]
    layers = list(_layers(match)) if match is not None else []
    replaced = any(setting in layer for _, layer in layers)
    if header == CSP and not replaced and not conf.is_set(setting) and conf.SECURITY_PRESET:
        yield "frame-ancestors follows X_FRAME_OPTIONS"
    if not replaced:
        yield from (
            f"csp_sources of app {label}" for label, _ in conf.derived(requirements.of_apps)
        )
        yield from (name for name in _EDITS if getattr(conf, name) is not None)
        if conf.SECURITY_CSP_ROLLOUT is not None:
            yield "SECURITY_CSP_ROLLOUT, by visitor"
    yield from (f"{giver} ({name})" for giver, layer in layers for name in _EDITS if name in layer)
    if header == CSP and conf.SECURITY_CSP_CALLABLE is not None:
        yield "SECURITY_CSP_CALLABLE"
    if STATES[header] in state:
        yield "Django's csp_override on the view"


def sent_by_ours(header: str, match: ResolverMatch | None, request: Any) -> Iterator[str]:
    """Yield what makes ``SecurityMiddleware`` send ``Cache-Control`` or ``Clear-Site-Data``."""
    pages, paths = conf.NO_CONFIDENTIAL_CACHING, conf.CLEAR_SITE_DATA_URL_WHITELIST
    if header == "Clear-Site-Data":
        if paths is not None and paths.covers(request.path_info):
            yield of_ours("CLEAR_SITE_DATA_URL_WHITELIST").as_source()
            return
    elif pages is not None and pages.covers(request.path_info):
        yield of_ours("NO_CONFIDENTIAL_CACHING").as_source()
        return
    if header in SETTINGS:
        origin = of_ours(SETTINGS[header], match)
        if origin.value is not None:
            yield origin.as_source()
            return
    yield "the page has a nonce, so no shared cache may keep it"


def is_moved(state: dict[str, Any], setting: str) -> bool:
    """Tell whether this is our redirect from plain HTTP, where browsers ignore the header."""
    return runtime.MOVED in state and setting in runtime.TRUSTWORTHY_ONLY


def name_of(view: Any) -> str:
    """Return the dotted name of a view."""
    while isinstance(view, partial):
        view = view.func
    view = getattr(view, "view_class", view)
    return f"{view.__module__}.{getattr(view, '__qualname__', type(view).__qualname__)}"


def _layers(match: ResolverMatch) -> Iterator[tuple[str, Any]]:
    """Yield what rows and decorators say, the weakest first, each with its name."""
    rows = conf.SECURITY_ROUTES
    for key in routes.keys(match):
        if key in rows:
            yield f"SECURITY_ROUTES[{key!a}]", rows[key]
    for overrides in overrides_of(match.func):
        yield f"a decorator of {name_of(match.func)}", overrides
