"""System checks: what ``manage.py check`` says, by id."""

from __future__ import annotations

from typing import Final

from django.core.checks import Tags
from django.core.checks import register as django_register

from . import (
    caches,
    collecting,
    cookies,
    deploy,
    endpoints,
    headers,
    hosts,
    hsts,
    isolation,
    leftovers,
    login,
    order,
    project,
    proxies,
    sessions,
    settings,
    strength,
    throttling,
    uploads,
)

# What does not work as it is written, in development as well.
ALWAYS: Final = (
    settings.check_settings,
    project.check_kinds,
    settings.check_routes,
    deploy.check_proxies,
    proxies.check_proxy_header,
    proxies.check_proxy_scheme,
    deploy.check_allow_from,
    login.check_login,
    settings.check_password_page,
    settings.check_users,
    throttling.check_throttling,
    endpoints.check_endpoints,
    collecting.check_sink,
    collecting.check_report_addresses,
    cookies.check_cookie_prefixes,
    cookies.check_cross_site_cookies,
    sessions.check_session_order,
    sessions.check_session_middleware,
    hosts.check_debug_hosts,
    uploads.check_upload_handlers,
    order.check_unread,
)
# What works, and is weaker than it should be where strangers are.
DEPLOYED: Final = (
    deploy.check_gaps,
    deploy.check_hosts,
    hosts.check_any_host,
    hosts.check_host_suffixes,
    proxies.check_trusted_networks,
    proxies.check_forwarded_host,
    cookies.check_secure_cookies,
    cookies.check_httponly_cookie,
    cookies.check_same_site,
    cookies.check_language_cookie,
    cookies.check_cookie_domains,
    cookies.check_trusted_wildcards,
    cookies.check_trusted_schemes,
    sessions.check_session_serializer,
    sessions.check_session_engine,
    sessions.check_session_saving,
    order.check_first,
    order.check_duplicates,
    order.check_two_middlewares,
    order.check_two_policies,
    order.check_singles,
    order.check_compression,
    headers.check_no_frames,
    headers.check_no_referrer,
    headers.check_referrer,
    headers.check_referrer_forms,
    headers.check_frames,
    headers.check_integrity,
    isolation.check_popup_services,
    isolation.check_popup_apps,
    isolation.check_embedder,
    strength.check_loose_policies,
    strength.check_reported_policies,
    hsts.check_preload_subdomains,
    hsts.check_preload_age,
    hsts.check_ramp_end,
    hsts.check_ramp_start,
    hsts.check_ramp_rise,
    uploads.check_upload_mode,
    uploads.check_upload_folder,
    uploads.check_upload_code,
    uploads.check_upload_urls,
    uploads.check_upload_limits,
    uploads.check_upload_memory,
    leftovers.check_tools,
    leftovers.check_old_keys,
    leftovers.check_mail_timeout,
    caches.check_cache_middleware,
    caches.check_cached_views,
    caches.check_cache_blocks,
    throttling.check_throttling_cache,
)


def register() -> None:
    """Register every check with Django; once is enough, twice does no harm."""
    for check in ALWAYS:
        django_register(check, Tags.security)
    for check in DEPLOYED:
        django_register(check, Tags.security, deploy=True)
