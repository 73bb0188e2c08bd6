"""Who may see each URL of the project, and why: what ``manage.py loginaudit`` prints."""

from .rows import Row, rows

__all__ = ["Row", "rows"]
