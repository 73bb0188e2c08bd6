"""The text of a settings file after a migration: lines taken out, a block put in."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from security.policy.csp.vocabulary import NONCE

from .migrate_source import Listed, Source

_WIDTH: Final = 88  # columns; what fits stays on one line
Replacement = Callable[[str], str | None]


class Editor:
    """Collects changes to a settings file; none overlaps another. ``result`` applies them."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.cuts: dict[tuple[int, int], str] = {}
        self.refused: list[str] = []

    def take_out(self, statements: Sequence[ast.stmt], put: str = "") -> None:
        """Take whole statements out, and put a text in the place of the first of them."""
        for number, statement in enumerate(statements):
            self.cuts[self._lines(statement)] = "" if number else put

    def comments(self, statements: Iterable[ast.stmt]) -> list[str]:
        """Return the comments that stand on the lines of statements."""
        found = self.source.comments
        return [
            found[line]
            for statement in statements
            for line in range(statement.lineno, (statement.end_lineno or statement.lineno) + 1)
            if line in found
        ]

    def _lines(self, statement: ast.stmt) -> tuple[int, int]:
        last = statement.end_lineno or statement.lineno
        return self.source.starts[statement.lineno - 1], self.source.starts[last]

    def insert(self, line: int, text: str) -> None:
        """Put text before a line, counted from 1; beyond the last line, at the end."""
        at = self.source.starts[min(line, len(self.source.starts)) - 1]
        if at and self.source.text[at - 1] not in "\r\n":
            text = self.source.newline + text
        self.cuts[at, at] = text

    def relist(self, items: Iterable[Listed], replace: Replacement) -> None:
        """
        Replace strings in lists by what ``replace`` returns for them; ``None`` takes one out.

        A list on one line is written anew. In others each string that goes must have its
        lines to itself; otherwise it stays, and ``refused`` has it.
        """
        holders: dict[ast.List | ast.Tuple, dict[ast.Constant, str | None]] = {}
        for item in items:
            holders.setdefault(item.within, {})[item.node] = replace(item.text)
        for holder, changes in holders.items():
            if holder.lineno == holder.end_lineno:
                self._rewrite(holder, changes)
            else:
                for node, new in changes.items():
                    self._change(holder, node, new)

    def append(self, holder: ast.List | ast.Tuple, text: str) -> None:
        """Add a string at the end of a list, in the manner of the list."""
        if holder.lineno == holder.end_lineno:
            self._rewrite(holder, {}, text)
            return
        last = holder.elts[-1]
        end = self.source.span(last)[1]
        line = self.source.lines[last.lineno - 1]
        indent = line[: len(line) - len(line.lstrip())]
        comma = re.compile(r"\s*(?:#[^\r\n]*\s*)*,").match(self.source.text, end)
        if comma:
            self._cut(comma.end(), comma.end(), f'{self.source.newline}{indent}"{text}",')
        else:
            self._cut(end, end, f',{self.source.newline}{indent}"{text}",')

    def _rewrite(
        self,
        holder: ast.List | ast.Tuple,
        changes: Mapping[ast.Constant, str | None],
        added: str | None = None,
    ) -> None:
        parts = []
        for item in holder.elts:
            start, end = self.source.span(item)
            old = self.source.text[start:end]
            if not isinstance(item, ast.Constant) or item not in changes:
                parts.append(old)
            elif (new := changes[item]) is not None:
                parts.append(_like(old, new))
        if added is not None:
            parts.append(f'"{added}"')
        start, end = self.source.span(holder)
        pair = "()" if self.source.text[start] == "(" else "[]"
        body = ", ".join(parts) + ("," if pair == "()" and len(parts) == 1 else "")
        self._cut(start, end, f"{pair[0]}{body}{pair[1]}")

    def _change(self, holder: ast.expr, node: ast.Constant, new: str | None) -> None:
        start, end = self.source.span(node)
        if new is not None:
            self._cut(start, end, _like(self.source.text[start:end], new))
            return
        first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
        before = self.source.text[self.source.starts[first] : start]
        after = self.source.text[end : self.source.starts[last + 1]]
        found = re.fullmatch(r"\s*,?[ \t]*(#[^\r\n]*)?\s*", after)
        if before.strip() or found is None:
            self.refused.append(node.value if isinstance(node.value, str) else "")
            return
        kept = f"{before}{found[1]}{self.source.newline}" if found[1] else ""
        self._cut(self.source.starts[first], self.source.starts[last + 1], kept)

    def _cut(self, start: int, end: int, text: str) -> None:
        self.cuts[start, end] = text

    def result(self) -> str:
        """Return the text as changed, without the gaps that lines taken out would leave."""
        text = self.source.text
        for (start, end), new in sorted(self.cuts.items(), reverse=True):
            before, rest = text[:start], text[end:]
            if not new and start != end and _ends_blank(before):
                rest = re.sub(r"\A(?:[ \t]*(?:\r\n|\r|\n))+", "", rest)
            text = before + new + rest
        return text


def _ends_blank(text: str) -> bool:
    """Tell whether the last line of a text is empty, or there is none."""
    last = text.splitlines()[-1:]
    return not last or not last[0].strip()


def _like(old: str, new: str) -> str:
    quote = "'" if old.startswith("'") else '"'
    return f"{quote}{new}{quote}"


def rendered(name: str, value: object, nonce: str) -> str:
    """Return one assignment as Python; ``nonce`` is how the file calls the nonce."""
    return f"{name} = {_value(value, nonce, 0, len(name) + 3)}"


def _value(value: object, nonce: str, depth: int, column: int) -> str:
    indent = "    " * (depth + 1)
    if isinstance(value, Mapping):
        rows = []
        for key, item in value.items():
            head = f"{indent}{_string(key)}: "
            rows.append(f"{head}{_value(item, nonce, depth + 1, len(head) + 1)},")
        return "\n".join(["{", *rows, "    " * depth + "}"]) if rows else "{}"
    if isinstance(value, list | tuple):
        items = [_value(item, nonce, depth + 1, len(indent)) for item in value]
        line = f"[{', '.join(items)}]"
        if column + len(line) <= _WIDTH:
            return line
        return "\n".join(["[", *(f"{indent}{item}," for item in items), "    " * depth + "]"])
    if value == NONCE:
        return nonce
    return _string(value)


def _string(value: Any) -> str:
    if isinstance(value, str) and value.isprintable() and not set(value) & {'"', "\\"}:
        return f'"{value}"'
    return repr(value)
