"""How configuration text is laid out: blocks, comments, and what stands around them."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from .site import TLS_GUIDELINE, Site

WIDTH = 88  # columns of a comment


def block(head: str, lines: Iterable[str], *, end: str = "}", indent: str = "    ") -> list[str]:
    """Return lines between a head and an end, one step to the right."""
    return [head, *(f"{indent}{line}" if line else "" for line in lines), end]


def comment(text: str) -> list[str]:
    """Return a sentence as comment lines."""
    return [f"# {line}" for line in textwrap.wrap(text, WIDTH)]


def finished(site: Site, server: str, test: str, body: Iterable[str]) -> str:
    """Return the whole file: what it was made from, what to edit, the text, how to test it."""
    return "\n".join((*_top(site, server), "", *body, "", *_bottom(test))) + "\n"


def _top(site: Site, server: str) -> Iterator[str]:
    yield from comment(
        f"{server} in front of Django, by 'manage.py securityserver' of django-bulwark "
        f"{site.version}. Write it again after a change of these settings: "
        f"{', '.join(site.made_from)}."
    )
    yield from comment(f"TLS is that of {TLS_GUIDELINE}.")
    for remark in site.remarks:
        yield from comment(remark)
    if site.edits:
        yield "#"
        yield "# EDIT these lines before use, or give the options:"
        for edit in site.edits:
            yield f"#   {edit}"


def _bottom(test: str) -> Iterator[str]:
    yield "# Test it before the server reads it:"
    yield f"#   {test}"
    yield "# and then from outside: python manage.py proxyselftest https://YOUR-HOST/"
