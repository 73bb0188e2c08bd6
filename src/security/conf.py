"""The only module that reads Django's settings: typed, checked, cached, reloadable."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Generic, NamedTuple, Self, TypeVar, cast, overload

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed

from security import parsers, parsers_accounts, parsers_reports, parsers_uploads
from security.parsers import optional
from security.policy import grammar
from security.policy.csp import Action, Edit
from security.policy.errors import PolicyError, must_be
from security.policy.isolation import (
    CrossOriginEmbedderPolicy,
    CrossOriginOpenerPolicy,
    CrossOriginResourcePolicy,
    OriginAgentCluster,
)
from security.policy.presets import PRESETS
from security.policy.proxies import TrustedProxies

T = TypeVar("T")
ABSENT: Any = object()


class Setting(Generic[T]):
    """
    One setting: the function that turns it into what we use, and its default.

    ``header`` settings may be left to a preset and overridden per view. Where our default
    stands ``over_django``, only what the project itself sets counts, not Django's default.
    """

    def __init__(
        self,
        parse: Callable[[Any], T],
        default: object = None,
        *,
        header: bool = False,
        over_django: bool = False,
    ) -> None:
        self.parse = parse
        self.default = default
        self.header = header
        self.over_django = over_django

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, conf: None, owner: type) -> Self: ...
    @overload
    def __get__(self, conf: Settings, owner: type) -> T: ...
    def __get__(self, conf: Settings | None, owner: type) -> Self | T:
        if conf is None:
            return self
        value = self.read(self.raw(conf))
        conf.__dict__[self.name] = value  # found before us from now on
        return value

    def raw(self, conf: Settings) -> object:
        """Return what the project set, else what its preset says, else the default."""
        if not conf.is_set(self.name) and self.header and conf.SECURITY_PRESET:
            chosen = PRESETS[conf.SECURITY_PRESET]
            if self.name in chosen:
                return chosen[self.name]
        raw = getattr(settings, self.name, ABSENT)
        if raw is ABSENT or (self.over_django and not conf.is_set(self.name)):
            return self.default
        return raw

    def read(self, raw: object) -> T:
        """Parse one value. Raises ``Misconfigured`` with the name of the setting."""
        try:
            return self.parse(raw)
        except PolicyError as error:
            raise Misconfigured(self.name, error) from error


class Misconfigured(ImproperlyConfigured):
    """The error that stops the start: which setting, what is wrong, what to do about it."""

    def __init__(self, setting: str, error: PolicyError) -> None:
        hint = f"\n    HINT: {error.hint}" if error.hint else ""
        super().__init__(error.describe(setting) + hint)
        self.setting = setting
        self.error = error


def header(parse: Callable[[Any], T | None], default: object = None) -> Setting[T | None]:
    """Declare a setting that becomes a header, or ``None`` for no header."""
    return Setting(optional(parse), default, header=True)


class Dynamic(NamedTuple):
    """
    A value that is made for each response: ``call(request, response)``.

    It returns what the setting takes, or ``None`` for no change.
    """

    setting: str
    call: Callable[[Any, Any], Any]


# Settings that a route row or a decorator may leave to a callable.
DYNAMIC = frozenset(
    {
        "SECURE_CSP",
        "SECURE_CSP_REPORT_ONLY",
        "SECURITY_CSP_ADD",
        "SECURITY_CSP_REMOVE",
        "SECURITY_CSP_REPLACE",
    }
)


def overrides(raw: object) -> dict[str, Any]:
    """
    Parse what a route row or a decorator asks for: names of header settings to values.

    Raises ``PolicyError`` for a name that is no header setting, and for a bad value.
    """
    known = {name: setting for name, setting in declared().items() if setting.header}
    parsed = {}
    for name, value in parsers.keyed(raw, tuple(known), "header settings").items():
        if name in DYNAMIC and callable(value):
            parsed[name] = Dynamic(name, value)
            continue
        try:
            parsed[name] = known[name].parse(value)
        except PolicyError as error:
            raise error.within(name) from error
    return parsed


def routes(raw: object) -> dict[str, dict[str, Any]]:
    """Parse ``SECURITY_ROUTES``: URL name, ``namespace:*`` or app label to overrides."""
    if not isinstance(raw, Mapping):
        raise must_be(
            "a dictionary of routes", raw, hint='Write {"admin:*": {"X_FRAME_OPTIONS": "DENY"}}.'
        )
    rows = {}
    for route, row in raw.items():
        if not isinstance(route, str) or not route:
            raise must_be("made of URL names, 'namespace:*' or app labels", route)
        try:
            rows[route] = overrides(row)
        except PolicyError as error:
            raise error.within(route) from error
    return rows


class Settings:
    """Read attributes of ``conf``, never of ``django.conf.settings``."""

    SECURITY_PRESET = Setting(optional(lambda raw: grammar.one_of(raw, PRESETS)))

    SECURE_SSL_REDIRECT = Setting(parsers.boolean, default=False)
    SECURE_SSL_HOST = Setting(optional(parsers.ssl_host))
    SECURE_REDIRECT_EXEMPT = Setting(parsers.exempt, default=())
    SECURITY_VALIDATE_HOST = Setting(parsers.boolean, default=True)
    SECURITY_TRUSTED_PROXIES = Setting(TrustedProxies.from_list, default=())
    SECURITY_PROXY_REDIRECTS = Setting(parsers.boolean, default=False)
    SECURITY_ROUTES = Setting(routes, default={})
    SECURITY_CSP_CALLABLE = Setting(optional(parsers.dotted_callable))
    SECURITY_CSP_ROLLOUT = Setting(optional(parsers.rollout))
    SECURITY_CSP_APPS = Setting(parsers.all_or_listed, default=True)

    SECURE_HSTS_SECONDS = Setting(parsers.seconds, default=0, header=True)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = Setting(parsers.boolean, default=False, header=True)
    SECURE_HSTS_PRELOAD = Setting(parsers.boolean, default=False, header=True)
    SECURITY_HSTS_RAMP = header(parsers.ramp)
    SECURE_CONTENT_TYPE_NOSNIFF = Setting(parsers.nosniff, default=True, header=True)
    X_FRAME_OPTIONS = header(parsers.frame_options, default="DENY")
    X_FRAME_OPTIONS_EXCLUDE_URLS = Setting(parsers.exempt_with_slash, default=())
    SECURE_REFERRER_POLICY = header(parsers.referrer, default="same-origin")
    SECURE_CROSS_ORIGIN_OPENER_POLICY = header(CrossOriginOpenerPolicy, default="same-origin")
    SECURITY_CROSS_ORIGIN_OPENER_POLICY_REPORT_ONLY = header(CrossOriginOpenerPolicy)
    SECURITY_CROSS_ORIGIN_EMBEDDER_POLICY = header(CrossOriginEmbedderPolicy)
    SECURITY_CROSS_ORIGIN_EMBEDDER_POLICY_REPORT_ONLY = header(CrossOriginEmbedderPolicy)
    SECURITY_CROSS_ORIGIN_RESOURCE_POLICY = header(CrossOriginResourcePolicy)
    SECURITY_ORIGIN_AGENT_CLUSTER = header(OriginAgentCluster)
    PERMISSIONS_POLICY = header(parsers.permissions)
    PERMISSIONS_POLICY_REPORT_ONLY = header(parsers.permissions)
    SECURE_CSP = header(parsers.csp)
    SECURE_CSP_REPORT_ONLY = header(parsers.csp)
    SECURITY_CSP_ADD = header(partial(Edit.read, Action.ADD))
    SECURITY_CSP_REMOVE = header(partial(Edit.read, Action.REMOVE))
    SECURITY_CSP_REPLACE = header(partial(Edit.read, Action.REPLACE))
    SECURITY_INTEGRITY_POLICY = header(parsers.integrity)
    SECURITY_INTEGRITY_POLICY_REPORT_ONLY = header(parsers.integrity)
    SECURITY_REPORTING_ENDPOINTS = header(parsers.endpoints)
    SECURITY_CACHE_CONTROL = header(parsers.cache_control)
    SECURITY_CLEAR_SITE_DATA = header(parsers.clear_site_data)
    SECURITY_PERMITTED_CROSS_DOMAIN_POLICIES = header(parsers.cross_domain)
    SECURITY_DNS_PREFETCH_CONTROL = header(parsers.dns_prefetch)
    XSS_PROTECT = header(parsers.xss_protection)

    # The documented names of django-security and django-secure.
    CLEAR_SITE_DATA_URL_WHITELIST = Setting(optional(parsers.exempt))
    CLEAR_SITE_DATA_DIRECTIVES = Setting(parsers.clear_site_data, default=("cookies", "storage"))
    NO_CONFIDENTIAL_CACHING = Setting(optional(parsers.confidential))
    P3P_COMPACT_POLICY = Setting(optional(parsers.compact_policy))
    P3P_POLICY_URL = Setting(parsers.policy_url, default="/w3c/p3p.xml")
    REFERRER_POLICY = Setting(parsers.referrer_or_off, default="same-origin")
    STS_MAX_AGE = Setting(parsers.seconds, default=31_536_000)
    STS_INCLUDE_SUBDOMAINS = Setting(parsers.boolean, default=True)
    STS_PRELOAD = Setting(parsers.boolean, default=False)
    CSP_MODE = Setting(parsers.csp_mode, default="enforce")
    CSP_DICT = Setting(optional(parsers.csp_dict))
    CSP_STRING = Setting(optional(parsers.csp_string))
    CSP_REPORT_DICT = Setting(optional(parsers.csp_dict))
    CSP_REPORT_STRING = Setting(optional(parsers.csp_string))
    SECURE_FRAME_DENY = Setting(parsers.boolean, default=False)
    SECURE_BROWSER_XSS_FILTER = Setting(parsers.boolean, default=False)

    # Accounts: who must log in, for how long, and with which password.
    LOGIN_URL = Setting(parsers_accounts.login_url, default="/accounts/login/")
    LOGIN_EXEMPT_URLS = Setting(parsers.exempt, default=())
    SECURITY_LOGIN_EXEMPT_NAMES = Setting(parsers_accounts.url_names, default=())
    CUSTOM_LOGOUT_MODULE = Setting(optional(parsers.dotted_callable))
    SESSION_COOKIE_AGE = Setting(
        parsers_accounts.positive_seconds, default=86_400, over_django=True
    )
    SESSION_INACTIVITY_TIMEOUT = Setting(parsers.seconds, default=1800)
    SESSION_EXPIRY_EXEMPT_URLS = Setting(parsers.exempt, default=())
    SECURITY_SESSION_LIMITS = Setting(optional(parsers.dotted_callable))
    SECURITY_SESSION_PASSIVE_NAMES = Setting(parsers_accounts.url_names, default=())
    SECURITY_SESSION_PASSIVE_HEADER = Setting(
        optional(parsers_accounts.header_name), default="X-Session-Passive"
    )
    SECURITY_SESSION_REFRESH = Setting(parsers.seconds, default=60)
    MANDATORY_PASSWORD_CHANGE = Setting(optional(parsers_accounts.password_change))
    AUTHENTICATION_THROTTLING = Setting(optional(parsers_accounts.throttling))
    ENABLE_PROFILING = Setting(parsers.boolean, default=False)
    SECURITY_PROFILING_ALLOW = Setting(parsers_accounts.profiling_allow, default=("staff", "token"))
    SECURITY_PROFILING_FOLDER = Setting(optional(parsers_accounts.folder))
    SECURITY_PROFILING_KEEP = Setting(parsers_accounts.count, default=20)

    SECURITY_REPORTS = Setting(parsers_reports.reports, default={})
    SECURITY_UPLOADS = Setting(parsers_uploads.uploads, default={})

    def __init__(self) -> None:
        self.memo: dict[object, Any] = {}

    def derived(self, build: Callable[..., T], *arguments: Any) -> T:
        """Return ``build(*arguments)``, remembered until a setting changes."""
        key = (build, *arguments)
        if key not in self.memo:
            self.memo[key] = build(*arguments)
        return cast("T", self.memo[key])

    def problems(self) -> Iterator[tuple[str, PolicyError]]:
        """Yield every misconfigured setting once; the system check prints them all."""
        seen = set()
        for setting in declared().values():
            try:
                setting.__get__(self, type(self))
            except Misconfigured as wrong:  # a broken preset breaks each header left to it
                if wrong.setting not in seen:
                    seen.add(wrong.setting)
                    yield wrong.setting, wrong.error

    def verify(self) -> None:
        """Raise ``ImproperlyConfigured`` with everything that is wrong, if anything is."""
        if problems := [str(Misconfigured(name, error)) for name, error in self.problems()]:
            raise ImproperlyConfigured("\n".join(problems))

    def is_sound(self) -> bool:
        """Tell whether every setting has a value that can work."""
        return not any(self.problems())

    def is_set(self, name: str) -> bool:
        """Tell whether the project itself, not Django or a preset, chose the value."""
        chosen: bool = cast("Any", settings).is_overridden(name)
        return chosen and hasattr(settings, name)  # a test may take a setting away


def declared() -> dict[str, Setting[Any]]:
    """Return every setting that we read and check, by name."""
    return {name: s for name, s in vars(Settings).items() if isinstance(s, Setting)}


conf = Settings()


def forget(**kwargs: Any) -> None:
    """Drop what was parsed when a test overrides a setting."""
    conf.__dict__.clear()
    conf.memo = {}


setting_changed.connect(forget, dispatch_uid="security.conf.forget")
