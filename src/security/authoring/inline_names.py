"""Names that mean something else in an event handler than in a script."""

from __future__ import annotations

from typing import Final

# The methods of elements and of the document, which a handler finds before it finds a function
# of the same name. HTML Standard, section 8.1.8.1, "get the current value of the event handler".
# Read on 2026-11-21 from the prototypes of EventTarget, Node, Element, Document and every HTML
# and SVG element in Chromium 156.
METHODS: Final = frozenset(
    {
        "__defineGetter__", "__defineSetter__", "__lookupGetter__", "__lookupSetter__", "__proto__",
        "add", "addEventListener", "addTextTrack", "adoptNode", "after", "animate",
        "animationsPaused", "append", "appendChild", "ariaNotify", "assign", "assignedElements",
        "assignedNodes", "attachInternals", "attachShadow", "before", "beginElement",
        "beginElementAt", "blur", "browsingTopics", "canPlayType", "cancelVideoFrameCallback",
        "captureEvents", "captureStream", "caretPositionFromPoint", "caretRangeFromPoint",
        "checkEnclosure", "checkIntersection", "checkValidity", "checkVisibility", "clear", "click",
        "cloneNode", "close", "closest", "compareDocumentPosition", "computedStyleMap", "contains",
        "createAttribute", "createAttributeNS", "createCDATASection", "createCaption",
        "createComment", "createDocumentFragment", "createElement", "createElementNS",
        "createEvent", "createExpression", "createNSResolver", "createNodeIterator",
        "createProcessingInstruction", "createRange", "createSVGAngle", "createSVGLength",
        "createSVGMatrix", "createSVGNumber", "createSVGPoint", "createSVGRect",
        "createSVGTransform", "createSVGTransformFromMatrix", "createTBody", "createTFoot",
        "createTHead", "createTextNode", "createTreeWalker", "createValueRange", "decode",
        "deleteCaption", "deleteCell", "deleteRow", "deleteTFoot", "deleteTHead", "deselectAll",
        "dispatchEvent", "elementFromPoint", "elementsFromPoint", "endElement", "endElementAt",
        "evaluate", "execCommand", "exitFullscreen", "exitPictureInPicture", "exitPointerLock",
        "focus", "forceRedraw", "getAnimations", "getAttribute", "getAttributeNS",
        "getAttributeNames", "getAttributeNode", "getAttributeNodeNS", "getBBox",
        "getBoundingClientRect", "getCTM", "getCharNumAtPosition", "getClientRects",
        "getComputedTextLength", "getContext", "getCurrentTime", "getElementById",
        "getElementsByClassName", "getElementsByName", "getElementsByTagName",
        "getElementsByTagNameNS", "getEnclosureList", "getEndPositionOfChar", "getExtentOfChar",
        "getHTML", "getIntersectionList", "getNumberOfChars", "getPointAtLength", "getRootNode",
        "getRotationOfChar", "getSVGDocument", "getScreenCTM", "getSelection", "getSimpleDuration",
        "getStartPositionOfChar", "getStartTime", "getSubStringLength", "getTotalLength",
        "getVideoPlaybackQuality", "hasAttribute", "hasAttributeNS", "hasAttributes",
        "hasChildNodes", "hasFocus", "hasOwnProperty", "hasPointerCapture", "hasPrivateToken",
        "hasRedemptionRecord", "hasStorageAccess", "hasUnpartitionedCookieAccess", "hidePopover",
        "importNode", "insertAdjacentElement", "insertAdjacentHTML", "insertAdjacentText",
        "insertBefore", "insertCell", "insertRow", "isDefaultNamespace", "isEqualNode",
        "isPointInFill", "isPointInStroke", "isPrototypeOf", "isSameNode", "item", "load",
        "lookupNamespaceURI", "lookupPrefix", "matches", "moveBefore", "namedItem", "normalize",
        "open", "pause", "pauseAnimations", "play", "prepend", "propertyIsEnumerable", "pseudo",
        "queryCommandEnabled", "queryCommandIndeterm", "queryCommandState", "queryCommandSupported",
        "queryCommandValue", "querySelector", "querySelectorAll", "releaseEvents",
        "releasePointerCapture", "remove", "removeAttribute", "removeAttributeNS",
        "removeAttributeNode", "removeChild", "removeEventListener", "replaceChild",
        "replaceChildren", "replaceWith", "reportValidity", "requestClose", "requestFullscreen",
        "requestPictureInPicture", "requestPointerLock", "requestStorageAccess", "requestSubmit",
        "requestVideoFrameCallback", "reset", "scroll", "scrollBy", "scrollIntoView",
        "scrollIntoViewIfNeeded", "scrollTo", "select", "selectSubString", "setAttribute",
        "setAttributeNS", "setAttributeNode", "setAttributeNodeNS", "setConstraints",
        "setCurrentTime", "setCustomValidity", "setHTML", "setHTMLUnsafe", "setMediaKeys",
        "setOrientToAngle", "setOrientToAuto", "setPointerCapture", "setRangeText",
        "setSelectionRange", "setSinkId", "setStdDeviation", "show", "showModal", "showPicker",
        "showPopover", "start", "startViewTransition", "stepDown", "stepUp", "stop", "submit",
        "suspendRedraw", "toBlob", "toDataURL", "toLocaleString", "toString", "toggleAttribute",
        "togglePopover", "transferControlToOffscreen", "unpauseAnimations", "unsuspendRedraw",
        "unsuspendRedrawAll", "valueOf", "webkitCancelFullScreen", "webkitExitFullscreen",
        "webkitMatchesSelector", "webkitRequestFullScreen", "webkitRequestFullscreen", "when",
        "write", "writeln",
    }
)  # fmt: skip
