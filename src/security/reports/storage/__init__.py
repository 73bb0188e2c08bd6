"""
What the reports left in the database: groups, counts, a few whole reports, policies.

A report costs no change of its group. ``append`` writes what a whole batch brought as one row,
and ``fold`` adds many such rows up at once. Both count every arrival exactly once.
"""

from .connection import StorageUnavailable, alias
from .memory import forget
from .numbers import refused
from .prune import Pruned, prune
from .rejudge import rejudge, rule
from .write import append, fold, keep

__all__ = [
    "Pruned",
    "StorageUnavailable",
    "alias",
    "append",
    "fold",
    "forget",
    "keep",
    "prune",
    "refused",
    "rejudge",
    "rule",
]
