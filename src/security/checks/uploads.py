"""Whether an upload stays a file: of limited size, not code, and not one of the site's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.utils.module_loading import import_string

from security.policy.errors import shown
from security.uploads.roots import code

from .installed import imported
from .login import descends
from .message import error, warning
from .project import is_readable

DANGEROUS: Final = 0o133  # to execute, and to write for anybody but the owner
DEFAULTS: Final = {
    "DATA_UPLOAD_MAX_MEMORY_SIZE": "2_621_440",
    "DATA_UPLOAD_MAX_NUMBER_FIELDS": "1000",
    "DATA_UPLOAD_MAX_NUMBER_FILES": "100",
}
SAFE_HANDLER: Final = "security.uploads.handlers.SafeUploadHandler"
TEMPORARY: Final = "django.core.files.uploadhandler.TemporaryFileUploadHandler"

MODE = warning(
    "FILE_UPLOAD_PERMISSIONS must be a mode in which files are data (got {got}): {reason}.",
    hint="Write FILE_UPLOAD_PERMISSIONS = 0o644, or 0o600 where no other program serves them.",
    id="bulwark.W055",
)
AMONG_STATIC = warning(
    "MEDIA_ROOT must be apart from STATIC_ROOT (got {media} and {static}): an upload is served "
    "as a file of the site, and collectstatic may overwrite or delete it.",
    hint='Write MEDIA_ROOT = BASE_DIR / "media", a folder of its own.',
    id="bulwark.W056",
)
AMONG_CODE = warning(
    "MEDIA_ROOT must be apart from {what} (got {media}): whoever uploads a file there changes the "
    "site.",
    hint='Write MEDIA_ROOT = BASE_DIR / "media", a folder of its own.',
    id="bulwark.W057",
)
SAME_URL = warning(
    "MEDIA_URL must not lead into STATIC_URL, nor the other way round (got {media} and {static}).",
    hint='Write MEDIA_URL = "/media/" and STATIC_URL = "/static/".',
    id="bulwark.W058",
)
UNLIMITED = warning(
    "{name} is None, so one request takes as much memory and time as its sender likes.",
    hint="Write {name} = {default}.",
    id="bulwark.W059",
)
NO_HANDLER = error(
    "FILE_UPLOAD_HANDLERS must be made of upload handlers (got {got}).",
    hint='Uploads fail until then. Write FILE_UPLOAD_HANDLERS = ["' + TEMPORARY + '"].',
    id="bulwark.E017",
)
NOT_FIRST = error(
    "FILE_UPLOAD_HANDLERS must begin with SafeUploadHandler (got {got} before it): what is in "
    "front keeps files that it never sees.",
    hint="Write FILE_UPLOAD_HANDLERS = {fixed}.",
    id="bulwark.E019",
)
MEMORY_ONLY = warning(
    "FILE_UPLOAD_HANDLERS keeps uploads in memory only, so those above FILE_UPLOAD_MAX_MEMORY_SIZE "
    "are lost.",
    hint='Write FILE_UPLOAD_HANDLERS += ["' + TEMPORARY + '"].',
    id="bulwark.W060",
)


def check_upload_mode(**kwargs: Any) -> list[CheckMessage]:
    """Find files that could be run, or that others may write."""
    if not is_readable():
        return []
    mode: int | None = settings.FILE_UPLOAD_PERMISSIONS
    if mode is None:
        return [MODE.about(got="None", reason="large ones get another mode than small ones")]
    if mode & DANGEROUS:
        return [MODE.about(got=oct(mode), reason="others may run or change them")]
    return []


def check_upload_folder(**kwargs: Any) -> list[CheckMessage]:
    """Find uploads among the static files."""
    media, static = _folder("MEDIA_ROOT"), _folder("STATIC_ROOT")
    if media is None or static is None or not _overlap(media, static):
        return []
    return [AMONG_STATIC.about(media=shown(str(media)), static=shown(str(static)))]


def check_upload_code(**kwargs: Any) -> list[CheckMessage]:
    """Find uploads among code, templates and the sources of static files."""
    if (media := _folder("MEDIA_ROOT")) is None:
        return []
    return [
        AMONG_CODE.about(media=shown(str(media)), what=what)
        for what, folder in _sources()
        if folder == media or media in folder.parents or _is_inside_app(media, what, folder)
    ][:1]


def check_upload_urls(**kwargs: Any) -> list[CheckMessage]:
    """Find addresses of uploads that are addresses of static files too."""
    if _folder("MEDIA_ROOT") is None or not settings.MEDIA_URL or not settings.STATIC_URL:
        return []
    media, static = _address(settings.MEDIA_URL), _address(settings.STATIC_URL)
    if not (media[1] and static[1]) or media[0] != static[0]:
        return []
    if not (media[1].startswith(static[1]) or static[1].startswith(media[1])):
        return []
    return [SAME_URL.about(media=shown(settings.MEDIA_URL), static=shown(settings.STATIC_URL))]


def check_upload_limits(**kwargs: Any) -> list[CheckMessage]:
    """Find limits of requests that were taken away."""
    if not is_readable():
        return []
    return [
        UNLIMITED.about(name=name, default=default)
        for name, default in DEFAULTS.items()
        if getattr(settings, name) is None
    ]


def check_upload_handlers(**kwargs: Any) -> list[CheckMessage]:
    """Find handlers that are none."""
    if not is_readable():
        return []
    wrong = [path for path in settings.FILE_UPLOAD_HANDLERS if not _is_handler(path)]
    if settings.FILE_UPLOAD_HANDLERS and not wrong:
        return []
    return [NO_HANDLER.about(got=shown(wrong[0] if wrong else settings.FILE_UPLOAD_HANDLERS))]


def check_safe_handler(**kwargs: Any) -> list[CheckMessage]:
    """Find our handler behind others."""
    paths = list(settings.FILE_UPLOAD_HANDLERS) if is_readable() else []
    ours = [path for path in paths if (each := imported(path)) and descends(each, SAFE_HANDLER)]
    if not ours or paths[0] in ours:
        return []
    fixed = [ours[0], *(path for path in paths if path != ours[0])]
    return [NOT_FIRST.about(got=shown(paths[0]), fixed=ascii(fixed).replace("'", '"'))]


def check_upload_memory(**kwargs: Any) -> list[CheckMessage]:
    """Find uploads that nobody takes once they are large."""
    if not is_readable() or not settings.FILE_UPLOAD_HANDLERS:
        return []
    classes = [imported(path) for path in settings.FILE_UPLOAD_HANDLERS]
    is_memory = all(each and issubclass(each, MemoryFileUploadHandler) for each in classes)
    return [MEMORY_ONLY.about()] if is_memory else []


def _folder(name: str) -> Path | None:
    value = getattr(settings, name, None) if is_readable() else None
    return Path(value).absolute() if value else None


def _overlap(one: Path, other: Path) -> bool:
    return one == other or one in other.parents or other in one.parents


def _sources() -> Iterator[tuple[str, Path]]:
    yield from code()
    static: Any = getattr(settings, "STATICFILES_DIRS", ())
    for entry in static if isinstance(static, list | tuple) else ():
        folder = entry[-1] if isinstance(entry, list | tuple) and entry else entry  # with a prefix
        if isinstance(folder, str | Path) and str(folder):
            yield "the sources of static files", Path(folder).absolute()
    engines: Any = settings.TEMPLATES
    for engine in engines if isinstance(engines, list | tuple) else ():
        folders = engine.get("DIRS", ()) if isinstance(engine, dict) else ()
        for folder in folders if isinstance(folders, list | tuple) else ():
            if isinstance(folder, str | Path):
                yield "the templates", Path(folder).absolute()


def _is_inside_app(media: Path, what: str, folder: Path) -> bool:
    """Tell whether uploads lie in a folder of sources; BASE_DIR holds other things too."""
    return what != "BASE_DIR" and folder in media.parents


def _address(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
    except ValueError:  # a bracket without the other
        return "", ""
    return parts.netloc.lower(), f"/{parts.path.strip('/')}/" if parts.path.strip("/") else ""


def _is_handler(path: str) -> bool:
    try:
        return callable(import_string(path))
    except Exception:  # a module of the project may raise anything
        return False
