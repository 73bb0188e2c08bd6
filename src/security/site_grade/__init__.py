"""Grade a whole site in this process: what ``manage.py gradesite`` prints."""
