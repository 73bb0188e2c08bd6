"""Whether the folder of a storage may be published: one with the site in it may not."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.files.storage import FileSystemStorage

from security.conf import conf
from security.policy.errors import PolicyError, shown

SQLITE = "django.db.backends.sqlite3"


def code() -> Iterator[tuple[str, Path]]:
    """Yield the folders of the project's code: what each is, and where."""
    for config in apps.get_app_configs():
        yield f"the code of {config.label!r}", Path(config.path).absolute()
    base = getattr(settings, "BASE_DIR", None)
    top = Path(base).absolute() if isinstance(base, str | Path) and str(base) else None
    if top:
        yield "BASE_DIR", top
    if (package := _urls_package()) and package != top:
        yield "the code of ROOT_URLCONF", package


def require_apart(storage: Any) -> None:
    """
    Raise ``PolicyError`` where the files of a storage are those of the site.

    Code or the database lies in its folder, or it is the working directory of the process, in
    which uploads are where ``MEDIA_ROOT`` is not set.
    """
    if not isinstance(storage, FileSystemStorage):
        return
    if storage.base_location == "":
        raise _wrong("''", "the working directory of the process")
    if what := conf.derived(_within, str(storage.location)):
        raise _wrong(shown(str(storage.location)), f"with {what} in it")


def name_of(storage: Any) -> str:
    """Return the setting that says where the files of a storage are."""
    own = getattr(storage, "_location", None)
    return "MEDIA_ROOT" if own is None else "The location of the storage"


def _wrong(got: str, why: str) -> PolicyError:
    return PolicyError(
        f"must be a folder of its own, since MediaView sends whatever is in it (got {got}, {why}).",
        hint='Write MEDIA_ROOT = BASE_DIR / "media".',
    )


def _within(root: str) -> str | None:
    """Return what of the site lies in a folder."""
    place = Path(root)
    private = (*code(), *_databases())
    return next((what for what, one in private if one == place or place in one.parents), None)


def _databases() -> Iterator[tuple[str, Path]]:
    for alias, options in settings.DATABASES.items():
        if options.get("ENGINE") == SQLITE and (file := options.get("NAME")):
            yield f"the database {alias!r}", Path(file).absolute()


def _urls_package() -> Path | None:
    """Return the folder of the project's own package; a lone ``urls.py`` lies beside anything."""
    try:
        place = find_spec(settings.ROOT_URLCONF)
    except Exception:  # the package of the project may raise anything
        return None
    folder = Path(place.origin).absolute().parent if place and place.origin else None
    return folder if folder and (folder / "__init__.py").is_file() else None
