"""Reasons why definitions belong together, one source per module, and their weighing.

Weights share one scale: 1 is a single call to a definition that nobody else uses.
"""
