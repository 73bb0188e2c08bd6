"""What is refused in the parts of a DOCX or XLSX: types, relationships, fields of ECMA-376."""

from __future__ import annotations

import re
from typing import Final

from ..limits import Limits
from ..refusal import Refusal, gettext_noop
from .xml import Handler, split

MAX_FORMULA: Final = 65_536  # characters of a formula; Excel takes 8,192
MAX_ENDINGS: Final = 1_000  # types of a package beyond one for each part; usual are 20
MAX_FIELDS: Final = 1024 * 1024  # characters of all field instructions of one part

_PROGRAM: Final = re.compile(
    r"macroenabled|vbaproject|vbadata|macrosheet|activex|ms-office\.vba", re.IGNORECASE
)
_PROGRAM_NAME: Final = re.compile(
    r"vbaproject|vbadata|(?:^|/)activex(?:/|\d*\.)|(?:^|/)macrosheets/|(?:^|/)customui/",
    re.IGNORECASE,
)
_OBJECT_NAME: Final = re.compile(r"(?:^|/)oleobject|(?:^|/)embeddings/[^/]*\.bin$", re.IGNORECASE)
# The last word of a relationship's type. The rest of a document is reached by ordinary ones.
_OBJECTS: Final = {"oleobject", "control", "afchunk", "activexcontrolbinary", "vbaproject"}
_BAD_LINK: Final = re.compile(
    r"\s*(?:javascript|vbscript|data|ms-[a-z-]+|search-ms):", re.IGNORECASE
)
_ADDRESS: Final = re.compile(r"\s*(?:[a-z][a-z0-9+.-]*:|//|\\\\)", re.IGNORECASE)
_COMMANDS: Final = re.compile(
    r"[\s\"]*(DDEAUTO|DDE|INCLUDETEXT|INCLUDEPICTURE|INCLUDE|IMPORT|LINK|DATABASE|RD|MACROBUTTON)\b",
    re.IGNORECASE,
)
_PAINTED: Final = {"imagedata", "fill", "stroke", "image"}  # of VML, with an address of its own
_CONNECTIONS: Final = {"webPr", "dbPr", "olapPr", "textPr"}  # of a spreadsheet
_FETCHING: Final = {"ddeLink", "oleLink", "altChunk", "attachedTemplate", "connectString"}
# What a cell calls to fetch or run something, or by DDE ("|"), outside of quotes.
_QUOTED: Final = re.compile(r"\"[^\"]*\"|'[^']*'")
_CALLS: Final = re.compile(
    r"(?<![\w.])(?:_xlfn\.)?(?:WEBSERVICE|IMAGE|RTD|DDE|CALL|REGISTER|REGISTER\.ID|EXEC)\s*\(|\|",
    re.IGNORECASE,
)
_FORMULAS: Final = {"f", "definedName", "formula", "formula1", "formula2"}
_MATHEMATICS: Final = {  # in which "f" is a fraction
    "http://schemas.openxmlformats.org/officeDocument/2006/math",
    "http://purl.oclc.org/ooxml/officeDocument/math",
}


def has_program() -> Refusal:
    """Return the refusal of macros and controls."""
    return Refusal("office.macro", gettext_noop("The document has macros or other programs in it."))


def has_object(name: str) -> Refusal:
    """Return the refusal of an embedded object."""
    return Refusal(
        "office.ole",
        gettext_noop('The document has an object of another program in it: "%(name)s".'),
        name=name,
    )


def is_external(target: str) -> Refusal:
    """Return the refusal of what a document fetches when it is opened."""
    return Refusal(
        "office.external",
        gettext_noop('The document loads something from outside: "%(target)s".'),
        target=target,
    )


def refuse_name(name: str) -> None:
    """Raise ``Refusal`` for the name of a part that only a program or an object has."""
    if _PROGRAM_NAME.search(name):
        raise has_program()
    if _OBJECT_NAME.search(name):
        raise has_object(name)


