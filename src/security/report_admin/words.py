"""What a group of reports says, in a sentence for people who do not know the directives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from security.reports.report import Disposition, Kind
from security.reports.visible import MAX_SHOWN, visible

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from security.models import ReportGroup

    Texts = Mapping[str, _StrPromise]

_THINGS: Final[Texts] = {
    "base-uri": gettext_lazy("A <base> element"),
    "child-src": gettext_lazy("A frame or worker"),
    "connect-src": gettext_lazy("A request by a script"),
    "default-src": gettext_lazy("Something that the policy has no directive for"),
    "fenced-frame-src": gettext_lazy("A fenced frame"),
    "font-src": gettext_lazy("A font"),
    "form-action": gettext_lazy("The target of a form"),
    "frame-src": gettext_lazy("A frame"),
    "img-src": gettext_lazy("An image"),
    "manifest-src": gettext_lazy("An app manifest"),
    "media-src": gettext_lazy("Audio or video"),
    "object-src": gettext_lazy("A plug-in"),
    "prefetch-src": gettext_lazy("A prefetch"),
    "script-src": gettext_lazy("A script"),
    "script-src-attr": gettext_lazy("An event handler"),
    "script-src-elem": gettext_lazy("A script"),
    "style-src": gettext_lazy("A style sheet"),
    "style-src-attr": gettext_lazy("A style attribute"),
    "style-src-elem": gettext_lazy("A style sheet"),
    "worker-src": gettext_lazy("A worker"),
}
_INLINE: Final[Texts] = {
    "script-src": gettext_lazy("Code written into the page"),
    "script-src-attr": gettext_lazy("An event handler attribute such as onclick"),
    "script-src-elem": gettext_lazy("A script written into the page"),
    "style-src": gettext_lazy("Styles written into the page"),
    "style-src-attr": gettext_lazy("A style attribute"),
    "style-src-elem": gettext_lazy("A style element written into the page"),
}
_WORDS: Final[Texts] = {
    "eval": gettext_lazy("Text that was to run as code, by eval() or the like,"),
    "wasm-eval": gettext_lazy("WebAssembly that was to be compiled"),
    "trusted-types-sink": gettext_lazy("A plain text in a place where it could become code"),
    "trusted-types-policy": gettext_lazy("A Trusted Types policy of a name that is not allowed"),
}
_KINDS: Final[Texts] = {
    Kind.CSP_HASH: gettext_lazy("A script ran, and the browser told its hash: %(blocked)s."),
    Kind.COOP: gettext_lazy(
        "A window was cut off from the one that opened it, or reached for it, across origins."
    ),
    Kind.COEP: gettext_lazy("%(blocked)s did not agree to be loaded by this site (COEP)."),
    Kind.PERMISSIONS: gettext_lazy("The page asked for %(subject)s, which its policy turns off."),
    Kind.POTENTIAL_PERMISSIONS: gettext_lazy(
        "A frame could not be given %(subject)s, which the policy turns off."
    ),
    Kind.DOCUMENT_POLICY: gettext_lazy("The page went beyond its document policy: %(subject)s."),
    Kind.INTEGRITY: gettext_lazy("%(blocked)s was loaded without an integrity attribute."),
    Kind.CONNECTION: gettext_lazy("A connection to %(blocked)s is on no allow-list."),
    Kind.DEPRECATION: gettext_lazy("The page uses what browsers will drop: %(subject)s."),
    Kind.INTERVENTION: gettext_lazy("The browser stepped in: %(subject)s."),
    Kind.CRASH: gettext_lazy("The page crashed."),
    Kind.NETWORK: gettext_lazy("A request failed: %(subject)s."),
}
_OVERFLOW: Final = gettext_lazy(
    "Reports beyond the number of new violations that are told apart in an hour. What they have "
    "in common is their kind."
)
_UNKNOWN: Final = gettext_lazy("A report of a type that is not known here.")
_FRAMED: Final = gettext_lazy("Another site tried to frame the page; it")
_NOTHING: Final = gettext_lazy("something that the browser did not name")


def in_words(group: ReportGroup) -> str:
    """Return one sentence. What was reported stands in it as ``visible`` writes it."""
    if group.overflow:
        return str(_OVERFLOW)
    if group.kind != Kind.CSP:
        sentence = _KINDS.get(group.kind, _UNKNOWN)
        blocked = visible(group.blocked, MAX_SHOWN) or str(_NOTHING)
        told = str(sentence) % {"subject": visible(group.subject, MAX_SHOWN), "blocked": blocked}
        return told if group.blocked else told[:1].upper() + told[1:]
    if group.disposition == Disposition.REPORT:
        return _("%(what)s would have been blocked; the policy only reports.") % {
            "what": _what(group)
        }
    return _("%(what)s was blocked.") % {"what": _what(group)}


def _what(group: ReportGroup) -> str:
    """Return what was blocked, as the beginning of a sentence."""
    subject, blocked = group.subject, group.blocked
    if subject == "frame-ancestors":
        return str(_FRAMED)
    if blocked == "inline":
        return str(_INLINE.get(subject, _INLINE["script-src"]))
    if (word := _WORDS.get(blocked)) is not None:
        return str(word)
    thing = _THINGS.get(subject)
    what = visible(subject, MAX_SHOWN) if thing is None else str(thing)
    if not blocked:
        return what
    if blocked == "self":
        return _("%(what)s of the page's own origin") % {"what": what}
    return _("%(what)s from %(place)s") % {"what": what, "place": visible(blocked, MAX_SHOWN)}


VERDICTS: Final[Texts] = {
    "kept": gettext_lazy("Something that the site may have done itself: look at it."),
    "own": gettext_lazy(
        "What was stopped came from the page's own host: the policy is too narrow."
    ),
    "noise": gettext_lazy("An extension, an app or a program on the visitor's machine did it."),
    "defect": gettext_lazy("A browser reports what it should not."),
    "unknown": gettext_lazy("It says too little, or is of a type that is not known here."),
}
