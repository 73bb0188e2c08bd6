"""The web server in front of Django: its configuration, from the settings Django reads."""
