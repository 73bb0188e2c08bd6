"""What the load test found, as text."""

from __future__ import annotations

from collections import Counter, defaultdict

from .load_guesses import judge
from .load_users import Run

SHOWN = 20  # problems that are printed; the rest are counted
PERCENTILES = (50, 95, 99)


def show(run: Run, checks: dict[str, list[float]], about: str, seconds: int) -> bool:
    """Print the tables; return whether everything held."""
    judged = list(judge(run.attempts, checks))
    problems = [*run.log.problems, *(text for each in judged for text in each.problems)]
    answers = [answer for answer in run.log.answers if answer.status]
    print(about)
    print(f"{len(answers)} answers, {len(answers) / seconds:.0f} a second\n")
    print(f"{'request':<10}{'answers':>8}" + "".join(f"{f'p{p} ms':>9}" for p in PERCENTILES))
    times = defaultdict(list)
    for answer in answers:
        kind = "refused" if answer.status == 429 else answer.kind
        times[kind].append((answer.answered - answer.sent) * 1000)
    for kind, found in sorted(times.items()):
        cells = "".join(f"{percentile(found, p):>9.0f}" for p in PERCENTILES)
        print(f"{kind:<10}{len(found):>8}{cells}")
    statuses = Counter(answer.status for answer in answers)
    print(f"\nstatus     {', '.join(f'{s}: {n}' for s, n in sorted(statuses.items()))}\n")
    print(f"{'attacked account':<24}{'checked':>9}{'at most':>9}{'refused':>9}")
    attacked = [each for each in judged if each.account.startswith("victim")]
    for each in attacked:
        print(f"{each.account:<24}{each.ran:>9}{each.allowed:>9}{each.refused:>9}")
    bursts = [each for each in judged if each not in attacked]
    ran, allowed = sum(each.ran for each in bursts), sum(each.allowed for each in bursts)
    refused = sum(each.refused for each in bursts)
    print(f"{f'{len(bursts)} bursts and unlocks':<24}{ran:>9}{allowed:>9}{refused:>9}\n")
    for what, number in sorted(run.counts.items()):
        print(f"{what:<28}{number:>6}")
    print(f"{'violations':<28}{len(problems):>6}")
    for text in problems[:SHOWN]:
        print(f"  {text}")
    return not problems


def percentile(values: list[float], share: int) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) * share // 100, len(ordered) - 1)]
