"""A settings file as text and as a tree: where a name is set, used, or listed. Never run here."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from security.policy.errors import must_be

MAX_SOURCE: Final = 1_000_000  # characters; a long settings file has 50,000
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|$)")  # as Python counts lines; not str.splitlines


class Listed(NamedTuple):
    """One string in a list or tuple literal."""

    text: str
    node: ast.Constant
    within: ast.List | ast.Tuple


class Source:
    """
    The text of a settings file, and what stands where in it.

    Raises ``PolicyError`` for more than ``MAX_SOURCE`` characters and for what is no Python.
    """

    def __init__(self, text: str) -> None:
        if len(text) > MAX_SOURCE:
            raise must_be(f"at most {MAX_SOURCE} characters long", len(text))
        self.text = text
        try:
            self.tree = ast.parse(text)
            self.comments = {
                token.start[0]: token.string
                for token in tokenize.generate_tokens(io.StringIO(text, newline="").readline)
                if token.type == tokenize.COMMENT
            }
        except (SyntaxError, ValueError, RecursionError, MemoryError, tokenize.TokenError) as error:
            raise must_be("a Python file", str(error)) from None
        self.lines = [found[0] for found in _LINE.finditer(text) if found[0]]
        self.newline = "\r\n" if "\r\n" in text else "\n"
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line))

    def span(self, node: ast.expr) -> tuple[int, int]:
        """Return where an expression starts and ends, in characters."""
        assert node.end_lineno is not None  # noqa: S101  # parsed from text, so it has an end
        assert node.end_col_offset is not None  # noqa: S101
        return (
            self._offset(node.lineno, node.col_offset),
            self._offset(node.end_lineno, node.end_col_offset),
        )

    def _offset(self, line: int, column: int) -> int:
        """Return the character that Python's line and column, in UTF-8 bytes, mean."""
        before = self.lines[line - 1].encode()[:column]
        return self.starts[line - 1] + len(before.decode())

    def statements(self, name: str) -> list[ast.stmt]:
        """Return the statements of the file itself that set ``name``, or change what it holds."""
        return [statement for statement in self.tree.body if _target(statement) == name]

    def is_set(self, name: str) -> bool:
        """Tell whether the file sets the name anywhere, also within a block."""
        return any(name in _stores(statement) for statement in self.tree.body)

    def is_plain(self, name: str) -> bool:
        """Tell whether only statements of its own set the name, each on lines of its own."""
        own = self.statements(name)
        setters = [statement for statement in self.tree.body if name in _stores(statement)]
        return all(statement in own for statement in setters) and all(map(self._is_alone, own))

    def _is_alone(self, statement: ast.stmt) -> bool:
        lines = set(range(statement.lineno, (statement.end_lineno or statement.lineno) + 1))
        return not any(
            lines & {other.lineno, other.end_lineno}
            for other in self.tree.body
            if other is not statement
        )

    def users(self, names: Iterable[str], gone: Iterable[ast.stmt]) -> dict[str, int]:
        """Return those of the names that are read outside the statements that go, with a line."""
        wanted, removed = set(names), list(gone)
        return {
            node.id: node.lineno
            for statement in self.tree.body
            if statement not in removed
            for node in ast.walk(statement)
            if isinstance(node, ast.Name) and node.id in wanted
        }

    def listed(self, within: Iterable[ast.AST] | None = None) -> Iterator[Listed]:
        """Yield every string of every list and tuple, or of those within some nodes, in order."""
        found = [
            Listed(item.value, item, node)
            for top in within or [self.tree]
            for node in ast.walk(top)
            if isinstance(node, ast.List | ast.Tuple)
            for item in node.elts
            if isinstance(item, ast.Constant) and isinstance(item.value, str)
        ]
        yield from sorted(found, key=lambda item: (item.node.lineno, item.node.col_offset))

    def imports(self) -> list[ast.Import | ast.ImportFrom]:
        """Return the imports of the file itself."""
        return [node for node in self.tree.body if isinstance(node, ast.Import | ast.ImportFrom)]

    def is_computed(self, name: str) -> bool:
        """Tell whether the value of a name is more than what is written: a call, a variable."""
        values = [
            node
            for statement in self.statements(name)
            if isinstance(statement, ast.Assign | ast.AugAssign | ast.AnnAssign) and statement.value
            for node in ast.walk(statement.value)
        ]
        imported = {alias.asname or alias.name for i in self.imports() for alias in i.names}
        return any(isinstance(node, ast.Call) for node in values) or any(
            isinstance(node, ast.Name) and node.id not in imported for node in values
        )


def _target(statement: ast.stmt) -> str | None:
    """Return the one name that a statement sets or changes, if it does nothing else."""
    match statement:
        case ast.Assign(targets=[target]) | ast.AugAssign(target=target):
            return _root(target)
        case ast.AnnAssign(target=target):
            return _root(target)
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=holder))):
            return _root(holder)
    return None


def _root(node: ast.expr) -> str | None:
    while isinstance(node, ast.Subscript | ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def _stores(statement: ast.stmt) -> set[str]:
    """Return the names that a statement of the file sets, and that it changes in place."""
    names = {
        node.id
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)
    }
    target = _target(statement)
    return names | ({target} if target is not None else set())
