"""Violation reports: bytes become typed reports, get a verdict, are scrubbed and grouped."""
