"""Harden a Django site, and prove it."""
