"""
Regular expressions in linear time, read from the last character of a text to its first.

``re`` tries one way through a pattern after the other, and some patterns take longer than
anybody waits. Here all patterns of a list become one graph. A node of it *holds* at a position
when the text from there on fits, and backwards that is always known: each character is read
once, and whether a lookahead holds is decided before anybody asks. The set of nodes that hold
is a state, and the step from one state to the next is remembered.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from .errors import PolicyError, must_be

try:
    _compiler, _parser = import_module("re._compiler"), import_module("re._parser")
except ImportError as error:
    raise ImportError(
        "This Python has no re._parser, with which regular expressions are read. "
        "Use a version of Python that the package supports."
    ) from error

MAX_NODES = 1_000  # of one pattern, its repeats written out; a UUID needs 36
MAX_MEMORY = 20_000  # steps, and nodes of states, remembered; ten patterns need about 2,000

Item = tuple[Any, Any]  # operation and arguments, as Python's untyped parser gives them

_ALWAYS, _NEVER, _START, _END, _EDGE = range(5)  # the nodes that every graph begins with
_ANCHORS = {
    "AT_BEGINNING": _START,
    "AT_BEGINNING_STRING": _START,
    "AT_END": _END,
    "AT_END_STRING": _END,
}
_TYPES = re.ASCII | re.UNICODE
_UNSUPPORTED = {
    "ASSERT": "a lookbehind",
    "ASSERT_NOT": "a lookbehind",
    "AT": "a word boundary",
    "ATOMIC_GROUP": "an atomic group",
    "GROUPREF": "a backreference",
    "GROUPREF_EXISTS": "a conditional",
    "POSSESSIVE_REPEAT": "a possessive repeat",
}


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression, and what Python's own parser understands by it."""

    source: str
    items: Sequence[Item]
    flags: int


def parse(source: str) -> Pattern:
    """
    Read a regular expression as ``re`` does.

    Raises ``PolicyError`` where ``re`` fails, or warns while warnings are errors.
    """
    try:
        tree = _parser.parse(source)
    except (re.error, OverflowError, RecursionError, Warning) as error:
        what = "a regular expression that compiles"
        raise must_be(what, source, hint=f"Python says: {error}.") from error
    return Pattern(source, list(tree), tree.state.flags)


class Automaton:
    """
    Patterns matched together: each from the start of a text up to any edge in it.

    An edge is the start or the end of the text, or either side of a slash. ``^`` and ``$`` mean
    the very start and the very end. Time is linear in the length of the text, whatever the
    patterns; memory is bounded by ``MAX_MEMORY``. Threads may share one: at worst, two of
    them find the same step.

    With ``exclusions=False`` no negative lookahead ever holds, which shows what the patterns
    match without leaving anything out by name.

    Raises ``PolicyError`` for lookbehind, word boundaries, backreferences, conditionals, atomic
    and possessive constructs and ``(?m)``, and for more than ``MAX_NODES`` nodes in a pattern.
    """

    __slots__ = ("_end", "_fitting", "_graph", "_roots", "_states", "remembered", "visits")

    def __init__(self, patterns: Iterable[Pattern], *, exclusions: bool = True) -> None:
        self._graph = _Graph(exclusions=exclusions)
        self._roots = frozenset(self._graph.add(pattern) for pattern in patterns)
        self._fitting: dict[str, frozenset[int]] = {}
        self._states: dict[frozenset[int], _State] = {}
        self.remembered = 0  # steps, and nodes of states
        self.visits = 0  # nodes found to hold and guards asked so far: the work that was done
        self._end = self._state(frozenset({_ALWAYS, _END, _EDGE}))

    def matches(self, backwards: str) -> bool:
        """Tell whether a pattern matches the text, given with its last character first."""
        state = self._end
        for character in backwards:
            state = state[character]
        if state.verdict is None:
            state.verdict = not self._roots.isdisjoint(self._settled(state, _START, _EDGE))
        return state.verdict

    def step(self, state: _State, character: str) -> _State:
        """Find the state one character nearer to the start, and remember it."""
        if self.remembered >= MAX_MEMORY:
            self._forget()
        edge = (_EDGE,) if character == "/" else ()
        reads, fitting = self._graph.reads, self._kinds(character)
        holding = {_ALWAYS, *edge}
        for then in self._settled(state, *edge):
            holding.update(node for node, kind in reads.get(then, ()) if kind in fitting)
        state[character] = before = self._state(frozenset(holding))
        self.remembered += 1
        return before

    def _settled(self, state: _State, *here: int) -> set[int]:
        """Return every node that holds, given also what the text before the state tells."""
        graph, settled = self._graph, set(state.holding.union(here))
        shut = set(graph.guards)
        graph.spread(list(settled), settled, shut)
        for guard, (condition, wanted, then) in graph.guards.items():
            if (condition in settled) is wanted:
                shut.discard(guard)
                if then in settled:
                    graph.spread([then], settled, shut)
        self.visits += len(settled) + len(graph.guards)
        return settled

    def _state(self, holding: frozenset[int]) -> _State:
        if (state := self._states.get(holding)) is None:
            state = self._states[holding] = _State(self, holding)
            self.remembered += len(holding)
        return state

    def _kinds(self, character: str) -> frozenset[int]:
        """Return the kinds of character that this one is of, as ``re`` itself sees it."""
        if (kinds := self._fitting.get(character)) is None:
            tests = enumerate(self._graph.kinds)
            kinds = frozenset(kind for kind, fits in tests if fits(character))
            self._fitting[character] = kinds
        return kinds

    def _forget(self) -> None:
        states, self._states = self._states, {self._end.holding: self._end}
        for state in list(states.values()):
            state.clear()
        self._fitting.clear()
        self.remembered = 0


