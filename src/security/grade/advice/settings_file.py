"""A settings file as text and as a tree: which settings it writes out, where. Never run here."""

from __future__ import annotations

import ast
import io
import re
import tokenize
import warnings
from collections.abc import Iterator
from typing import Final

from security.policy.errors import must_be

MAX_SETTINGS: Final = 1_000_000  # characters; a long settings file has 50,000
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")  # as Python counts lines; not str.splitlines
_BYTE_ORDER_MARK: Final = "\ufeff"
# With these a file may set a name without writing it.
_INDIRECT: Final = frozenset(
    {"__builtins__", "__import__", "compile", "eval", "exec", "globals", "locals", "setattr"}
    | {"vars", "modules", "include", "import_module", "getattr"}
)


class SettingsFile:
    """
    The text of a settings file, and what stands where in it.

    Raises ``PolicyError`` for more than ``MAX_SETTINGS`` characters and for what is no Python.
    """

    def __init__(self, text: str) -> None:
        if len(text) > MAX_SETTINGS:
            raise must_be(f"at most {MAX_SETTINGS:,} characters long", f"{len(text):,} characters")
        self.mark = _BYTE_ORDER_MARK if text.startswith(_BYTE_ORDER_MARK) else ""
        self.text = text.removeprefix(_BYTE_ORDER_MARK)
        self.newline = "\r\n" if "\r\n" in text else "\n"
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of the project's own code
                self.tree = ast.parse(self.text)
            self.starts = [0]
            for found in _LINE.finditer(self.text):
                if found[0]:
                    self.starts.append(found.end())
            self.comments = [
                self._offset(token.start[0], token.start[1], characters=True)
                for token in tokenize.generate_tokens(io.StringIO(self.text, "").readline)
                if token.type == tokenize.COMMENT
            ]
        except (SyntaxError, ValueError, RecursionError, MemoryError, tokenize.TokenError) as error:
            raise must_be("a Python file", str(error)) from None
        self.nodes = list(ast.walk(self.tree))
        self.is_indirect = any(_name(node) in _INDIRECT for node in self.nodes)

    def span(self, node: ast.expr) -> tuple[int, int]:
        """Return where an expression starts and ends, in characters."""
        last = node.end_lineno or node.lineno
        end = self._offset(last, node.end_col_offset or 0)
        return self._offset(node.lineno, node.col_offset), end

    def _offset(self, line: int, column: int, *, characters: bool = False) -> int:
        """Return the character that Python's line and column, in UTF-8 bytes, mean."""
        start = self.starts[line - 1]
        if characters:
            return start + column
        end = self.starts[line] if line < len(self.starts) else len(self.text)
        return start + len(self.text[start:end].encode()[:column].decode())

    def has_comment(self, start: int, end: int) -> bool:
        """Tell whether a comment stands between two characters."""
        return any(start <= at < end for at in self.comments)

    def literal(self, setting: str) -> ast.expr | None:
        """
        Return the value of a setting that may be changed where it stands, else ``None``.

        It is written out, and the only statement of the file that can have a say in it.
        """
        statements = [one for one in self.tree.body if _assigned(one) == setting]
        if len(statements) != 1 or self.is_indirect:
            return None
        value = getattr(statements[0], "value", None)
        if value is None or not _is_literal(value):
            return None
        if any(_imports_all(one) for one in self.tree.body[self.tree.body.index(statements[0]) :]):
            return None
        mentions = sum(setting in _mentions(node) for node in self.nodes)
        if isinstance(value, ast.Constant):  # whoever reads it cannot change it
            reads = sum(_name(node) == setting and _is_read(node) for node in self.nodes)
            mentions -= reads
        return value if mentions == 1 else None

    def is_certain(self, setting: str) -> bool:
        """Tell whether the name has a value for sure when the file has run."""
        if any(_assigned(one) == setting for one in self.tree.body):
            return not any(
                isinstance(node, ast.Name) and node.id == setting and isinstance(node.ctx, ast.Del)
                for node in self.nodes
            )
        return False


def _assigned(statement: ast.stmt) -> str | None:
    """Return the one name that a statement sets, if that is all that it does."""
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)]):
            return name
        case ast.AnnAssign(target=ast.Name(id=name), value=value) if value is not None:
            return name
    return None


def _is_literal(value: ast.expr) -> bool:
    try:
        ast.literal_eval(value)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return False
    return True


def _imports_all(statement: ast.stmt) -> bool:
    return any(
        isinstance(node, ast.ImportFrom) and node.names[0].name == "*"
        for node in ast.walk(statement)
    )


def _name(node: ast.AST) -> str | None:
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else None


def _is_read(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)


def _mentions(node: ast.AST) -> Iterator[str]:
    """Yield the names that a node itself reads, sets, imports or declares."""
    if isinstance(node, ast.Name):
        yield node.id
    for field in ("name", "asname", "rest", "arg"):
        text = getattr(node, field, None)
        if isinstance(text, str) and not isinstance(node, ast.keyword):
            yield text
    if isinstance(node, ast.Global | ast.Nonlocal):
        yield from node.names
