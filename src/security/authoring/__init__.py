"""From no policy to a strict one: what ``manage.py csp`` does, one module per sub-command."""
