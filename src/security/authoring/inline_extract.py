"""
Move event handlers and ``style`` attributes to a static file, where that changes nothing.

What moves is described by two small grammars; whatever they do not know stays. An attribute
becomes ``data-csp-...``, whose value is a digest of what it held: the same code has the same
name, and a second run finds nothing to do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from hashlib import sha256
from typing import Final

from .inline_advice import Kind
from .inline_fix import Edit
from .inline_names import METHODS
from .inline_scan import Occurrence

MAX_CODE = 500  # characters of an attribute; what is longer is a script, and deserves a name

# Events that a person causes, on the element itself: there is time to bind them.
EVENTS: Final = (
    "blur", "change", "click", "dblclick", "focus", "input", "keydown", "keypress", "keyup",
    "mousedown", "mouseout", "mouseover", "mouseup", "reset", "select", "submit",
)  # fmt: skip
# Objects that a handler and a script see alike; any other name may be a field of the form.
_OBJECTS: Final = frozenset(
    {"console", "document", "event", "history", "location", "this", "window"}
)
# Words that are no functions, so that what follows is no call.
_RESERVED: Final = frozenset(
    {
        "await", "break", "case", "catch", "class", "const", "continue", "debugger", "default",
        "delete", "do", "else", "enum", "eval", "export", "extends", "finally", "for", "function",
        "if", "import", "in", "instanceof", "let", "new", "return", "static", "super", "switch",
        "throw", "try", "typeof", "var", "void", "while", "with", "yield",
    }
)  # fmt: skip
_SWITCHED: Final = frozenset({"display", "visibility"})

_WORD: Final = r"[A-Za-z_$][A-Za-z0-9_$]*"
_PATH: Final = rf"{_WORD}(?:\.{_WORD})*"
_LETTERS: Final = r"[^'\"\\<>&`\x00-\x1f\x7f\u2028\u2029]*"
_PLAIN: Final = (
    rf"(?:-?[0-9]+(?:\.[0-9]+)?|'{_LETTERS}'|\"{_LETTERS}\""
    rf"|true|false|null|(?:this|event)(?:\.{_WORD})*)"
)
_CALL: Final = rf"(?P<path>{_PATH})\( *(?:{_PLAIN}(?: *, *{_PLAIN})*)? *\)"
_STATEMENT = re.compile(rf" *(?:(?:return +)?{_CALL}|return +(?:true|false)) *(?:;|\Z)")

_NAME: Final = r"-?[a-z]+(?:-[a-z]+)*"
_VALUE: Final = r"[A-Za-z0-9#%.,()+* /-]+(?:! ?important)?"
_DECLARATION = re.compile(rf"\s*(?P<name>{_NAME})\s*:\s*(?P<value>{_VALUE})\s*(?:;|\Z)", re.ASCII)
_FOREIGN = re.compile(r"/\*|\*/|(?:expression|image|src|url)\(", re.IGNORECASE | re.ASCII)


class Sheet(Enum):
    """The two kinds of static file; the value is how their names end."""

    CSS = ".css"
    JS = ".js"


@dataclass(frozen=True, slots=True)
class Move:
    """What takes the place of an attribute, and the line that goes to a static file."""

    edit: Edit
    sheet: Sheet
    line: str


# What a new file begins with. The lines that follow are only ever added, never changed.
HEADERS: Final = {
    Sheet.CSS: "/* Styles that stood in templates, from manage.py csp inline --extract. */\n",
    Sheet.JS: """\
