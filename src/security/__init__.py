"""Harden a Django site, and prove it."""

__version__ = "0.1.0"
