"""One value, written so that each server reads back the same bytes."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from security.policy import grammar
from security.policy.errors import PolicyError, must_be

MAX_NGINX: Final = 4000  # bytes of a parameter; nginx reads its file in buffers of 4096
MAX_APACHE: Final = 8000  # bytes of a line of a response's head

_GLOB: Final = re.compile(r"[*?\[\]]")


def value(text: str) -> str:
    """
    Return what may be a header value in a file: not empty, no blank at either end.

    Raises ``PolicyError`` for anything else, and for what no header may carry.
    """
    grammar.text(text, "a header value")
    if not text or text != text.strip(" "):
        raise must_be("a header value with no blank at either end", text)
    return text


def nginx(text: str, dollar: str) -> str:
    """
    Write a value for nginx. ``dollar`` is the variable that holds a ``$``.

    nginx has no escape for a dollar: in every parameter that may hold variables it starts one.
    """
    escaped = value(text).replace("\\", "\\\\").replace('"', '\\"').replace("$", f"${{{dollar}}}")
    if len(escaped) > MAX_NGINX:
        raise must_be(
            f"at most {MAX_NGINX} characters long for nginx",
            f"{len(escaped)} characters",
            hint="Let Django send it, on a page of its own.",
        )
    return f'"{escaped}"'


def apache(text: str) -> str:
    """Write a value of ``Header``: ``%`` starts a variable, ``${`` one of the file."""
    if len(value(text)) > MAX_APACHE:
        raise must_be(f"at most {MAX_APACHE} characters long for Apache", f"{len(text)} characters")
    if text[:5].lower() == "expr=":
        raise must_be("a value that does not begin with 'expr=', which Apache would run", text)
    return apache_word(text.replace("\\", "\\\\").replace("%", "%%"))


def apache_word(text: str) -> str:
    """Write one argument of a directive of Apache."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + escaped.replace("${", "${bulwark_dollar}{") + '"'


def caddy(text: str) -> str:
    """
    Write a value for Caddy: braces are escaped, since they hold placeholders; not where only
    the closing one is there, since Caddy then looks for none, and keeps the backslash.

    Raises ``PolicyError`` where it has ``{$``, which Caddy replaces before it reads anything
    else, and where it has what neither of its two kinds of quotes can hold.
    """
    if "{$" in value(text):
        raise must_be("without '{$', for which Caddy has no escape", text)
    if text == "}":
        raise must_be("more than a closing brace, which ends a block of Caddy", text)
    escaped = re.sub(r"([{}])", r"\\\1", text) if "{" in text else text
    if "`" not in escaped:
        return f"`{escaped}`"
    if '\\"' in escaped or escaped.endswith("\\"):
        raise must_be("without a backtick and a backslash before a quote, for Caddy", text)
    return '"' + escaped.replace('"', '\\"') + '"'


def named(name: str, quote: Callable[[str], str], text: str) -> str:
    """Write a value; an error says whose it was."""
    try:
        return quote(text)
    except PolicyError as error:
        raise PolicyError(str(error), hint=error.hint, path=name) from error


def path(text: str, server: str) -> str:
    """
    Return the path of a file or folder if the server can be told it.

    Raises ``PolicyError`` for a relative path, and for characters that mean something else.
    """
    if not text.startswith("/"):
        raise must_be("an absolute path", text)
    if not text.isprintable() or not text.isascii():
        raise must_be("a path of printable ASCII characters", text)
    if server == "nginx" and "$" in text:
        raise must_be("a path without '$', which starts a variable of nginx", text)
    if server == "apache" and _GLOB.search(text):
        raise must_be("a path without '*', '?', '[' and ']', which Apache takes for patterns", text)
    if text != text.strip(" "):
        raise must_be("a path with no blank at its end", text)
    return text
