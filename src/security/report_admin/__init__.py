"""The pages about violation reports in Django's admin. ``security.admin`` registers them."""
