"""Subresource Integrity of static files: hashes recorded when they are collected."""