class _State(dict[str, "_State"]):
    """What holds at a position, and per character the state before it as far as remembered."""

    __slots__ = ("_automaton", "holding", "verdict")

    def __init__(self, automaton: Automaton, holding: frozenset[int]) -> None:
        super().__init__()
        self._automaton = automaton
        self.holding = holding
        self.verdict: bool | None = None  # whether the patterns match if the text starts here

    def __missing__(self, character: str) -> _State:
        return self._automaton.step(self, character)


class _Graph:
    """
    Numbered nodes, each made after the one that must hold behind it.

    A node reads one character (``reads``, by the node behind it), holds as soon as another
    does (``follows``, by that other), or is a guard: it does so under a condition only. What a
    guard asks about never depends on that guard or on a later one.
    """

    def __init__(self, *, exclusions: bool) -> None:
        self.reads: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
        self.follows: defaultdict[int, list[int]] = defaultdict(list)
        self.guards: dict[int, tuple[int, bool, int]] = {}  # condition, wanted, node behind
        self.kinds: list[Callable[[str], object]] = []  # tests of one character
        self._numbers: dict[tuple[str, int], int] = {}  # of the kinds
        self._exclusions = exclusions
        self._nodes = _EDGE + 1
        self._limit = 0
        self._source = ""

    def spread(self, todo: list[int], settled: set[int], shut: set[int]) -> None:
        """Add to ``settled`` all that holds because ``todo`` does; guards in ``shut`` do not."""
        while todo:
            for node in self.follows.get(todo.pop(), ()):
                if node not in settled and node not in shut:
                    settled.add(node)
                    todo.append(node)

    def add(self, pattern: Pattern) -> int:
        """Return the node that holds where the pattern matches up to an edge."""
        self._source = pattern.source
        self._limit = self._nodes + MAX_NODES
        self._check_flags(pattern.flags)
        try:
            return self._sequence(pattern.items, pattern.flags, _EDGE)
        except RecursionError as error:
            raise must_be("a regular expression less deeply nested", pattern.source) from error

    def _sequence(self, items: Sequence[Item], flags: int, then: int) -> int:
        for item in reversed(items):
            then = self._item(item, flags, then)
        return then

    def _item(self, item: Item, flags: int, then: int) -> int:
        operation, value = item
        match operation.name:
            case "LITERAL" | "NOT_LITERAL" | "IN" | "ANY":
                return self._reader(item, flags, then)
            case "AT" if value.name in _ANCHORS:
                return self._guard(_ANCHORS[value.name], True, then)
            case "MAX_REPEAT" | "MIN_REPEAT":
                return self._repeat(value, flags, then)
            case "BRANCH":
                return self._either(self._sequence(each, flags, then) for each in value[1])
            case "SUBPATTERN":
                _, added, removed, items = value
                self._check_flags(added)
                kept = flags & ~_TYPES if added & _TYPES else flags
                return self._sequence(items, (kept | added) & ~removed, then)
            case "ASSERT" | "ASSERT_NOT" if value[0] > 0:
                return self._lookahead(operation.name == "ASSERT", value[1], flags, then)
            case "FAILURE":  # what (?!) is from Python 3.13 on
                return _NEVER
        raise self._refused(_UNSUPPORTED.get(operation.name, operation.name))

    def _reader(self, item: Item, flags: int, then: int) -> int:
        kind = self._numbers.setdefault((repr(item), flags), len(self.kinds))
        if kind == len(self.kinds):
            alone = _parser.SubPattern(_parser.State(), [item])
            self.kinds.append(_compiler.compile(alone, flags).fullmatch)
        node = self._node()
        self.reads[then].append((node, kind))
        return node

    def _guard(self, condition: int, wanted: bool, then: int) -> int:
        node = self._node()
        self.guards[node] = (condition, wanted, then)
        self.follows[then].append(node)
        return node

    def _lookahead(self, wanted: bool, items: Sequence[Item], flags: int, then: int) -> int:
        inside = self._sequence(items, flags, _ALWAYS)
        possible = wanted or self._exclusions
        return self._guard(inside, wanted, then) if possible else _NEVER

    def _either(self, ways: Iterable[int]) -> int:
        ways = tuple(ways)
        node = self._node()
        for way in ways:
            self.follows[way].append(node)
        return node

    def _repeat(self, value: Any, flags: int, then: int) -> int:
        least, most, items = value
        if most == _parser.MAXREPEAT:
            again = self._either([then])
            once = self._sequence(items, flags, again)
            self.follows[once].append(again)
            then, least = (once, least - 1) if least else (again, 0)
        else:
            last = then
            for _ in range(most - least):
                then = self._either([self._sequence(items, flags, then), last])
        for _ in range(least):
            behind, then = then, self._sequence(items, flags, then)
            if then == behind:  # an empty body: nothing is repeated, as often as it may be
                break
        return then

    def _node(self) -> int:
        if self._nodes >= self._limit:
            hint = "Write + or * in place of a number, or split it into several patterns."
            what = f"a pattern of at most {MAX_NODES} nodes when written out"
            raise must_be(what, self._source, hint=hint)
        self._nodes += 1
        return self._nodes - 1

    def _check_flags(self, flags: int) -> None:
        if flags & re.MULTILINE:
            raise self._refused("the flag m")

    def _refused(self, construct: str) -> PolicyError:
        hint = "Paths are matched in one pass, without it. Describe them from start to end."
        return must_be(f"a regular expression without {construct}", self._source, hint=hint)
