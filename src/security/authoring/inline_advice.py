"""What to do about inline code, in one sentence each."""

from __future__ import annotations

from enum import Enum
from typing import Final


class Kind(Enum):
    """What stands there; the value is its name in every output."""

    SCRIPT = "script"
    SCRIPT_SRC = "script-src"
    STYLE = "style"
    LINK = "link"
    PRELOAD = "preload"
    HANDLER = "handler"
    STYLE_ATTRIBUTE = "style-attribute"
    JAVASCRIPT_URL = "javascript-url"
    MARKUP = "markup-in-attribute"


class Remedy(Enum):
    """What helps: nothing has to, a nonce, a move to a static file, or a person."""

    NOTHING = "nothing"
    NONCE = "nonce"
    MOVE = "move"
    HAND = "hand"


HAS_NONCE: Final = "Nothing: it has a nonce."
IS_DATA: Final = "Nothing: a block of data does not run."
LOOSE: Final = (
    "Close, or part, the {{ or {% before it: the end of a mark would be taken for theirs."
)
SELF_SERVES: Final = "Nothing where style-src has 'self'; elsewhere add --links."
FIXED_NONCE: Final = "Write {{ csp_nonce }}: a nonce that is always the same protects nothing."

ADD: Final = {
    Kind.SCRIPT: "Add the nonce; --fix does it.",
    Kind.SCRIPT_SRC: "Add the nonce, which a strict policy wants here too; --fix does it.",
    Kind.STYLE: "Add the nonce; --fix does it.",
    Kind.LINK: "Add the nonce; --fix --links does it.",
    Kind.PRELOAD: "Add the nonce that its script has; --fix does it.",
}
THIRD_PARTY: Final = "Change it in a copy of your own: it is part of an installed package."
BY_HAND: Final = {
    Kind.HANDLER: "Bind it with addEventListener in a script that has the nonce",
    Kind.STYLE_ATTRIBUTE: "Move it to a class of a stylesheet",
    Kind.JAVASCRIPT_URL: "Make it a button with a listener: no nonce admits a javascript: URL",
    Kind.MARKUP: "Read it: where it becomes part of a page, its scripts and styles are blocked",
}
MOVABLE: Final = "; --extract does it."
UNMOVABLE: Final = "; --extract leaves it, since "
# Why no nonce may be written where one of these blocks is open.
ENCLOSED: Final = {
    "blocktrans": "Move it out of {% blocktrans %}: a nonce there changes what is translated.",
    "blocktranslate": (
        "Move it out of {% blocktranslate %}: a nonce there changes what is translated."
    ),
    "cache": "Move it out of {% cache %}: a nonce that was stored is an old one.",
    "code": "Look at it: {% code %} shows what stands in it, or changes it.",
    "compress": "Move it out of {% compress %}, which would compile anew for each nonce.",
    "filter": "Move it out of {% filter %}, which changes what stands in it.",
    "highlight": "Look at it: {% highlight %} shows what stands in it.",
    "macro": "Hand csp_nonce to the macro and write it by hand: a macro may not see it.",
    "raw": "Move it out of {% raw %}, in which no mark is read.",
    "trans": "Move it out of {% trans %}: a nonce there changes what is translated.",
    "verbatim": "Move it out of {% verbatim %}, in which no mark is read.",
}
