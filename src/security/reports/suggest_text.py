"""A suggestion as a difference of a settings file, and as JSON."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import unified_diff
from typing import Any, Final

from security.policy.csp import CSP, ContentSecurityPolicy, Directive
from security.policy.csp.finding import Finding

from .suggest import Line, Suggestion
from .suggest_advice import Advice

SETTING: Final = "SECURE_CSP"
ADD: Final = "SECURITY_CSP_ADD"
MAX_REMARK: Final = 300  # characters of one remark; what is reported can be of any length
MAX_LINES: Final = 100  # of one kind of advice that changes nothing; JSON has them all
MAX_PAGES: Final = 3  # that a remark names
WIDTH: Final = 99  # columns
RARE: Final = "{} reported too rarely to be believed: lower --min-reports to have {} added."
_CONSTANTS: Final[Mapping[str, str]] = {str(word.value): f"CSP.{word.name}" for word in CSP}
_REMARKED: Final = (Advice.MARK, Advice.UNTOLD, Advice.LEAVE, Advice.FIXED)


Added = Mapping[str, Sequence[str]]


def text(suggestion: Suggestion, setting: str = SETTING, added: Added | None = None) -> str:
    """
    Return the change as a unified difference of ``setting``; all else as comments below it.

    Where a preset writes the policy, ``added`` is what ``SECURITY_CSP_ADD`` has, and that is
    what changes. The text is ASCII. Nothing that was reported can end a line or a comment.
    """
    lines = difference(suggestion, setting, added)
    if not lines:
        lines = [f"# No change of {setting} is suggested."]
    if rare := suggestion.rare:
        was = ("1 group was", "it") if rare == 1 else (f"{rare:,} groups were", "them")
        lines += _wrapped(RARE.format(*was), "# ")
    for finding in suggestion.warnings:
        lines += _wrapped(f"lint, {finding.severity.name}: {_finding(finding)}", "# ! ")
    for advice in _REMARKED:
        lines += _section(advice, suggestion.of(advice))
    return "\n".join(lines) + "\n"


def difference(
    suggestion: Suggestion, setting: str = SETTING, added: Added | None = None
) -> list[str]:
    """Return the lines of the unified difference, none where nothing changes."""
    remarks = {
        (one.verdict.directive, one.verdict.source): one for one in suggestion.of(Advice.ADD)
    }
    if added is None:
        before = list(_setting(setting, suggestion.current, {}))
        after = list(_setting(setting, suggestion.proposed, remarks))
    else:
        setting, more = ADD, _with(added, remarks)
        before = list(_setting(setting, _policy(added), {})) if added else []
        after = list(_setting(setting, _policy(more), remarks)) if more else []
    return list(unified_diff(before, after, setting, f"{setting} (suggested)", n=2, lineterm=""))


def objects(
    suggestion: Suggestion,
    setting: str = SETTING,
    others: Iterable[tuple[Suggestion, str]] = (),
) -> str:
    """
    Return all of it as one JSON object; texts as they were reported.

    Suggestions for other settings are objects of the same form under ``others``.
    """
    whole = _whole(suggestion, setting)
    if more := [_whole(*each) for each in others]:
        whole["others"] = more
    return json.dumps(whole, indent=2)


def _whole(suggestion: Suggestion, setting: str) -> dict[str, Any]:
    name, _, key = setting.partition("[")
    proposed = _mapping(suggestion.proposed)
    return {
        name: {json.loads(key.removesuffix("]")): proposed} if key else proposed,
        "changed": suggestion.proposed != suggestion.current,
        "current": _mapping(suggestion.current),
        "lines": [_object(line) for line in suggestion.lines],
        "warnings": [_warning(finding) for finding in suggestion.warnings],
    }


def _with(added: Added, more: Iterable[tuple[str, str]]) -> Added:
    found = {directive: list(sources) for directive, sources in added.items()}
    for directive, source in more:
        found.setdefault(directive, []).append(source)
    return found


def _policy(added: Added) -> ContentSecurityPolicy:
    return ContentSecurityPolicy(tuple(Directive(name, tuple(added[name])) for name in added))


def _setting(
    name: str, policy: ContentSecurityPolicy, remarks: Mapping[tuple[str, str], Line]
) -> Iterator[str]:
    yield f"{name} = {{"
    for directive in policy.directives:
        if not directive.values:
            yield f"    {json.dumps(directive.name)}: True,"
            continue
        yield f"    {json.dumps(directive.name)}: ["
        for value in directive.values:
            written = _CONSTANTS.get(value) or json.dumps(value)
            line = remarks.get((directive.name, value))
            yield f"        {written},{f'  # {_remark(line)}' if line else ''}"
        yield "    ],"
    yield "}"


def _remark(line: Line) -> str:
    parts = [f"{line.evidence}: {_pages(line)}", line.verdict.why]
    parts += [f"lint, {one.severity.name}: {_finding(one)}" for one in line.warnings]
    return _plain("; ".join(part.rstrip(".") for part in parts if part))


def _section(advice: Advice, lines: tuple[Line, ...]) -> list[str]:
    if not lines:
        return []
    written = ["", f"# {advice.value[:1].upper()}{advice.value[1:]}:"]
    for line in lines[:MAX_LINES]:
        verdict = line.verdict
        named = verdict.source or "something without a name"
        what = f"{verdict.directive} {named}: {line.evidence}, {_pages(line)}."
        written += _wrapped(f"{what[:MAX_REMARK]} {verdict.why}".strip(), "# - ")
    if len(lines) > MAX_LINES:
        written.append(f"# ... and {len(lines) - MAX_LINES:,} more.")
    return written


def _pages(line: Line) -> str:
    pages = line.evidence.pages
    more = len(pages) - MAX_PAGES
    named = ", ".join(pages[:MAX_PAGES])
    return f"on {named} and {more:,} more" if more > 0 else f"on {named}"


def _object(line: Line) -> dict[str, Any]:
    known = line.evidence
    return {
        "advice": line.verdict.advice.value,
        "directive": line.verdict.directive,
        "source": line.verdict.source,
        "why": line.verdict.why,
        "reports": known.count,
        "pages": list(known.pages),
        "browsers": list(known.browsers),
        "days": known.days,
        "visitors": known.visitors,
        "groups": [one.key for one in line.groups if one.key],
        "warnings": [_warning(finding) for finding in line.warnings],
    }


def _warning(finding: Finding) -> dict[str, Any]:
    return {
        "type": finding.type.value,
        "severity": finding.severity.name,
        "directive": finding.directive,
        "value": finding.value,
        "message": finding.message,
    }


def _finding(finding: Finding) -> str:
    return f"{finding.type.value}: {finding.message}"


def _mapping(policy: ContentSecurityPolicy) -> dict[str, list[str] | bool]:
    return {one.name: list(one.values) or True for one in policy.directives}


def _wrapped(remark: str, first: str) -> list[str]:
    return textwrap.wrap(
        _plain(remark),
        WIDTH,
        initial_indent=first,
        subsequent_indent="# ".ljust(len(first)),
        break_on_hyphens=False,
    )


def _plain(remark: str) -> str:
    """Return a text on one line of ASCII, cut."""
    cut = remark[: 3 * MAX_REMARK]
    line = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in cut)
    return line.encode("ascii", "backslashreplace").decode()[: 3 * MAX_REMARK]