class ContentTypes(Handler):
    """The types in ``[Content_Types].xml``."""

    def __init__(self, limits: Limits) -> None:
        self.found: set[str] = set()
        self._most = limits.max_entries + MAX_ENDINGS
        self._told = 0
        self._parts: dict[str, str] = {}
        self._endings: dict[str, str] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Remember a type. Raises ``Refusal`` for that of a program, and for too many."""
        self._told += 1
        if self._told > self._most:
            raise Refusal(
                "archive.entries",
                gettext_noop("The file holds more than %(limit)s files and folders."),
                limit=self._most,
            )
        kind = attributes.get("ContentType", "").partition(";")[0].strip().lower()
        if _PROGRAM.search(kind):
            raise has_program()
        if "oleobject" in kind:
            raise has_object(attributes.get("PartName", ""))
        if kind:
            self.found.add(kind)
            self._parts[attributes.get("PartName", "").lower().lstrip("/")] = kind
            self._endings[attributes.get("Extension", "").lower()] = kind

    def is_xml(self, name: str) -> bool:
        """Tell whether the part of this name is XML, whatever its name ends with."""
        name = name.lower()
        kind = self._parts.get(name) or self._endings.get(name.rpartition(".")[2], "")
        return kind.endswith(("+xml", "/xml"))


class Relationships(Handler):
    """A ``.rels`` part."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Raise ``Refusal`` for what leads outside and is no link that a reader clicks."""
        if split(name)[1] != "Relationship":
            return
        kind = attributes.get("Type", "").rstrip("/").rpartition("/")[2].lower()
        target = attributes.get("Target", "")
        if _PROGRAM.search(kind):
            raise has_program()
        if kind in _OBJECTS:
            raise has_object(target)
        outside = attributes.get("TargetMode", "").strip().lower() == "external"
        if kind == "hyperlink":
            if _BAD_LINK.match(target):
                raise is_external(target)
        elif outside or _ADDRESS.match(target):
            raise is_external(target)


class _Formula:
    """
    The text of a formula, judged at its end.

    It may be in an element inside, and is in one piece: what elements part is put together
    differently by different programs.
    """

    def __init__(self) -> None:
        self._text = ""
        self._depth = 0
        self._at = 0  # the depth that the text is at, or 0

    def start(self, name: str) -> None:
        """Meet a start tag. Raises ``Refusal`` where the text has begun."""
        namespace, local = split(name)
        if self._at:
            raise is_external(local)
        if self._depth or (local in _FORMULAS and namespace not in _MATHEMATICS):
            self._depth += 1

    def end(self) -> None:
        """Meet an end tag. Raises ``Refusal`` for what fetches or runs something."""
        if not self._depth:
            return
        self._depth -= 1
        if not self._depth:
            refuse_call(self._text)
            self._text, self._at = "", 0

    def text(self, text: str) -> None:
        """Collect the text. Raises ``Refusal`` where there is too much, or a second piece."""
        if not self._depth:
            return
        if text.strip():
            if self._at not in (0, self._depth):
                raise is_external("")
            self._at = self._depth
        self._text += text
        if len(self._text) > MAX_FORMULA:
            raise is_external("")


class Document(Handler):
    """Any other part: instructions of fields are put together, as a program does."""

    def __init__(self) -> None:
        self._instructions: list[str] = []
        self._size = 0
        self._reading = False
        self._formula = _Formula()

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Raise ``Refusal`` for an element that fetches or runs something."""
        local = split(name)[1]
        if local in _FETCHING or local in _CONNECTIONS:
            raise is_external(local)
        if local in _PAINTED and _ADDRESS.match(source := attributes.get("src", "")):
            raise is_external(source)
        self._formula.start(name)
        if local == "instrText":
            self._reading = True
        elif local == "fldChar" and self._instructions:
            self._judge()
        elif local == "fldSimple":
            for key, value in attributes.items():
                if split(key)[1] == "instr":
                    _refuse_command(value)

    def end(self, name: str) -> None:
        """Judge what is still open at the end of a paragraph."""
        self._formula.end()
        if split(name)[1] == "instrText":
            self._reading = False
        elif split(name)[1] in ("body", "hdr", "ftr", "document"):
            self._judge()

    def text(self, text: str) -> None:
        """Collect the instructions. Raises ``Refusal`` where there are too many."""
        self._formula.text(text)
        if not self._reading:
            return
        self._instructions.append(text)
        self._size += len(text)
        if self._size > MAX_FIELDS:
            self._judge()
            raise is_external("")

    def _judge(self) -> None:
        _refuse_command("".join(self._instructions))
        self._instructions.clear()


def _refuse_command(text: str) -> None:
    if found := _COMMANDS.match(text):
        raise is_external(found[1])


def refuse_call(formula: str) -> None:
    """Raise ``Refusal`` for a formula of a cell that fetches or runs something."""
    if found := _CALLS.search(_QUOTED.sub("", formula)):
        raise is_external(found[0])
