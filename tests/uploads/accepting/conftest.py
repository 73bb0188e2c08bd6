"""What the tests of this folder share."""

from __future__ import annotations

import django

# Django REST framework 3.17 cannot be imported on Django 6.1.
collect_ignore = ["test_drf.py"] if django.VERSION >= (6, 1) else []
