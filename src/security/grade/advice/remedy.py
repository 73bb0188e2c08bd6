"""What mends one problem, given what the project sets and what its pages need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from security.policy.csp.finding import Type
from security.policy.csp.vocabulary import DIRECTIVES as KNOWN_DIRECTIVES

from .change import PRESET, written
from .cookie_lines import OWNERS, owner
from .improved_policy import EDITS, POLICIES
from .markup import EMPTY_NONCE, HANDLER, INLINE_SCRIPT, SCRIPT_URL, Needs
from .problem import Problem
from .table import DIRECTIVES, FINDINGS, REMOVABLE, Row

# Values of settings that send nothing.
OFF: Final[tuple[object, ...]] = (None, False, 0, "", {}, [], ())
_CODE: Final = {INLINE_SCRIPT, HANDLER, SCRIPT_URL}
_MISSING: Final = f"csp.{Type.MISSING_DIRECTIVES}"


class Remedies:
    """Looks problems up in the table, for one site."""

    def __init__(self, installed: Mapping[str, object], page: Needs, hosts: Sequence[str]) -> None:
        self.installed = installed
        self.page = page
        self.hosts = hosts
        self.has_policy = any(installed.get(name) not in OFF for name in POLICIES)

    def settings(self, problem: Problem) -> dict[str, Any]:
        """Return the settings that mend a problem; none where no setting does."""
        cause = problem.cause
        wanted = dict(self._row(problem).settings)
        if cause.startswith("cookies."):
            return self._of_cookie(problem, wanted)
        if cause.startswith("csp.") and PRESET not in wanted and self._outgrows_balanced():
            return {PRESET: "strict"}
        if cause in REMOVABLE and not self.page.obstacles:
            return _removal(problem.subject)
        if cause.startswith("hsts.") and self.installed.get("SECURITY_HSTS_RAMP"):
            wanted.pop("SECURE_HSTS_SECONDS", None)
        if cause.startswith("coep.") and self.page.obstacles:
            wanted.pop("SECURITY_CROSS_ORIGIN_EMBEDDER_POLICY", None)
        if "CORS_ALLOW_CREDENTIALS" in wanted and not self.installed.get("CORS_ALLOW_CREDENTIALS"):
            return {}
        if cause == "disclosure.debug" and self.installed.get("ALLOWED_HOSTS", "*") in OFF:
            wanted["ALLOWED_HOSTS"] = list(self.hosts)
        if cause in {"frames.no-ancestors", f"csp.{Type.FRAME_ANCESTORS_MISSING}"}:
            option = str(self.installed.get("X_FRAME_OPTIONS", "")).lower()
            source = "'self'" if option == "sameorigin" else "'none'"
            wanted["SECURITY_CSP_REPLACE"] = {"frame-ancestors": [source]}
        return wanted

    def work(self, problem: Problem) -> tuple[str, str]:
        """Return what to do by hand about a problem, and the page that says more."""
        row = self._row(problem)
        if (problem.cause.startswith("csp.") or PRESET in row.settings) and self.page.obstacles:
            return _to_strict(self.page.obstacles)
        own = [name for name in self.settings(problem) if name in EDITS and name in self.installed]
        if own:
            addition = written(self.settings(problem)[own[0]])
            return f"Add {addition} to your {own[0]}.", "csp_parts.md"
        header = problem.header or "the header"
        default = (
            f"The settings are right already: a view, or a server before Django, sets {header}."
        )
        return row.work or default, row.docs

    def takes_preset(self, preset: str) -> bool:
        """Tell whether a preset may stand where the project has none, or a weaker one."""
        held = self.installed.get(PRESET)
        return held is None or (held == "balanced" and preset == "strict")

    def _row(self, problem: Problem) -> Row:
        row = FINDINGS[problem.cause]
        return DIRECTIVES.get(problem.subject or "", row) if problem.cause == _MISSING else row

    def _outgrows_balanced(self) -> bool:
        is_balanced = self.installed.get(PRESET) == "balanced"
        return is_balanced and not self.has_policy and not self.page.obstacles

    def _of_cookie(self, problem: Problem, wanted: Mapping[str, Any]) -> dict[str, Any]:
        kind = owner(problem.subject or "", self.installed)
        if kind is None:
            return {}
        settings = {name.format(kind): value for name, value in wanted.items()}
        name = f"{kind}_COOKIE_NAME"
        if name in settings:
            settings[name] = f"__Host-{self.installed.get(name, OWNERS[kind])}"
        return settings


def _to_strict(obstacles: Sequence[str]) -> tuple[str, str]:
    """Return what has to be done before a page takes the strict preset."""
    *others, last = obstacles
    listed = f"{', '.join(others)} and {last}" if others else last
    if _CODE & set(obstacles):
        command, docs = "'manage.py csp inline --fix' gives scripts their nonce", "csp_inline.md"
    elif obstacles == (EMPTY_NONCE,):
        command = 'add "security.context_processors.csp" to the context processors of TEMPLATES'
        docs = "quickstart.md"
    else:
        command = "'manage.py csp draft' writes the policy that the pages need"
        docs = "csp_draft.md"
    return f"The pages have {listed}: {command}; then take the strict preset.", docs


def _removal(subject: str | None) -> dict[str, Any]:
    directive, _, source = (subject or "").partition(" ")
    if directive not in KNOWN_DIRECTIVES or not source:
        return {}
    return {"SECURITY_CSP_REMOVE": {directive: [source]}}
