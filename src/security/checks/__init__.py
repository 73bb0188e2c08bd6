"""System checks: what ``manage.py check`` says, by id."""

from __future__ import annotations

from django.core.checks import Tags
from django.core.checks import register as django_register

from .caches import check_cache_blocks, check_cache_middleware, check_cached_views
from .collecting import check_report_addresses, check_sink
from .deploy import check_allow_from, check_gaps, check_hosts, check_proxies
from .endpoints import check_endpoints
from .login import check_login
from .settings import check_password_page, check_routes, check_settings, check_users
from .throttling import check_throttling, check_throttling_cache


def register() -> None:
    """Register every check with Django; once is enough, twice does no harm."""
    for check in (
        check_settings,
        check_routes,
        check_proxies,
        check_allow_from,
        check_login,
        check_password_page,
        check_users,
        check_throttling,
        check_endpoints,
        check_sink,
        check_report_addresses,
    ):
        django_register(check, Tags.security)
    for check in (
        check_gaps,
        check_hosts,
        check_cache_middleware,
        check_cached_views,
        check_cache_blocks,
        check_throttling_cache,
    ):
        django_register(check, Tags.security, deploy=True)
