"""Moves a monolith's data into the databases of its services: `python -m servicekit.migration`."""
