"""Signals that other code may listen to."""

from __future__ import annotations

from typing import Final

from django.dispatch import Signal

# Violations to tell of. ``sender`` is the model ``ReportGroup``, ``alerts`` a tuple of
# ``security.reports.alert_text.Alert``. A receiver that raises is logged, and stops nothing.
report_alert: Final = Signal()
