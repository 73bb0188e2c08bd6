"""Which reports a browser sends twice, once by each of the two policies of a response."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from . import browsers
from .report import Report, Shape

# The first version that delivers to Reporting-Endpoints what a policy reports. Of another
# browser nothing is taken for a repetition: to count twice is better than not at all.
SINCE: Final[Mapping[str, int]] = MappingProxyType({"Chrome": 96, "Edge": 96, "Firefox": 149})
LOST: Final = "frame-ancestors"  # report-to never delivers it


def is_repeated(report: Report, *, origin: str, user_agent: str) -> bool:
    """
    Tell whether the browser delivers by ``report-to``, too, what came by ``report-uri``.

    To be asked of reports that came to an address with ``delivery.TWIN`` in its query.
    ``origin`` and ``user_agent`` are headers of the request, "" where it has none. What
    ``report-to`` loses has no origin (a sandboxed document), or no status of its own (a frame
    of ``srcdoc`` or ``about:blank``, a worker), or is about ``frame-ancestors``.
    """
    if report.shape is not Shape.LEGACY or report.subject == LOST or not report.status:
        return False
    browser = browsers.classify(user_agent[: browsers.MAX_READ])
    since = SINCE.get(browser.family)
    return origin not in {"", "null"} and since is not None and browser.major >= since
