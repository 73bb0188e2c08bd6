"""Build the wheel and run the suite against it, in a place where ``src/`` cannot be imported."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from environments import ENVIRONMENTS, PYTEST, ROOT, install, prepare, run

PLACE = ENVIRONMENTS / "wheel"
CONTENTS = {"security", "djangosecure"}  # top-level names, beside the wheel's own metadata
ABOUT_THE_CLONE = ("browser", "meta")  # not about the wheel
ABOUT_SERVERS = ("faults", "serverconfig", "storing", "throttling", "upgrade", "working")
ABOUT_VALUES = ("grade", "policy", "reports", "uploads")  # which all the rest imports
ABOUT_SETTINGS = ("accounts", "checks", "compat", "middleware")  # of modules that the rest uses
LEFT_OUT = (*ABOUT_THE_CLONE, *ABOUT_SERVERS, *ABOUT_VALUES, *ABOUT_SETTINGS)


def build() -> Path:
    """Return a wheel made from the working copy."""
    shutil.rmtree(PLACE / "dist", ignore_errors=True)
    pip = (sys.executable, "-m", "pip", "-qq", "--disable-pip-version-check")
    offline = ("--no-deps", "--no-build-isolation")
    run(*pip, "wheel", *offline, "--wheel-dir", PLACE / "dist", ROOT)
    (wheel,) = (PLACE / "dist").glob("*.whl")
    return wheel


def strangers(wheel: Path) -> set[str]:
    """Return the top-level names in ``wheel`` that do not belong there."""
    with zipfile.ZipFile(wheel) as archive:
        top = {name.partition("/")[0] for name in archive.namelist()}
    return {name for name in top - CONTENTS if not name.endswith(".dist-info")}


def lay_out() -> Path:
    """Copy what the suite uses, but no source of the package, into an empty directory."""
    directory = PLACE / "copy"
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    ignore = shutil.ignore_patterns("__pycache__", "_build", "var")
    for name in ("demo", "docs", "tests"):
        shutil.copytree(ROOT / name, directory / name, ignore=ignore)
    shutil.copy(ROOT / "pyproject.toml", directory)
    return directory


def main() -> int:
    python = prepare(PLACE, Path(sys.executable), ("base", "test", "demo"))
    wheel = build()
    if found := strangers(wheel):
        print(f"{wheel.name} must hold {sorted(CONTENTS)} (got {sorted(found)} too).")
        return 1
    install(python, "--no-deps", "--force-reinstall", wheel)
    directory = lay_out()
    where = "import security, sys; sys.exit(not security.__file__.startswith(sys.prefix))"
    run(python, "-I", "-c", where)
    command: list[str | Path] = [python, *PYTEST]
    command += [f"--ignore=tests/{part}" for part in LEFT_OUT]
    command += sys.argv[1:]
    return subprocess.run(command, cwd=directory, stdin=subprocess.DEVNULL, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
