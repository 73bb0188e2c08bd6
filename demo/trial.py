"""The upload form, tried over the network: every sample through it, and what became of each."""

from __future__ import annotations

import re
import ssl
from collections.abc import Sequence
from dataclasses import dataclass

import httpx

from demo.card import TIMEOUT, Site
from demo.customs.samples import ATTACKS, SAMPLES, Sample
from demo.customs.verdict import Verdict
from demo.terminal import Style

FORM = "/customs/"
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
SHOWN = re.compile(r'id="sample-([\w-]+)" data-verdict="(\w*)"')


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one sample; empty where the page says nothing."""

    sample: Sample
    verdict: str

    @property
    def is_good(self) -> bool:
        return self.verdict == self.sample.expected


def try_uploads(site: Site) -> tuple[Outcome, ...]:
    """Send each sample, read the verdicts, take all away. Raises ``OSError`` without an answer."""
    trusted = ssl.create_default_context(cafile=str(site.authority))
    with httpx.Client(
        base_url=site.https,
        verify=trusted,
        timeout=TIMEOUT,
        headers={"Referer": site.https + FORM},
        trust_env=False,
    ) as visitor:
        try:
            token = _token(visitor.get(FORM).text)
            for sample in SAMPLES.values():
                file = (sample.name, sample.content, sample.media_type)
                visitor.post(FORM, data=token, files={"file": file})
            page = visitor.get(FORM).text
            visitor.post(f"{FORM}clear/", data=token)
        except httpx.HTTPError as error:
            raise OSError(str(error)) from error
    verdicts = dict(SHOWN.findall(page))
    return tuple(Outcome(one, verdicts.get(slug, "")) for slug, one in SAMPLES.items())


def _token(page: str) -> dict[str, str]:
    found = TOKEN.search(page)
    return {"csrfmiddlewaretoken": found[1]} if found else {}


def is_clean(outcomes: Sequence[Outcome]) -> bool:
    """Whether every attack came to nothing, and everything honest was let in."""
    return bool(outcomes) and all(outcome.is_good for outcome in outcomes)


def render(outcomes: Sequence[Outcome], style: Style) -> str:
    """Say in two lines what became of the samples; and name each that went another way."""
    attacks = [outcome for outcome in outcomes if outcome.sample in ATTACKS]
    refused, harmless = (
        sum(outcome.verdict == verdict for outcome in attacks)
        for verdict in (Verdict.REFUSED, Verdict.HARMLESS)
    )
    let_in = sum(outcome.is_good for outcome in outcomes if outcome.sample not in ATTACKS)
    lines = [
        style.bold("  Upload form"),
        f"  {len(attacks)} attacks: {refused} refused, {harmless} made harmless.",
        f"  {len(outcomes) - len(attacks)} honest files: {let_in} let in.",
    ]
    lines += [
        style.bad(f"  {one.sample.name}: {one.verdict or 'no verdict'}, not {one.sample.expected}")
        for one in outcomes
        if not one.is_good
    ]
    return "\n".join(lines)
