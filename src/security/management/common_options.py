"""What manage.py takes for every command, also behind the name of a sub-command."""

from __future__ import annotations

import argparse
from typing import Any, Final

_COMMON: Final[tuple[tuple[tuple[str, ...], dict[str, Any]], ...]] = (
    (("-v", "--verbosity"), {"type": int, "choices": [0, 1, 2, 3]}),
    (("--settings",), {}),
    (("--pythonpath",), {}),
    (("--traceback",), {"action": "store_true"}),
    (("--no-color",), {"action": "store_true"}),
    (("--force-color",), {"action": "store_true"}),
)


def add_common(child: argparse.ArgumentParser) -> None:
    """Let the parser of a sub-command understand them; what stood before it is kept."""
    for flags, options in _COMMON:
        child.add_argument(*flags, default=argparse.SUPPRESS, help=argparse.SUPPRESS, **options)
