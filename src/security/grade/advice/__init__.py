"""What to change so that the grade gets better: settings, as values and as a patch."""
