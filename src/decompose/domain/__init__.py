"""Immutable types that travel between the stages, and nothing else."""
