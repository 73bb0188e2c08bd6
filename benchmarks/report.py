"""The table, the verdicts, and the same as data."""

from __future__ import annotations

import statistics
import textwrap
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

WIDTH = 88  # columns of a terminal
LABEL = 40
CELL = 12

CHANGED = {
    "base": "no middleware, @csp_update",
    "ours": "ours, @csp_update",
    "django-csp": "django-csp, @csp_update",
    "django": "Django, @csp_override",
}
COLUMNS = ("without", "with", "change")
NOTHING = 0.1  # microseconds that count as none

EXPLAINED = (
    "Medians of {} processes. Verdicts are about the worst case of a row, with the lowest and "
    "the highest process in parentheses, and about whole requests: that is what a visitor "
    "waits for. The call alone repeats better and shows where the time goes."
)

Figures = dict[str, Any]  # what one process found out about one case
Compute = Callable[[Figures], float]


class Figure(NamedTuple):
    """The median over the processes, and the lowest and the highest of them."""

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Figure:
        return cls(statistics.median(values), min(values), max(values))

    def __str__(self) -> str:
        return f"{shown(self.value)} ({shown(self.low)} to {shown(self.high)})"


class Target(NamedTuple):
    """What was promised: a bound, from above or from below, in the cases that it is about."""

    text: str
    bound: float
    compute: Compute
    about: str = ""
    at_least: bool = False

    def holds(self, value: float) -> bool:
        return value >= self.bound if self.at_least else value <= self.bound


def added(name: str, how: str = "whole") -> Compute:
    return lambda figures: float(figures[how][name])


def ratio(name: str, to: str, how: str = "whole") -> Compute:
    return lambda figures: float(figures[how][name] / figures[how][to])


def nonce(how: str) -> Compute:
    return lambda figures: float(figures[how]["nonce"] - figures[how]["ours"])


def counted(what: str, name: str) -> Compute:
    return lambda figures: float(figures[what][name])


TARGETS = (
    Target("ours / limit", 4, ratio("ours", "limit")),
    Target("ours / function", 4, ratio("ours", "function")),
    Target("a used nonce, us", 2.5, nonce("whole")),
    Target("all peers / ours, WSGI", 20, ratio("peers", "ours"), "WSGI", at_least=True),
    Target("all peers / ours, ASGI", 400, ratio("peers", "ours"), "ASGI", at_least=True),
    Target("thread hops of ours", 0, counted("hops", "ours")),
)


def rows(few: str) -> list[tuple[str, Compute] | None]:
    """Return the lines of the table; ``None`` is a blank one. ``few`` names Django's own."""
    return [
        ("whole request, no middleware", added("base")),
        ("  the limit, written by hand: a class", added("limit")),
        ("  the same as a mere function", added("function")),
        ("  ours", added("ours")),
        ("  a used nonce, beside ours", nonce("whole")),
        (f"  {few}", added("django")),
        ("  all peers", added("peers")),
        None,
        ("the call alone: the limit", added("limit", "alone")),
        ("  the same as a mere function", added("function", "alone")),
        ("  ours", added("ours", "alone")),
        ("  a used nonce, beside ours", nonce("alone")),
        None,
        ("ours / limit, whole request", ratio("ours", "limit")),
        ("ours / limit, the call alone", ratio("ours", "limit", "alone")),
        ("ours / function, whole request", ratio("ours", "function")),
        ("ours / function, the call alone", ratio("ours", "function", "alone")),
        (f"{few} / ours", ratio("django", "ours")),
        ("all peers / ours", ratio("peers", "ours")),
        None,
        ("headers: ours", counted("headers", "ours")),
        (f"headers: {few}", counted("headers", "django")),
        ("headers: all peers", counted("headers", "peers")),
        ("thread hops: ours", counted("hops", "ours")),
        (f"thread hops: {few}", counted("hops", "django")),
        ("thread hops: all peers", counted("hops", "peers")),
    ]


def text(found: Sequence[dict[str, Any]], versions: dict[str, str], *, few: str) -> str:
    """Return the whole report. ``found`` has an entry for each process."""
    names = list(found[0]["cases"])
    lines = [
        "What security headers cost, in microseconds added to a request",
        *wrapped(", ".join(" ".join(pair) for pair in versions.items())),
        "",
        " " * LABEL + "".join(f"{name:>{CELL}}" for name in names),
    ]
    for row in rows(few):
        if row is None:
            lines.append("")
            continue
        label, compute = row
        cells = (shown(figure(found, name, compute).value) for name in names)
        lines.append(f"{label:{LABEL}}" + "".join(f"{cell:>{CELL}}" for cell in cells))
    lines += ["", *verdicts(found), "", *changed(found), ""]
    for note in (EXPLAINED.format(len(found)), *found[0]["notes"]):
        lines += wrapped(note)
    return "\n".join(line.rstrip() for line in lines)


def wrapped(note: str) -> list[str]:
    return textwrap.wrap(note, WIDTH, break_on_hyphens=False)


def verdicts(found: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Yield a line for each target: the bound, the worst case, and whether it holds."""
    yield f"{'target':25}{'bound':>8}  {'measured':25}{'where':12}  verdict"
    for target in TARGETS:
        name, worst = worst_case(found, target)
        sign = ">=" if target.at_least else "<="
        verdict = "met" if target.holds(worst.value) else "not met"
        bound = f"{sign} {target.bound:g}"
        yield f"{target.text:25}{bound:>8}  {worst!s:25}{name:12}  {verdict}"


def changed(found: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Yield the table of views that change the policy, and what was promised about ours."""
    title = "a policy changed by a view, WSGI HTTPS"
    yield f"{title:{LABEL}}" + "".join(f"{column:>{CELL}}" for column in COLUMNS)
    for name in found[0]["changed"]:
        cells = (shown(change(found, name, column).value) for column in COLUMNS)
        yield f"  {CHANGED[name]:{LABEL - 2}}" + "".join(f"{cell:>{CELL}}" for cell in cells)
    cost = beyond_the_call(found)
    verdict = "met" if cost.value <= NOTHING else "not met"
    yield ""
    yield f"csp_update beyond the call of a decorated view (<= {NOTHING:g}): {cost}  {verdict}"


def beyond_the_call(found: Sequence[dict[str, Any]]) -> Figure:
    """Return what our middleware pays for the edit, without what any decorator costs."""
    pairs = ((process["changed"]["ours"], process["changed"]["base"]) for process in found)
    return Figure.of([float(ours["change"]) - float(base["change"]) for ours, base in pairs])


def change(found: Sequence[dict[str, Any]], name: str, column: str) -> Figure:
    return Figure.of([float(process["changed"][name][column]) for process in found])


def worst_case(found: Sequence[dict[str, Any]], target: Target) -> tuple[str, Figure]:
    figures = {
        name: figure(found, name, target.compute)
        for name in found[0]["cases"]
        if name.startswith(target.about)
    }
    pick = min if target.at_least else max
    name = pick(figures, key=lambda name: figures[name].value)
    return name, figures[name]


def figure(found: Sequence[dict[str, Any]], case: str, compute: Compute) -> Figure:
    return Figure.of([compute(process["cases"][case]) for process in found])


def shown(value: float) -> str:
    """Write a number with no more digits than it deserves."""
    if value == int(value):
        return f"{value:.0f}"
    digits = 2 if abs(value) < 10 else 1 if abs(value) < 100 else 0
    return f"{value:.{digits}f}"
