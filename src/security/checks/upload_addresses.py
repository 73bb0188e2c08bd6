"""Whether an upload that a browser opens as a page is a page of the site."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.checks import CheckMessage
from django.core.files.storage import FileSystemStorage
from django.http.request import validate_host
from django.urls import Resolver404, URLResolver, get_resolver, get_script_prefix, resolve
from django.views.static import serve

from security.grade.suffixes import registrable
from security.policy.errors import shown

from .hosts import is_local
from .installed import imported
from .login import descends
from .message import warning
from .project import has_urls, is_readable

MEDIA_VIEW: Final = "security.uploads.serve.view.MediaView"  # by name: not imported for this
# A view may be for some names only; these are two that most of them take.
PROBES: Final = ("file.png", "folder/file.png")

SAME_SITE = warning(
    "MEDIA_URL must be on a domain of its own, or lead to MediaView (got {got}): an upload that a "
    "browser opens as a page acts in the name of its visitor.",
    hint='Write MEDIA_URL = "{url}" and path("{path}<path:path>", MediaView.as_view()), from '
    "security.uploads.serve, or take a domain that nothing else is on. Silence this where "
    "manage.py securityserver wrote the configuration of the web server.",
    id="bulwark.W065",
)
PLAIN_VIEW = warning(
    "The URL pattern {route} sends uploads by django.views.static.serve, and DEBUG is off: an "
    "upload that is a page runs its scripts in the site.",
    hint='Write path("{path}<path:path>", MediaView.as_view()) in its place, from '
    "security.uploads.serve.",
    id="bulwark.W066",
)


class _Address(NamedTuple):
    """Where uploads are: ``host`` is "" for the hosts of the site, ``path`` ends with a slash."""

    host: str
    path: str


def check_upload_domain(**kwargs: Any) -> list[CheckMessage]:
    """Find uploads on the domain of the site that our view does not send."""
    if not is_readable() or (media := _media()) is None:
        return []
    got = shown(settings.MEDIA_URL)
    if media.host:
        if is_local(media.host) or (site := _relative(media.host)) is None:
            return []
        got = f"{got}, beside {shown(site)}"
    is_asked = not media.host or validate_host(media.host, settings.ALLOWED_HOSTS)
    if is_asked and any(_is_sent_by_django(view) for view in _views(media.path)):
        return []
    url, path = ascii(media.path)[1:-1], _below_prefix(media.path)
    return [SAME_SITE.about(got=got, url=url, path=ascii(path)[1:-1])]


def check_upload_view(**kwargs: Any) -> list[CheckMessage]:
    """Find uploads that Django's view for development sends to the public."""
    if settings.DEBUG or not is_readable() or not has_urls() or not settings.MEDIA_ROOT:
        return []
    media = Path(settings.MEDIA_ROOT).absolute()
    address = _media()
    path = _below_prefix(address.path) if address else "media/"
    return [
        PLAIN_VIEW.about(route=shown(route), path=ascii(path)[1:-1])
        for route, root in _served(get_resolver(), "")
        if root == media or root in media.parents or media in root.parents
    ]


def _media() -> _Address | None:
    """Return where the default storage says that uploads are; ``None`` where it does not say."""
    try:
        parts = urlsplit(settings.MEDIA_URL or "")
    except ValueError:  # a bracket without the other
        return None
    path = f"/{parts.path.strip('/')}/" if parts.path.strip("/") else "/"
    if parts.hostname:
        return _Address(parts.hostname.rstrip("."), path)
    if path == "/" or not settings.MEDIA_ROOT or not _is_of_files():
        return None
    return _Address("", path)


def _is_of_files() -> bool:
    """Tell whether the default storage makes its addresses from ``MEDIA_URL``."""
    try:
        options: Any = settings.STORAGES["default"]
        storage = imported(options["BACKEND"])
        has_own = "base_url" in options.get("OPTIONS", {})
    except (AttributeError, KeyError, TypeError):
        return False
    return storage is not None and issubclass(storage, FileSystemStorage) and not has_own


def _relative(host: str) -> str | None:
    """Return a host of the site that surely has the owner of ``host``, if there is one."""
    sites = [name.strip(".").lower() for name in settings.ALLOWED_HOSTS if name != "*"]
    if host in sites:
        return host
    is_related = _relation()
    return next((name for name in sites if is_related(name, host)), None)


def _relation() -> Callable[[str, str], bool]:
    """Return what tells by the public suffix list, an extra, whether two names have one owner."""
    try:
        module = import_module("publicsuffixlist")
    except ImportError:
        return _is_nested
    owner = module.PublicSuffixList(accept_unknown=False).privatesuffix
    return lambda one, other: owner(one) is not None and owner(one) == owner(other)


def _is_nested(one: str, other: str) -> bool:
    """Tell whether a registered name lies above the other; without the list no more is sure."""
    outer, inner = sorted((one, other), key=len)
    return inner.endswith(f".{outer}") and registrable(outer, with_hosts=True) is not None


def _views(path: str) -> Iterator[Any]:
    """Yield the views that answer for files below a path."""
    if not has_urls():
        return
    for name in PROBES:
        try:
            yield resolve(f"/{_below_prefix(unquote(path))}{name}").func
        except Resolver404:
            continue


def _below_prefix(path: str) -> str:
    return path.removeprefix(get_script_prefix()).lstrip("/")


def _is_sent_by_django(view: Any) -> bool:
    """Tell of our view, and of Django's, about which the other check speaks."""
    owner = getattr(view, "view_class", None)
    is_ours = isinstance(owner, type) and descends(owner, MEDIA_VIEW)
    return is_ours or (not settings.DEBUG and any(each is serve for each, _ in _layers(view)))


def _layers(view: Any) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Yield a view and what it wraps, each with the arguments that a ``partial`` gives it."""
    given: dict[str, Any] = {}
    while view is not None:
        yield view, given
        if isinstance(view, partial):
            given = {**view.keywords, **given}
            view = view.func
        else:
            view = getattr(view, "__wrapped__", None)


def _served(resolver: URLResolver, before: str) -> Iterator[tuple[str, Path]]:
    """Yield each pattern of ``django.views.static.serve`` with its folder."""
    for entry in resolver.url_patterns:
        route = f"{before}{entry.pattern}"
        if isinstance(entry, URLResolver):
            yield from _served(entry, route)
            continue
        for view, given in _layers(entry.callback):
            root = {**given, **entry.default_args}.get("document_root")
            if view is serve and isinstance(root, str | Path) and str(root):
                yield route, Path(root).absolute()
