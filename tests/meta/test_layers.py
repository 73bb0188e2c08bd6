from __future__ import annotations

import ast
import sys

import pytest
from tests.meta.tree import SOURCE, imports, label, pyproject, python_files

FETCHING = {"fetch", "site"}  # the half of grade/ that talks to a site
# The half of reports/ that talks to a site.
SERVING = {"alerts", "intake", "receiver", "routes", "stored", "tokens", "webhook", "worker"}
REPORTS = {path.stem for path in (SOURCE / "security" / "reports").glob("*.py")}
# A middleware runs there; the leader of a group commit writes where Django's views do.
RUNNERS = {
    SOURCE / "security" / "middleware" / "_run.py",
    SOURCE / "security" / "reports" / "sinks" / "commit.py",
}


def is_pure(parts: tuple[str, ...]) -> bool:
    """Tell whether a module below ``src/security`` must do without any framework."""
    match parts:
        case ("policy", *_):
            return True
        case ("grade", "render", "terminal.py"):
            return False  # rich draws its tables
        case ("grade", name, *_):
            return name.removesuffix(".py") not in FETCHING
        case ("reports", name, *_):
            return name.removesuffix(".py") in REPORTS - SERVING
    return False


PURE = [
    path
    for path in python_files("src/security")
    if is_pure(path.relative_to(SOURCE / "security").parts)
]


@pytest.mark.parametrize("path", PURE, ids=label)
def test_what_decides_imports_the_standard_library_only(path):
    ours = ("security.policy.", "security.grade.", "security.reports.", "security.__version__.")
    foreign = [
        name
        for name in imports(path)
        if name.partition(".")[0] not in sys.stdlib_module_names and not f"{name}.".startswith(ours)
    ]
    assert foreign == []


@pytest.mark.parametrize("path", python_files("src/security/policy"), ids=label)
def test_a_policy_imports_policies_only(path):
    ours = [name for name in imports(path) if name.partition(".")[0] == "security"]
    assert [name for name in ours if not f"{name}.".startswith("security.policy.")] == []


@pytest.mark.parametrize("path", python_files("src"), ids=label)
def test_two_modules_alone_hand_work_to_a_thread(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {
        name
        for node in ast.walk(tree)
        for name in (
            getattr(node, "id", None),  # a name
            getattr(node, "attr", None),  # an attribute
            getattr(node, "name", None),  # an import
        )
    }
    assert path in RUNNERS or not names & {"sync_to_async", "async_to_sync"}


def test_every_module_stands_in_a_layer():
    contract = pyproject()["tool"]["importlinter"]["contracts"][0]
    named = " ".join(contract["layers"])
    modules = {
        f"security.{path.relative_to(SOURCE / 'security').parts[0].removesuffix('.py')}"
        for path in python_files("src/security")
    } - {"security.__init__", "security.migrations"}
    assert sorted(name for name in modules if name not in named) == []
