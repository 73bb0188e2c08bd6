"""Honest files by programs that people use: one module for each family of files."""
