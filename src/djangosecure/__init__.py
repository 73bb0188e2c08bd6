"""The documented API of django-secure, kept by django-bulwark."""
