"""Which policy each group of violations is held against: that of its own disposition."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from security.policy.csp.match import Policies, read_policies
from security.reports.evidence import Violation
from security.reports.replay import Outcome, judge

from .csp_current import Current

Part = tuple[Current, list[Violation]]


def held(currents: Sequence[Current], violations: Iterable[Violation]) -> tuple[Part, ...]:
    """
    Return each policy with the groups that were reported for it; at least one policy is given.

    Where several come into question, as for an enforced group while a candidate is enforced
    for some, it was one that does not let the group through. Groups of a policy that is not
    sent any more are held against those that are.
    """
    read = {one.setting: read_policies(str(one.policy)) for one in currents}
    found: dict[str, list[Violation]] = {one.setting: [] for one in currents}
    for violation in violations:
        told = violation.disposition
        asked = [one.setting for one in currents if told in one.dispositions] or list(found)
        if len(asked) > 1:
            asked = [name for name in asked if not _passes(read[name], violation)] or asked[-1:]
        for name in asked:
            found[name].append(violation)
    return tuple((one, found[one.setting]) for one in currents)


def telling(parts: Sequence[Part]) -> tuple[Part, ...]:
    """Return the policies that something was reported for, the first where nothing was."""
    return tuple(part for part in parts if part[1]) or tuple(parts[:1])


def _passes(policy: Policies, violation: Violation) -> bool:
    return judge(policy, violation).outcome is Outcome.ALLOWED
