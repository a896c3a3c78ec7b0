"""The sample in containers."""
