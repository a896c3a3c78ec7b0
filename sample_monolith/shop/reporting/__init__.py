"""Reporting: figures over everybody else's tables."""
