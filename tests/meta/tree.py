"""Where the project's files are, for the tests about the project itself."""

from __future__ import annotations

import ast
import os
import tomllib
from collections.abc import Iterator
from importlib.util import resolve_name
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src"
NOT_OURS = {"__pycache__", "_build", "build", "dist", "node_modules", "var"}
SHOWN = {".ci", ".github", ".gitignore", ".pre-commit-config.yaml"}  # though they begin with a dot
BINARY = {
    *(".avif", ".docx", ".gif", ".gz", ".ico", ".jpeg", ".jpg", ".m4v", ".mo", ".mp3", ".mp4"),
    *(".odt", ".pdf", ".png", ".sqlite3", ".webp", ".woff2", ".xlsx", ".zip"),
}


def files(*folders: str) -> list[Path]:
    """Return the text files of the project, or of some of its folders, in order."""
    found: list[Path] = []
    for folder in folders or (".",):
        for directory, names, leaves in os.walk(ROOT / folder):
            names[:] = [name for name in names if is_ours(name)]
            found += [Path(directory, leaf) for leaf in leaves if is_ours(leaf)]
    return sorted(path for path in found if path.suffix not in BINARY and path.is_file())


def is_ours(name: str) -> bool:
    return name not in NOT_OURS and (not name.startswith(".") or name in SHOWN)


def python_files(*folders: str) -> list[Path]:
    return [path for path in files(*folders) if path.suffix == ".py"]


def label(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def module_name(path: Path) -> str:
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> Iterator[str]:
    """Yield the absolute name of everything that a module of ``src`` imports, anywhere in it."""
    module = module_name(path)
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            name = "." * node.level + (node.module or "")
            base = resolve_name(name, package) if node.level else name
            yield from (f"{base}.{alias.name}" for alias in node.names)


def pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
