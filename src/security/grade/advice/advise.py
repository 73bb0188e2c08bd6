"""From cards to advice: the fewest settings that mend the most, tried out by grading again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from itertools import chain
from operator import or_
from typing import Any, Final

from security.policy.presets import PRESETS

from ..card import Card, grade
from ..exchange import Exchange
from .change import (
    APP,
    APPS,
    MIDDLEWARE,
    NOTHING,
    OURS,
    PRESET,
    Advice,
    Assign,
    Change,
    Relist,
    Work,
    names,
)
from .improved import improved
from .markup import Needs, needs
from .problem import Problem, problems
from .remedy import OFF, Remedies
from .risks import Risk, risk_of

MAX_ROUNDS: Final = 4  # of trying out; a change may bring up another, and no more than that
WORTH_A_PRESET: Final = 3  # problems that it has to mend

DJANGO_SECURITY: Final = "django.middleware.security.SecurityMiddleware"
DJANGO_FRAMES: Final = "django.middleware.clickjacking.XFrameOptionsMiddleware"
DJANGO_POLICY: Final = "django.middleware.csp.ContentSecurityPolicyMiddleware"
_USERS: Final = {"django.contrib.auth", "django.contrib.contenttypes"}
_HONOURED: Final[Mapping[str, tuple[str, ...]]] = {
    DJANGO_SECURITY: (
        "SECURE_SSL_REDIRECT",
        "SECURE_HSTS_SECONDS",
        "SECURE_HSTS_INCLUDE_SUBDOMAINS",
        "SECURE_HSTS_PRELOAD",
        "SECURE_CONTENT_TYPE_NOSNIFF",
        "SECURE_REFERRER_POLICY",
        "SECURE_CROSS_ORIGIN_OPENER_POLICY",
    ),
    DJANGO_FRAMES: ("X_FRAME_OPTIONS",),
}
_BY_ITSELF: Final = ("SESSION_COOKIE_", "CSRF_COOKIE_", "LANGUAGE_COOKIE_", "CORS_")


def advise(
    cards: Card | Sequence[Card],
    exchanges: Exchange | Sequence[Exchange],
    *,
    installed: Mapping[str, object] | None = None,
) -> Advice:
    """
    Return what to change so that the pages of one site are graded better.

    Each card is that of the exchange at the same place. ``installed`` are the settings that the
    project itself sets, by name; without them only what is missing is known. Every problem of
    every card is in ``mends`` of a change or in ``about`` of work. What is well as it is stays.
    """
    seen = [cards] if isinstance(cards, Card) else list(cards)
    asked = [exchanges] if isinstance(exchanges, Exchange) else list(exchanges)
    pages = [
        _Page(exchange, list(problems(card))) for card, exchange in zip(seen, asked, strict=True)
    ]
    adviser = _Adviser(pages, installed)
    adviser.choose_preset()
    for _ in range(MAX_ROUNDS):
        if not adviser.try_out():
            break
    return adviser.conclude()


class _Page:
    """One exchange, all that was wrong with it on the way, and what still is."""

    def __init__(self, exchange: Exchange, found: list[Problem]) -> None:
        reply = exchange.response
        is_error = reply is None or reply.status >= 400  # which needs no style
        self.exchange = exchange
        self.needs = needs("" if is_error or reply is None else reply.body, exchange.host)
        self.found = dict.fromkeys(found)
        self.left = dict.fromkeys(found)

    @property
    def mended(self) -> list[Problem]:
        """What was wrong and no longer is."""
        return [problem for problem in self.found if problem not in self.left]


class _Adviser:
    """Collects settings for one site. A setting once chosen stays."""

    def __init__(self, pages: Iterable[_Page], installed: Mapping[str, object] | None) -> None:
        # Of pages that are alike one is enough; a site has hundreds.
        self.pages = list({(*page.found, page.needs): page for page in pages}.values())
        self.installed = installed
        self.known = NOTHING if installed is None else installed
        self.chosen: dict[str, Any] = {}
        self.additions: set[str] = set()
        self.wakes = False  # a setting that nothing reads waits for our middleware
        self.page = reduce(or_, (page.needs for page in self.pages), Needs())
        hosts = list(dict.fromkeys(page.exchange.host for page in self.pages))
        self.remedies = Remedies(self.known, self.page, hosts)

    @property
    def preset(self) -> str:
        return "balanced" if self.page.obstacles else "strict"

    def choose_preset(self) -> None:
        """Prefer one line to many where it mends enough, or where there is no policy at all."""
        if not self.remedies.takes_preset(self.preset):
            return
        given = {name for name in PRESETS[self.preset] if name not in self.known} | {PRESET}
        mended = set()
        for problem in chain.from_iterable(page.found for page in self.pages):
            settings = self.remedies.settings(problem)
            if settings and settings.keys() <= given:
                mended.add(problem.cause)
            if PRESET in settings:
                self._take_preset()
        if len(mended) >= WORTH_A_PRESET:
            self._take_preset()

    def take(self, problem: Problem) -> bool:
        """Choose what mends a problem, and tell whether that was anything new."""
        is_new = False
        for name, value in self.remedies.settings(problem).items():
            if name == PRESET:
                is_new = self._take_preset() or is_new
            elif self._is_asleep(name, problem):
                is_new, self.wakes = is_new or not self.wakes, True
            elif isinstance(value, dict) and name.startswith("SECURITY_CSP_"):
                is_new = self._merge(name, value) or is_new
            elif name not in self.chosen and not self._is_settled(name, value):
                self.chosen[name] = value
                is_new = True
        return is_new

    def try_out(self) -> bool:
        """Grade every page as it would be, choose what still mends, and tell if that is new."""
        changes = tuple(Change(edit, (), *self._risk(edit)) for edit in self._edits())
        advice = Advice(changes, (), self.installed)
        for page in self.pages:
            page.left = dict.fromkeys(problems(grade(improved(page.exchange, advice))))
            page.found |= page.left
        left = dict.fromkeys(chain.from_iterable(page.left for page in self.pages))
        is_new = [self.take(problem) for problem in left]
        return any(is_new)

    def conclude(self) -> Advice:
        """Give every problem its change, or the work that is left; drop what mends nothing."""
        mended = list(dict.fromkeys(chain.from_iterable(page.mended for page in self.pages)))
        left = dict.fromkeys(chain.from_iterable(page.left for page in self.pages))
        mends = self._mends(mended)
        self.chosen = {name: value for name, value in self.chosen.items() if name in mends}
        mends = self._mends(mended)
        work: dict[tuple[str, str], dict[str, None]] = {}
        for problem in left:
            work.setdefault(self.remedies.work(problem), {})[problem.id] = None
        return Advice(
            tuple(
                Change(edit, tuple(mends[edit.setting]), *self._risk(edit))
                for edit in self._edits()
                if edit.setting in mends
            ),
            tuple(Work(tuple(about), text, docs) for (text, docs), about in work.items()),
            self.installed,
        )

    def _mends(self, mended: Iterable[Problem]) -> dict[str, dict[str, None]]:
        """Return what each setting mends, by its name."""
        mends: dict[str, dict[str, None]] = {}
        for problem in mended:
            for name in self._menders(problem):
                mends.setdefault(name, {})[problem.id] = None
        for name in self.additions & self.chosen.keys():  # without them the preset is not for it
            mends.setdefault(name, {}).update(mends.get(PRESET, {}))
        return mends

    def _menders(self, problem: Problem) -> list[str]:
        """Return the settings that mend a problem."""
        wanted = self.remedies.settings(problem)
        given = PRESETS[self.chosen[PRESET]] if PRESET in self.chosen else NOTHING
        found = [name for name in wanted if name in self.chosen]
        if PRESET in self.chosen and (not found or wanted.keys() & given.keys()):
            found.append(PRESET)
        found = found or list(self.chosen)[:1]
        if all(map(self._is_honoured, found)) and not self.wakes:
            return found
        return [*found, *(edit.setting for edit in self._edits() if isinstance(edit, Relist))]

    def _take_preset(self) -> bool:
        if PRESET in self.chosen or not self.remedies.takes_preset(self.preset):
            return False
        self.chosen[PRESET] = self.preset
        if self.preset == "strict":
            for name, value in self.page.additions.items():
                self._merge(name, value)
                self.additions.add(name)
        return True

    def _merge(self, name: str, value: Mapping[str, list[str]]) -> bool:
        """Add directives to a part of the policy; what the project has of it stays its own."""
        if name in self.known:
            return False
        held = self.chosen.get(name, {})
        merged = {key: list(items) for key, items in held.items()}
        for key, items in value.items():
            merged[key] = list(dict.fromkeys((*merged.get(key, ()), *items)))
        self.chosen[name] = merged
        return bool(merged != held)

    def _is_asleep(self, name: str, problem: Problem) -> bool:
        """Tell whether the project has set it well, and only nobody reads it."""
        is_missing = problem.cause.endswith((".missing", ".no-redirect"))
        return is_missing and self.known.get(name) not in OFF and not self._is_honoured(name)

    def _is_settled(self, name: str, value: object) -> bool:
        return name in self.known and self.known[name] == value and self._is_honoured(name)

    def _is_honoured(self, name: str) -> bool:
        """Tell whether something that is installed reads the setting."""
        middleware = names(self.known.get(MIDDLEWARE))
        if name.startswith(_BY_ITSELF) or name in {"DEBUG", "ALLOWED_HOSTS"} or OURS in middleware:
            return True
        return any(name in _HONOURED.get(path, ()) for path in middleware)

    def _edits(self) -> list[Assign | Relist]:
        """Return what to write, the installation first."""
        edits: list[Assign | Relist] = []
        if self.wakes or not all(map(self._is_honoured, self.chosen)):
            apps = names(self.known.get(APPS))
            if self.installed is None or (APP not in apps and set(apps) >= _USERS):
                edits.append(Relist(APPS, APP))
            out = (DJANGO_SECURITY, DJANGO_FRAMES, DJANGO_POLICY)
            edits.append(Relist(MIDDLEWARE, OURS, out, is_first=True))
        order = sorted(self.chosen, key=lambda name: name != PRESET)
        return edits + [Assign(name, self.chosen[name]) for name in order]

    def _risk(self, edit: Assign | Relist) -> Risk:
        return risk_of(edit.setting, self.chosen.get(edit.setting))
