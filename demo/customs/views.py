"""The customs house: everything that comes ashore is opened here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from threading import BoundedSemaphore

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from demo.customs import hold
from demo.customs.forms import ArrivalForm
from demo.customs.models import Arrival
from demo.customs.samples import ATTACKS, HONEST, SAMPLES, Sample
from demo.customs.verdict import Verdict
from demo.keep import remove
from security.uploads.serve.headers import content_disposition
from security.uploads.types import TYPES

AGES = {10: "10 seconds", 60: "a minute", 600: "ten minutes"}  # of a signed link
AGE = 60
OFFICERS = BoundedSemaphore(2)  # a picture may take 200 MB of memory while it is made anew


@require_http_methods(["GET", "HEAD", "POST"])
def hall(request: HttpRequest) -> HttpResponse:
    """Take one file, and show what became of all that this visitor sent."""
    form = ArrivalForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and (arrival := _opened(request, form)):
        place = f"sample-{arrival.sample.slug}" if arrival.sample else "verdict"
        return redirect(f"{reverse('customs:hall')}#{place}")
    rows = list(hold.arrivals(request))
    attacks = _tried(ATTACKS, rows)
    asked = request.GET.get("for")
    context = {
        "form": form,
        "types": TYPES.values(),
        "latest": rows[0] if rows else None,
        "attacks": attacks,
        "tally": _tally(attacks),
        "honest": _tried(HONEST, rows),
        "ashore": [row for row in rows if not row.rule],
        "refused": [row for row in rows if row.rule],
        "ages": AGES,
        "age": next((age for age in AGES if str(age) == asked), AGE),
    }
    return render(request, "customs/hall.html", context)


def _opened(request: HttpRequest, form: ArrivalForm) -> Arrival | None:
    """Return what came of the file in the form; ``None`` where there is none."""
    with OFFICERS:
        if not form.is_valid() and form.refusal is None:
            return None
        visitor = hold.welcome(request)
        arrival = form.record(visitor)
        hold.make_room(visitor)
        return arrival


def _tried(samples: tuple[Sample, ...], rows: list[Arrival]) -> list[tuple[Sample, Arrival | None]]:
    """Return each sample with the last of its arrivals."""
    latest = {row.name: row for row in reversed(rows)}
    return [(sample, latest.get(sample.name)) for sample in samples]


def _tally(tried: Sequence[tuple[Sample, Arrival | None]]) -> str:
    """Say how many attacks were sent, and what became of them."""
    verdicts = Counter(arrival.verdict for _, arrival in tried if arrival)
    if not verdicts:
        return ""
    through = verdicts.total() - verdicts[Verdict.REFUSED] - verdicts[Verdict.HARMLESS]
    return (
        f"{verdicts.total()} of {len(tried)} sent: {verdicts[Verdict.REFUSED]} refused, "
        f"{verdicts[Verdict.HARMLESS]} made harmless, {through or 'none'} got through."
    )


@require_POST
def clear(request: HttpRequest) -> HttpResponse:
    """Forget all that this visitor sent."""
    for row in hold.arrivals(request):
        remove(row, "file")
    return redirect("customs:hall")


@require_safe
def sample(_: HttpRequest, slug: str) -> HttpResponse:
    """Hand out a sample, to be saved: as it is, it must not open here either."""
    if (found := SAMPLES.get(slug)) is None:
        raise Http404
    headers = {
        "Content-Disposition": content_disposition(found.name, is_inline=False),
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    return HttpResponse(found.content, content_type="application/octet-stream", headers=headers)
