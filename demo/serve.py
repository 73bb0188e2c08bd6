#!/usr/bin/env python
"""Start the demo shop: ``python demo/serve.py``; ``--help`` lists the options."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NEEDED = {  # modules, and the packages they are in
    "PIL": "Pillow",
    "django": "Django",
    "httpx": "httpx",
    "puremagic": "puremagic",
    "trustme": "trustme",
    "uvicorn": "uvicorn",
}


def main() -> int:
    # The shop is the package ``demo`` of this clone, hardened by the package beside it.
    sys.path[:1] = [str(ROOT), str(ROOT / "src")]
    missing = [package for name, package in NEEDED.items() if find_spec(name) is None]
    if missing:
        sys.stderr.write(f"The demo needs {', '.join(missing)}: install it with pip.\n")
        return 1
    os.environ["DJANGO_SETTINGS_MODULE"] = "demo.settings"
    from demo.server import main as serve

    try:
        return serve(sys.argv[1:])
    except KeyboardInterrupt:  # before the server could take the signal
        return 0


if __name__ == "__main__":
    sys.exit(main())
