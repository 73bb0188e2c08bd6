"""What is refused in the parts of an ODT. OpenDocument 1.3 part 3: scripts, events, references."""

from __future__ import annotations

import re
from typing import Final

from ..refusal import Refusal, gettext_noop
from .office_parts import has_object, has_program, is_external, refuse_call
from .xml import Handler, split

MIMETYPE: Final = b"application/vnd.oasis.opendocument.text"

_SCRIPT_NAME: Final = re.compile(
    r"(?:^|/)(?:Basic|Scripts)/|(?:^|/)script-l[bc]\.xml$", re.IGNORECASE
)
_PROGRAMS: Final = {"applet", "plugin", "event-listener", "script", "macro", "execute-macro"}
_OBJECTS: Final = {"object-ole"}
_FETCHING: Final = {"floating-frame", "dde-source", "dde-connection-decl", "dde-link"}
_FORMULA: Final = "urn:oasis:names:tc:opendocument:xmlns:table:1.0 formula"
_LINK: Final = "http://www.w3.org/1999/xlink href"
_CLICKED: Final = {"a", "hyperlink-behaviour"}
_BAD_LINK: Final = re.compile(
    r"\s*(?:javascript|vbscript|data|macro|script|vnd\.sun\.star[^:]*|service|slot|\.uno):",
    re.IGNORECASE,
)
_OUTSIDE: Final = re.compile(
    r"\s*+(?:[a-z][a-z0-9+.-]*:|/|\\|(?:[^?#]*/)?\.\.(?:/|\Z))", re.IGNORECASE
)
_SCRIPTS: Final = "urn:oasis:names:tc:opendocument:xmlns:script:1.0"


def refuse_script_name(name: str) -> None:
    """Raise ``Refusal`` for the name of a part that only a macro has."""
    if _SCRIPT_NAME.search(name):
        raise has_program()


class OpenDocument(Handler):
    """Any part of an ODF package that is XML."""

    def __init__(self, name: str) -> None:
        self._name = name

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Raise ``Refusal`` for what runs, or is fetched when the document is opened."""
        namespace, local = split(name)
        if namespace == _SCRIPTS or local in _PROGRAMS:
            raise has_program()
        if local in _OBJECTS:
            raise has_object(self._name)
        if local in _FETCHING:
            raise is_external(local)
        if local == "encryption-data":
            raise Refusal("archive.encrypted", gettext_noop("The file is protected by a password."))
        refuse_call(attributes.get(_FORMULA, ""))
        target = attributes.get(_LINK, "")
        if _BAD_LINK.match(target):
            raise has_program()
        if local == "template":  # where it came from: a path of the author's is usual
            if re.match(r"\s*(?:https?:|ftp:|//|\\\\)", target, re.IGNORECASE):
                raise is_external(target)
        elif local not in _CLICKED and _OUTSIDE.match(target):
            raise is_external(target)
