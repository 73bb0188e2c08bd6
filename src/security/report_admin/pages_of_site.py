"""From the template of a path to the view that answers there, and to the view's templates."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from functools import lru_cache, partial
from types import CodeType
from typing import Any, Final, NamedTuple

from django.conf import settings
from django.urls import ResolverMatch, get_script_prefix, resolve
from django.utils import translation

MAX_PATH: Final = 2_000  # characters; a longer one is no template of this site
MAX_TEMPLATES: Final = 5

_PLACE = re.compile(r"<(?:(?P<converter>[^<>:\s]+):)?(?P<name>[^<>:\s]+)>")
_TEMPLATE = re.compile(r"[\w./-]{1,200}\.(?:html?|jinja2?|dtl|txt|xml)")

# What a converter of Django takes. Anything else may stand for a group of a regular expression.
_UUID: Final = "00000000-0000-4000-8000-000000000000"
_SAMPLES: Final = {"int": "1", "path": "a/b", "slug": "a", "uuid": _UUID}
_GUESSES: Final = ("a", "1", "2026", _UUID)


class Page(NamedTuple):
    """A view by its dotted path, the name of its URL ("" for none), and its templates."""

    view: str
    name: str
    templates: tuple[str, ...]


def page_of(path: str) -> Page | None:
    """
    Return what answers a path, such as ``/invoice/<int>/``; ``None`` where nothing does.

    Templates are those that a class names, and those named in the code of a function. None of
    the view's code is run.
    """
    match = _match(path)
    if match is None:
        return None
    view: Any = match.func
    while isinstance(view, partial):
        view = view.func
    shown = getattr(view, "view_class", None) or inspect.unwrap(view)
    module, name = getattr(shown, "__module__", ""), getattr(shown, "__qualname__", "")
    dotted = f"{module}.{name}" if name else f"{type(shown).__module__}.{type(shown).__qualname__}"
    return Page(dotted, match.view_name or "", templates_of(view, shown))


def _match(path: str) -> ResolverMatch | None:
    if not path.startswith("/") or len(path) > MAX_PATH:
        return None
    prefix = get_script_prefix()
    path = "/" + path.removeprefix(prefix).lstrip("/")
    language = translation.get_language_from_path(path) or settings.LANGUAGE_CODE
    with translation.override(language):
        for filled in dict.fromkeys(_filled(path)):
            try:
                return resolve(filled)
            except Exception:  # noqa: S112  # a 404, or whatever a converter of the project raises
                continue
    return None


def _filled(path: str) -> Iterator[str]:
    """Yield the path with something in each place that the template leaves open."""
    for guess in _GUESSES:

        def sample(place: re.Match[str], guess: str = guess) -> str:
            kind = place["converter"] or place["name"]
            return _SAMPLES.get(kind, guess)

        yield _PLACE.sub(sample, path)


def templates_of(view: Any, shown: Any) -> tuple[str, ...]:
    """Return the names of the templates that a view says it uses, at most five."""
    if isinstance(shown, type):
        given = getattr(view, "view_initkwargs", {})
        named = given.get("template_name") or getattr(shown, "template_name", None)
        if isinstance(named, str):
            return (named,)
        if (model := given.get("model") or _model(shown)) is not None:
            suffix = getattr(shown, "template_name_suffix", None)
            if suffix:
                return (f"{model._meta.app_label}/{model._meta.model_name}{suffix}.html",)
        return tuple(_in_class(shown))[:MAX_TEMPLATES]
    code = getattr(shown, "__code__", None)
    return _in_code(code)[:MAX_TEMPLATES] if isinstance(code, CodeType) else ()


def _model(shown: type) -> Any:
    queryset = getattr(shown, "queryset", None)
    return getattr(shown, "model", None) or getattr(queryset, "model", None)


def _in_class(shown: type) -> Iterator[str]:
    for member in vars(shown).values():
        code = getattr(member, "__code__", None)
        if isinstance(code, CodeType):
            yield from _in_code(code)


@lru_cache(maxsize=256)
def _in_code(code: CodeType) -> tuple[str, ...]:
    """Return the texts in a function that look like the name of a template."""
    found: dict[str, None] = {}
    for constant in code.co_consts:
        for text in constant if isinstance(constant, tuple) else (constant,):
            if isinstance(text, str) and _TEMPLATE.fullmatch(text):
                found[text] = None
            elif isinstance(text, CodeType):
                found.update(dict.fromkeys(_in_code(text)))
    return tuple(found)
