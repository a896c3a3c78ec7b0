"""What a test brings along."""


class Loud:
    """A format."""
