"""What a test brings along."""


class Quiet:
    """Another."""


class Loud:
    """A format."""
