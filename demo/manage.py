#!/usr/bin/env python
"""Django's command line for the demo shop: ``python demo/manage.py check --deploy``."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    # The shop is the package ``demo`` of this clone, hardened by the package beside it.
    sys.path[:1] = [str(ROOT), str(ROOT / "src")]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "demo.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
