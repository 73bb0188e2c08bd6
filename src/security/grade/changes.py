"""What has changed between two sets of snapshots, grouped so that one cause is one line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from security.policy.errors import must_be

from .finding import Severity
from .observatory_scores import EXPECTATIONS
from .render.text import cut
from .snapshot import Found, Snapshot

MAX_URLS: Final = 5  # of a change that are named
MAX_SHOWN: Final = 300  # characters of a header value in text
MAX_LINES: Final = 200  # changes of one kind that are shown
ABSENT: Final = "(absent)"
WORTH_A_STOP: Final = Severity.LOW  # a new finding below it is told, and makes nothing worse


class Change(NamedTuple):
    """One thing that changed in the same way on each of ``targets``."""

    what: str
    targets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """
    What changed, by kind; each kind has the changes of most targets first.

    ``is_worse``: a grade fell or is missing, a test of the Observatory is worth less, a finding
    of ``LOW`` or worse is new where there was none like it, or a new target has a finding that
    no target had.
    """

    headers: tuple[Change, ...] = ()
    tests: tuple[Change, ...] = ()
    new_findings: tuple[Change, ...] = ()
    gone_findings: tuple[Change, ...] = ()
    grades_up: tuple[Change, ...] = ()
    grades_down: tuple[Change, ...] = ()
    new_targets: tuple[Change, ...] = ()
    gone_targets: tuple[Change, ...] = ()
    compared: int = 0
    is_worse: bool = False

    def __bool__(self) -> bool:
        return any(changes for _, changes in self.kinds())

    def kinds(self) -> Iterator[tuple[str, tuple[Change, ...]]]:
        """Yield each kind with its title, the bad news first."""
        yield "Grade down", self.grades_down
        yield "New findings", self.new_findings
        yield "Observatory", self.tests
        yield "Headers", self.headers
        yield "Grade up", self.grades_up
        yield "Findings gone", self.gone_findings
        yield "New URLs", self.new_targets
        yield "URLs gone", self.gone_targets


class _Groups:
    """Targets by what changed on them, for one kind of change."""

    def __init__(self) -> None:
        self._targets: dict[str, list[str]] = {}

    def add(self, what: str, target: str) -> None:
        self._targets.setdefault(what, []).append(target)

    def sorted(self) -> tuple[Change, ...]:
        found = (Change(what, tuple(targets)) for what, targets in self._targets.items())
        return tuple(sorted(found, key=lambda one: (-len(one.targets), one.what)))


def compare(old: Iterable[Snapshot], new: Iterable[Snapshot]) -> Changes:
    """Return what changed. Raises ``PolicyError`` where two of one set have the same target."""
    before, after = by_target(old), by_target(new)
    groups = {name: _Groups() for name in Changes.__dataclass_fields__ if name not in _NO_KIND}
    known = {found.id for one in before.values() for found in one.findings}
    is_worse = False
    for target in sorted(before.keys() & after.keys()):
        is_worse |= _compare_one(before[target], after[target], groups)
    for target in sorted(after.keys() - before.keys()):
        one = after[target]
        groups["new_targets"].add(f"graded {_mark(one)}", target)
        is_worse |= one.score is None
        is_worse |= any(_counts(found) and found.id not in known for found in one.findings)
    for target in sorted(before.keys() - after.keys()):
        groups["gone_targets"].add("no longer graded", target)
    return Changes(
        **{name: group.sorted() for name, group in groups.items()},
        compared=len(before.keys() & after.keys()),
        is_worse=is_worse,
    )


_NO_KIND: Final = frozenset({"compared", "is_worse"})


def _compare_one(old: Snapshot, new: Snapshot, groups: Mapping[str, _Groups]) -> bool:
    """Add what changed on one target, and tell whether it is worse."""
    target = new.target
    for name, before, after in _differences(old.headers, new.headers):
        groups["headers"].add(f"{name} {before} -> {after}", target)
    is_worse = False
    # Where one has no tests, the grade says it.
    tests = _differences(old.tests, new.tests) if old.tests and new.tests else ()
    for name, before, after in tests:
        worth, was = _points(after), _points(before)
        groups["tests"].add(f"{name} {before} ({was:+}) -> {after} ({worth:+})", target)
        is_worse |= worth < was
    had, has = set(old.findings), set(new.findings)
    for found in sorted(has - had, key=_order):
        groups["new_findings"].add(_told(found), target)
        is_worse |= _counts(found)
    for found in sorted(had - has, key=_order):
        groups["gone_findings"].add(_told(found), target)
    if old.score != new.score:
        fell = new.score is None or (old.score is not None and new.score < old.score)
        is_worse |= fell
        kind = "grades_down" if fell else "grades_up"
        groups[kind].add(f"{_mark(old)} -> {_mark(new)}", target)
    return is_worse


def _differences(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    for name in sorted(old.keys() | new.keys()):
        before, after = old.get(name, ABSENT), new.get(name, ABSENT)
        if before != after:
            yield name, before, after


def _points(result: str) -> int:
    """Return what a result is worth; one that is not known, as of no grade, is worth nothing."""
    known = EXPECTATIONS.get(result)
    return known.modifier if known else 0


def _counts(found: Found) -> bool:
    return found.severity >= WORTH_A_STOP


def _order(found: Found) -> tuple[int, str, str]:
    return -found.severity, found.id, found.subject or ""


def _told(found: Found) -> str:
    about = f" {found.subject}" if found.subject else ""
    return f"{found.severity.name} {found.id}{about}"


def _mark(one: Snapshot) -> str:
    return "not graded" if one.grade is None else f"{one.grade} {one.score}"


def by_target(snapshots: Iterable[Snapshot]) -> dict[str, Snapshot]:
    """Return snapshots by their targets. Raises ``PolicyError`` where two have the same."""
    found: dict[str, Snapshot] = {}
    for one in snapshots:
        if one.target in found:
            raise must_be("of sites that each have a name of their own", one.target)
        found[one.target] = one
    return found


def render(changes: Changes) -> str:
    """Return the changes as text for people, and nothing else; it ends with a line break."""
    if not changes:
        return f"Nothing has changed on {_urls(changes.compared)}.\n"
    lines: list[str] = []
    for title, kind in changes.kinds():
        if kind:
            lines += [title, *_lines(kind), ""]
    verdict = "worse than" if changes.is_worse else "no worse than"
    lines.append(f"The site is {verdict} the baseline.")
    return "\n".join(lines) + "\n"


def _lines(kind: tuple[Change, ...]) -> Iterator[str]:
    for change in kind[:MAX_LINES]:
        count = len(change.targets)
        yield f"  {cut(change.what, MAX_SHOWN)} on {_urls(count)}"
        yield from (f"      {cut(target, MAX_SHOWN)}" for target in change.targets[:MAX_URLS])
        if count > MAX_URLS:
            yield f"      and {count - MAX_URLS:,} more"
    if len(kind) > MAX_LINES:
        yield f"  and {len(kind) - MAX_LINES:,} more changes"


def _urls(count: int) -> str:
    return "1 URL" if count == 1 else f"{count:,} URLs"
