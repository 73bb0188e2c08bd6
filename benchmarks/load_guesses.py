"""Whether each limit was exact: no guess was checked too early, and none refused in vain."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from .load_browser import Answer
from .load_rules import delay

CLOCK = 0.002  # seconds; the site counts in whole milliseconds


class Attempt(NamedTuple):
    """One password for one account, in one round; a success or an unlock ends a round."""

    account: str
    round: int
    password: str
    answer: Answer


class Judged(NamedTuple):
    """What became of the attempts on one account in one round, and what would have been allowed."""

    account: str
    ran: int
    allowed: int
    refused: int
    problems: list[str]


def judge(attempts: list[Attempt], checks: dict[str, list[float]]) -> Iterator[Judged]:
    """
    Judge every account and round.

    ``checks`` are the times at which the site checked each password. An attempt was counted
    after it was sent and before its check: that bounds when, without any tolerance but the
    clock's.
    """
    rounds: dict[tuple[str, int], list[Attempt]] = defaultdict(list)
    for attempt in attempts:
        rounds[attempt.account, attempt.round].append(attempt)
    for (account, _), found in sorted(rounds.items()):
        yield _judge(account, found, checks)


def _judge(account: str, attempts: list[Attempt], checks: dict[str, list[float]]) -> Judged:
    problems = []
    for attempt in attempts:
        times, status = checks.get(attempt.password, []), attempt.answer.status
        if len(times) > 1 or (status == 429 and times) or (status in {200, 302} and not times):
            problems.append(f"{account}: {status} after {len(times)} checks of one password")
        elif status not in {0, 200, 302, 429}:
            problems.append(f"{account}: a guess was answered with {status}")
    ran = sorted(
        (checks[attempt.password][0], attempt.answer.sent)
        for attempt in attempts
        if checks.get(attempt.password)
    )
    for count, ((_, before), (at, _)) in enumerate(pairwise(ran), 1):
        if at - before < delay(count)[0] - CLOCK:
            problems.append(f"{account}: check {count + 1} only {at - before:.3f} s later")
    refused = [a.answer for a in attempts if a.answer.status == 429]
    problems += [
        f"{account}: refused at {answer.sent:.3f} without a reason"
        for answer in refused
        if not _is_due(answer, ran)
    ]
    end = max([a.answer.answered for a in attempts] + [at for at, _ in ran])
    start = min(a.answer.sent for a in attempts)
    room = min(allowed(end - start), len(attempts))
    return Judged(account, len(ran), room, len(refused), problems)


def _is_due(answer: Answer, ran: list[tuple[float, float]]) -> bool:
    """Tell whether some delay covers a moment between the question and the answer."""
    began = at = 0.0  # bounds of when the last of so many attempts was counted
    for count, (checked, sent) in enumerate(ran, 1):
        began, at = max(began, sent), max(at, checked)
        length = delay(count)[0]
        if length and began <= answer.answered and answer.sent <= at + length + CLOCK:
            return True
    return False


def allowed(elapsed: float) -> int:
    """Return how many attempts the delays leave room for in so many seconds."""
    count = 1
    while (elapsed := elapsed - delay(count)[0]) >= -CLOCK:
        count += 1
        if count > 10**6:
            raise AssertionError("the delays do not grow")
    return count
