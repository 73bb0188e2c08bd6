"""What a grader looks at in the HTML of a page: meta policies and scripts."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass(frozen=True, slots=True)
class Script:
    source: str  # the src attribute; empty for an inline script
    has_integrity: bool


@dataclass(slots=True)
class Page:
    """Meta policies, meta referrer and script elements, in document order."""

    policies: list[str] = field(default_factory=list)
    referrer: str = ""  # of several meta tags the last one that says anything
    scripts: list[Script] = field(default_factory=list)


def read_page(body: str) -> Page:
    """Collect what the rules need from ``body``; broken HTML is read as far as it goes."""
    parser = _Parser()
    parser.feed(body)
    parser.close()
    return parser.page


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Page()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in reversed(attrs)}  # the first one counts
        if tag == "script":
            script = Script(values.get("src", ""), bool(values.get("integrity")))
            self.page.scripts.append(script)
        elif tag == "meta":
            content = values.get("content", "")
            if values.get("http-equiv", "").strip().lower() == "content-security-policy":
                self.page.policies.append(content)
            elif values.get("name", "").strip().lower() == "referrer" and content.strip():
                self.page.referrer = content