// Event handlers that stood in templates, from manage.py csp inline --extract.
window.cspExtracted ??= (() => {
  const events = [EVENTS];
  const selector = events.map((name) => `[data-csp-on${name}]`).join();
  const handlers = new Map();
  const bound = new WeakSet();

  function bind(element) {
    if (bound.has(element)) return;
    bound.add(element);
    for (const name of events) {
      const handler = handlers.get(element.getAttribute(`data-csp-on${name}`));
      if (handler) element[`on${name}`] = handler;
    }
  }

  function bindAll(root) {
    if (root.matches?.(selector)) bind(root);
    root.querySelectorAll?.(selector).forEach(bind);
  }

  document.addEventListener("DOMContentLoaded", () => {
    bindAll(document);
    new MutationObserver((records) => {
      for (const record of records) record.addedNodes.forEach(bindAll);
    }).observe(document, { childList: true, subtree: true });
  });
  return handlers;
})();
""".replace("EVENTS", ", ".join(f'"{event}"' for event in EVENTS)),
}


def move(found: Occurrence) -> Move | str:
    """Return how an attribute moves, or why it cannot: words behind "since", without a dot."""
    if found.obstacle:
        return found.obstacle
    if len(found.value) > MAX_CODE:
        return f"it has more than {MAX_CODE} characters"
    if found.kind is Kind.HANDLER:
        return _moved_handler(found)
    if found.kind is Kind.STYLE_ATTRIBUTE:
        return _moved_style(found)
    return "only handlers and style attributes move"


def _moved_handler(found: Occurrence) -> Move | str:
    event, code = found.attribute.removeprefix("on"), found.value.strip()
    if found.element in {"body", "frameset"}:
        return f"on <{found.element}> it may be the window's"
    if event not in EVENTS:
        return f"{event} may happen before a file is loaded"
    if reason := _unsafe_code(code):
        return reason
    key = f"{event}-{_digest(code)}"
    body = code.rstrip("; ")
    line = f'cspExtracted.set("{key}", function (event) {{ {body}; }});'
    return Move(Edit(found.start, found.end, f'data-csp-on{event}="{key}"'), Sheet.JS, line)


def _unsafe_code(code: str) -> str:
    """Return why code means something else in a script, or may, and ``""`` if it does not."""
    if not code:
        return "it is empty, and can go"
    position = 0
    while position < len(code):
        match = _STATEMENT.match(code, position)
        if not match:
            return "it is more than calls with plain arguments"
        position = match.end()
        path = (match["path"] or "window").split(".")
        if path[0] in _RESERVED:
            return "it is more than calls with plain arguments"
        if len(path) > 1 and path[0] not in _OBJECTS:
            return f"{path[0]} may be a field of the form"
        if len(path) == 1 and path[0] in METHODS:
            return f"{path[0]}() may be a method of the element"
    return ""


def _moved_style(found: Occurrence) -> Move | str:
    declarations: list[str] = []
    position = 0
    while position < len(found.value.rstrip()):
        match = _DECLARATION.match(found.value, position)
        if not match or _FOREIGN.search(match["value"]) or not _is_balanced(match["value"]):
            return "it is more than plain declarations"
        if match["name"] in _SWITCHED:
            return f"scripts often switch {match['name']}"
        position = match.end()
        declarations.append(f"{match['name']}: {match['value'].strip()};")
    if not declarations:
        return "it is empty, and can go"
    body = " ".join(declarations)
    key = _digest(body)
    # Two ids that no element has: as strong as few rules are, and weaker than a script's style.
    line = f'[data-csp-style="{key}"]:not(#\\#):not(#\\#) {{ {body} }}'
    return Move(Edit(found.start, found.end, f'data-csp-style="{key}"'), Sheet.CSS, line)


def _is_balanced(value: str) -> bool:
    """Tell whether every bracket closes: one that does not would swallow the rules behind it."""
    depth = 0
    for character in value:
        depth += (character == "(") - (character == ")")
        if depth < 0:
            return False
    return not depth


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:12]


def extended(existing: str, sheet: Sheet, lines: Iterable[str]) -> str:
    """Return a static file with those lines added at its end that it does not have."""
    known = set(existing.splitlines())
    new = [line for line in dict.fromkeys(lines) if line not in known]
    start = existing or HEADERS[sheet]
    gap = "" if start.endswith("\n") else "\n"
    return "\n".join([start + gap + new[0], *new[1:], ""]) if new else existing


def file_name(app: str, sheet: Sheet) -> str:
    """Return the name of the static file of an app, as ``{% static %}`` takes it."""
    return f"{app}/csp-extracted{sheet.value}"


def loading(app: str, sheet: Sheet) -> str:
    """Return the element that loads the static file, for the head of a page."""
    url = f"{{% static '{file_name(app, sheet)}' %}}"
    nonce = 'nonce="{{ csp_nonce }}"'
    if sheet is Sheet.CSS:
        return f'{{% load static %}}<link rel="stylesheet" {nonce} href="{url}">'
    return f'{{% load static %}}<script {nonce} src="{url}" defer></script>'
