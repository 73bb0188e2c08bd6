"""What it costs when a view changes the policy: each beside itself without the change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, NamedTuple

from django.http import HttpRequest
from django.urls import path

from security.decorators import csp_update
from security.policy.presets import PRESETS

from . import peers, site
from .measure import Interface, Round, Subject, added, rounds

BASE = "base"  # the subject without a middleware
SOURCE = "https://images.example.com"  # what the view allows, beside the rest
CHANGE = {"img-src": [SOURCE]}
RIVAL_BATCH = 5
RIVAL_EVERY = 5  # rounds
DJANGO_CSP_OF_6 = "django.middleware.csp.ContentSecurityPolicyMiddleware"

Decorator = Callable[[Any], Any]
Pairs = dict[str, "Pair"]


class Pair(NamedTuple):
    """One site with two views: the policy of the site, and the same changed by the view."""

    without: Subject
    changed: Subject


def pair(subject: Subject, decorate: Decorator) -> Pair:
    """Return one handler twice, so that nothing but the view differs."""
    return Pair(on(subject, site.page), on(subject, decorate(site.page)))


def on(subject: Subject, view: Callable[[HttpRequest], Any]) -> Subject:
    """Return the subject with a single view, as near for the URL resolver as any other."""
    patterns = (path(site.PAGE[1:], view),)

    def request() -> HttpRequest:
        made = subject.request()
        made.urlconf = patterns  # type: ignore[assignment]  # Django takes more than a name
        return made

    return subject._replace(request=request)


def ours(subject: Subject) -> Pairs:
    return {"ours": pair(subject, csp_update(CHANGE))}


def rivals(whole: Callable[[str], Subject]) -> Pairs:
    """Return those who can be asked on this Django; ``whole`` puts a middleware to work."""
    found = [("django-csp", peers.DJANGO_CSP, import_module("csp.decorators").csp_update(CHANGE))]
    if peers.HAS_CSP:
        override = import_module("django.views.decorators.csp").csp_override(overridden())
        found.append(("django", DJANGO_CSP_OF_6, override))
    return {
        name: pair(whole(middleware)._replace(batch=RIVAL_BATCH, every=RIVAL_EVERY), decorate)
        for name, middleware, decorate in found
    }


def overridden() -> dict[str, list[str]]:
    """Return the whole policy with the change in it: an override knows no other form."""
    policy: Any = PRESETS["strict"]["SECURE_CSP"]
    return {**policy, "img-src": [*policy["img-src"], SOURCE]}


def look(interface: Interface, pairs: Pairs) -> None:
    """Refuse a pair that does not differ in the source, and in nothing else."""
    for name, each in pairs.items():
        texts = [interface.ask(subject)["Content-Security-Policy"] for subject in each]
        sources = [{part.strip() for part in text.split(";")} for text in texts]
        without, changed = sources[0] - sources[1], sources[1] - sources[0]
        if without != {"img-src 'self'"} or changed != {f"img-src 'self' {SOURCE}"}:
            raise RuntimeError(f"{name}: the view changes {without} to {changed}.")


def measure(interface: Interface, base: Subject, pairs: Pairs, count: int) -> dict[str, Any]:
    """
    Return for each pair what both add to a request, and what the change adds.

    ``BASE`` is decorated as ours is, with nobody to read it: what any decorator would cost.
    """
    plain, decorated = pair(base, csp_update(CHANGE))
    subjects = {BASE: plain, with_change(BASE): decorated}
    for name, each in pairs.items():
        subjects |= {name: each.without, with_change(name): each.changed}
    done = rounds(interface, subjects, count)
    return {name: differences(done, name) for name in (BASE, *pairs)}


def differences(done: Sequence[Round], name: str) -> dict[str, float]:
    changed = with_change(name)
    return {
        "without": added(done, name, BASE),
        "with": added(done, changed, BASE),
        "change": added(done, changed, name),
    }


def with_change(name: str) -> str:
    return f"{name}, changed"
