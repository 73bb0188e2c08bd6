"""A module of a project that cannot be imported."""

raise RuntimeError("the database is not there")
