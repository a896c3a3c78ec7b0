"""Split a Python web monolith into services that run, and prove that they behave as it did."""

__version__ = "0.1.0"
